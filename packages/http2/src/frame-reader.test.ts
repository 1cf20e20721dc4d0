import fc from "fast-check";
import { expect, it } from "vitest";
import { concat, frame, parseFrames } from "./fixtures/frames.js";
import { type FrameHandler, FrameReader } from "./frame-reader.js";

/** Puts frames together again, however they came. */
class Collector implements FrameHandler {
  readonly frames: Uint8Array[] = [];
  #data: { flags: number; streamId: number; pieces: Uint8Array[] } | undefined;

  frame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    expect(this.#data).toBeUndefined();
    this.frames.push(frame(type, flags, streamId, bytes.slice(start, end)));
    return true;
  }

  beginData(flags: number, streamId: number, length: number): boolean {
    expect(this.#data).toBeUndefined();
    expect(length).toBeGreaterThan(0);
    this.#data = { flags, streamId, pieces: [] };
    return true;
  }

  continueData(bytes: Uint8Array, start: number, end: number, isLast: boolean): boolean {
    this.#data?.pieces.push(bytes.slice(start, end));
    if (!isLast || this.#data === undefined) return true;
    const { flags, streamId, pieces } = this.#data;
    this.frames.push(frame(0, flags, streamId, concat(...pieces)));
    this.#data = undefined;
    return true;
  }
}

const anyFrame = fc
  .tuple(
    fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 })),
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 0, max: 0x7fff_ffff }),
    fc.uint8Array({ maxLength: 40 }),
  )
  .map((parts) => frame(...parts));

it("finds the same frames wherever the bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.array(anyFrame, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (frames, cuts) => {
        const bytes = concat(...frames);
        const collector = new Collector();
        const reader = new FrameReader(collector, 16_384);
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const end = at + (cuts[i % cuts.length] as number);
          reader.read(bytes.slice(at, end), 0);
          at = end;
        }
        expect(parseFrames(concat(...collector.frames))).toEqual(parseFrames(bytes));
        expect(reader.isInFrame).toBe(false);
      },
    ),
    { seed: 9113, numRuns: 500 },
  );
});

it("refuses a frame past the limit by its header alone, whole or cut", () => {
  const sizeError = expect.objectContaining({ code: 6 });
  const read = (...chunks: Uint8Array[]) => {
    const reader = new FrameReader(new Collector(), 20);
    for (const chunk of chunks) reader.read(chunk, 0);
  };
  read(frame(4, 0, 0, new Uint8Array(20)));
  const large = frame(4, 0, 0, new Uint8Array(21));
  expect(() => read(large)).toThrow(sizeError);
  expect(() => read(large.slice(0, 9))).toThrow(sizeError);
  expect(() => read(large.slice(0, 4), large.slice(4, 9))).toThrow(sizeError);
});

it("stops when its handler has heard enough", () => {
  let seen = 0;
  const handler: FrameHandler = {
    frame: () => ++seen < 2,
    beginData: () => true,
    continueData: () => true,
  };
  const one = frame(6, 0, 0, new Uint8Array(8));
  new FrameReader(handler, 100).read(concat(one, one, one), 0);
  expect(seen).toBe(2);
});
