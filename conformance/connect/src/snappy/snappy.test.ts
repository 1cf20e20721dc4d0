import type { DecompressedSink } from "@bowline/rpc";
import fc from "fast-check";
import { expect, it } from "vitest";
import { blockBytes, compressBlock, decompressBlock } from "./block.js";
import { crc32c } from "./crc32c.js";
import { snappy } from "./snappy.js";

class Collected implements DecompressedSink {
  readonly pieces: Uint8Array[] = [];
  readonly remaining = Number.POSITIVE_INFINITY;

  append(bytes: Uint8Array): void {
    this.pieces.push(bytes);
  }

  whole(): Uint8Array {
    return Buffer.concat(this.pieces);
  }
}

async function roundTrip(bytes: Uint8Array): Promise<Uint8Array> {
  const sink = new Collected();
  await snappy.decompress(await snappy.compress(bytes), sink);
  return sink.whole();
}

const text = (value: string) => new TextEncoder().encode(value);
const hex = (value: string) => new Uint8Array(Buffer.from(value.replaceAll(" ", ""), "hex"));

it("gives the CRC-32C of RFC 3720's examples", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(text("123456789"))).toBe(0xe3069283);
});

it("brings every input back, in blocks of 64 KiB", async () => {
  for (const length of [0, 1, 3, 4, 59, 60, 61, 62, 256, 257, 65_535, 65_536, 65_537, 200_000]) {
    const pattern = Uint8Array.from({ length }, (_, i) => (i * i) % 251);
    expect(Buffer.compare(await roundTrip(pattern), pattern)).toBe(0);
  }
  const noisy = fc.uint8Array({ maxLength: 3_000 });
  const repetitive = fc
    .array(fc.constantFrom("ab", "abc", "x", "hello "), { maxLength: 2_000 })
    .map((words) => text(words.join("")));
  await fc.assert(
    fc.asyncProperty(fc.oneof(noisy, repetitive), async (bytes) => {
      expect(Buffer.compare(await roundTrip(bytes), bytes)).toBe(0);
    }),
  );
});

it("makes what repeats itself small", async () => {
  expect((await snappy.compress(new Uint8Array(1_000_000))).length).toBeLessThan(50_000);
});

it("reads literals and all three kinds of copies", () => {
  // "abcd" as a literal, then copies with one, two and four bytes of offset.
  const block = hex("14 0c 61626364 05 04 0e 0400 1b 02000000");
  expect(Buffer.from(decompressBlock(block)).toString()).toBe(
    "abcd" + "abcda" + "bcda" + "dadadad",
  );
});

it("passes over padding and skippable chunks, and joined streams", async () => {
  const stream = await snappy.compress(text("hello"));
  const padding = hex("fe 030000 000000");
  const skippable = hex("80 010000 ff");
  const sink = new Collected();
  await snappy.decompress(Buffer.concat([stream, padding, skippable, stream]), sink);
  expect(Buffer.from(sink.whole()).toString()).toBe("hellohello");
});

it.each([
  ["nothing at all", ""],
  ["no identifier", "01 090000 00000000 68656c6c6f"],
  ["a cut chunk", "ff0600 00734e61507059 01 090000 0000"],
  ["a wrong checksum", "ff060000734e61507059 01 090000 00000000 68656c6c6f"],
  ["a reserved chunk", "ff060000734e61507059 02 010000 00"],
  ["a chunk without a checksum", "ff060000734e61507059 01 020000 0000"],
])("refuses %s", async (_, bytes) => {
  await expect(async () => snappy.decompress(hex(bytes), new Collected())).rejects.toThrow(
    "snappy",
  );
});

it.each([
  ["a length past 64 KiB", "818004"],
  ["a length without an end", "ffffff"],
  ["a cut literal", "05 10 6865"],
  ["a literal past the block", "01 04 6865"],
  ["a copy from before the block", "08 00 61 05 02"],
  ["a copy of nothing", "08 00 61 05 00"],
  ["a cut copy", "08 00 61 06 01"],
  ["a block that is too short", "08 00 61"],
])("refuses a block with %s", (_, bytes) => {
  expect(() => decompressBlock(hex(bytes))).toThrow("snappy");
});

it("never throws anything but its own errors for random blocks", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        expect(decompressBlock(bytes).length).toBeLessThanOrEqual(blockBytes);
      } catch (error) {
        expect((error as Error).message).toMatch(/^snappy: /);
      }
    }),
  );
});

it("keeps within the room for the worst case", () => {
  // Matches of four bytes between literals of one: what a block costs most for.
  const worst = new Uint8Array(blockBytes);
  for (let i = 0; i < worst.length; i++) worst[i] = i % 5 === 4 ? (i / 5) & 0xff : i % 5;
  const bytes = compressBlock(worst);
  expect(Buffer.compare(decompressBlock(bytes), worst)).toBe(0);
});
