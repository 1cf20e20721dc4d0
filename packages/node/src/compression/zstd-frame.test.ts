import { expect, it } from "vitest";
import { zstdFrames } from "./zstd-frame.js";

const magic = [0x28, 0xb5, 0x2f, 0xfd];
/** A last raw block of two bytes, behind a block of a repeated byte. */
const blocks = [(5 << 3) | 2, 0, 0, 7, (2 << 3) | 1, 0, 0, 1, 2];
/** Sizes of the header's fields by descriptor: window, dictionary, content size, as in RFC 8878, 3.1.1.1. */
const headers: [descriptor: number, fields: number, checksum: number][] = [
  [0x00, 1, 0],
  [0x04, 1, 4],
  [0x20, 1, 0],
  [0x24, 1, 4],
  [0x40, 3, 0],
  [0x60, 2, 0],
  [0x80, 5, 0],
  [0xa0, 4, 0],
  [0xc0, 9, 0],
  [0xe7, 12, 4],
  [0x01, 2, 0],
  [0x02, 3, 0],
  [0x03, 5, 0],
];

function frame(descriptor: number, fields: number, checksum: number): Uint8Array {
  const zeros = (length: number) => new Array<number>(length).fill(0);
  return Uint8Array.from([...magic, descriptor, ...zeros(fields), ...blocks, ...zeros(checksum)]);
}

it.each(headers)("takes a frame with descriptor %i as a whole", (descriptor, fields, checksum) => {
  const whole = frame(descriptor, fields, checksum);
  expect(zstdFrames(whole)).toEqual([whole]);
  // Not from the start of its buffer, too.
  const shifted = new Uint8Array(whole.length + 3);
  shifted.set(whole, 3);
  expect(zstdFrames(shifted.subarray(3))).toEqual([whole]);
});

it.each(headers)(
  "refuses a frame with descriptor %i that is cut anywhere, or followed by anything but a frame",
  (...of) => {
    const whole = frame(...of);
    for (let length = 0; length < whole.length; length++) {
      const cut = whole.subarray(0, length);
      expect(() => zstdFrames(cut)).toThrow(/cut|not a zstd frame at byte 0/);
      if (length === 0) continue;
      expect(() => zstdFrames(Uint8Array.from([...whole, ...cut]))).toThrow(/cut|not a zstd frame/);
    }
  },
);

it("finds 16 frames one after the other, and refuses 17", () => {
  const frames = headers.concat(headers).map((each) => frame(...each));
  const joined = (count: number) =>
    Uint8Array.from(frames.slice(0, count).flatMap((each) => [...each]));
  for (const count of [2, 15, 16])
    expect(zstdFrames(joined(count))).toEqual(frames.slice(0, count));
  expect(() => zstdFrames(joined(17))).toThrow("more than 16 zstd frames");
});

it("refuses another magic number, that of a skippable frame too", () => {
  const skippable = Uint8Array.from([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
  expect(() => zstdFrames(skippable)).toThrow("not a zstd frame");
  expect(() => zstdFrames(Uint8Array.of(0x28, 0xb5, 0x2f))).toThrow("not a zstd frame");
});
