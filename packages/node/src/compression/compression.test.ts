import { randomBytes } from "node:crypto";
import * as zlib from "node:zlib";
import type { Compression, DecompressedSink } from "@bowline/rpc";
import { decompressMessage } from "@bowline/rpc/internal";
import { describe, expect, it } from "vitest";
import { brotli } from "./brotli.js";
import { builtinCompressions } from "./builtin-compressions.js";
import { deflate } from "./deflate.js";
import { gzip } from "./gzip.js";
import { inPlaceBytes } from "./zlib-compression.js";
import { hasZstd, zstd } from "./zstd.js";

const limit = 4 * 1024 * 1024;
const text = new TextEncoder().encode("to be or not to be, ".repeat(200));
const unreadable = expect.objectContaining({ code: "internal", reason: "BOWLINE_DECOMPRESS" });
const tooLarge = expect.objectContaining({
  code: "resource_exhausted",
  reason: "BOWLINE_MESSAGE_TOO_LARGE",
});

async function decompress(
  compression: Compression,
  bytes: Uint8Array,
  upTo = limit,
): Promise<Uint8Array> {
  return await decompressMessage(compression, bytes, 0, bytes.length, upTo);
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

describe.each(builtinCompressions().map((each) => [each.name, each] as const))("%s", (_, it_) => {
  const compression = it_;

  it("returns what it was given, whatever the size", async () => {
    for (const size of [1, 2, 1000, inPlaceBytes - 1, inPlaceBytes, inPlaceBytes + 1, 1_000_000]) {
      for (const message of [new Uint8Array(size).fill(7), randomBytes(size)]) {
        const compressed = await compression.compress(message);
        expect(same(await decompress(compression, compressed), message)).toBe(true);
      }
    }
  });

  it("compresses an empty message to something that is not empty, and back", async () => {
    const compressed = await compression.compress(new Uint8Array(0));
    expect(compressed.length).toBeGreaterThan(0);
    expect((await decompress(compression, compressed)).length).toBe(0);
  });

  it("works in place up to 64 KiB and on another thread above", async () => {
    expect(compression.compress(new Uint8Array(inPlaceBytes))).toBeInstanceOf(Uint8Array);
    expect(compression.compress(new Uint8Array(inPlaceBytes + 1))).toBeInstanceOf(Promise);
    const small = (await compression.compress(randomBytes(1000))) as Uint8Array;
    expect(decompressMessage(compression, small, 0, small.length, limit)).toBeInstanceOf(
      Uint8Array,
    );
    const large = (await compression.compress(randomBytes(inPlaceBytes + 1))) as Uint8Array;
    expect(decompressMessage(compression, large, 0, large.length, limit)).toBeInstanceOf(Promise);
  });

  it("leaves data that would become large to another thread, however small it is", async () => {
    const bomb = await compression.compress(new Uint8Array(300_000));
    expect(bomb.length).toBeLessThan(3000);
    const pending = decompressMessage(compression, bomb, 0, bomb.length, limit);
    expect(pending).toBeInstanceOf(Promise);
    expect((await pending).length).toBe(300_000);
  });

  it.each([100, 262_144, 1_000_000])(
    "takes limit - 1 and limit, and refuses limit + 1, of %i bytes",
    async (most) => {
      for (const make of [
        (size: number) => new Uint8Array(size),
        (size: number) => randomBytes(size),
      ]) {
        for (const size of [most - 1, most]) {
          const compressed = await compression.compress(make(size));
          expect((await decompress(compression, compressed, most)).length).toBe(size);
        }
        const compressed = await compression.compress(make(most + 1));
        await expect(decompress(compression, compressed, most)).rejects.toEqual(tooLarge);
      }
    },
  );

  it("stops with the first piece that is refused", async () => {
    const bomb = await compression.compress(new Uint8Array(10_000_000));
    let taken = 0;
    const refusal = new Error("refused");
    const sink: DecompressedSink = {
      remaining: 100_000,
      append(bytes) {
        taken += bytes.length;
        if (taken > 100_000) throw refusal;
      },
    };
    await expect(compression.decompress(bomb, sink)).rejects.toBe(refusal);
    expect(taken).toBeLessThanOrEqual(100_000 + 65_536);
  });

  it.each([4_000, 200_000])("refuses data of %i bytes that was cut", async (size) => {
    const whole = await compression.compress(randomBytes(size));
    for (const length of [1, 2, 3, 5, 8, 12, whole.length >> 1, whole.length - 1]) {
      await expect(decompress(compression, whole.subarray(0, length))).rejects.toEqual(unreadable);
    }
  });

  it.each([0, 10, 4_000, 200_000])(
    "refuses bytes behind the end of data of %i bytes",
    async (size) => {
      const whole = await compression.compress(randomBytes(size));
      for (const garbage of [[0], [0, 0, 0, 0], [1, 2, 3], Array.from({ length: 300 }, () => 88)]) {
        const bytes = Buffer.concat([whole, Buffer.from(garbage)]);
        await expect(decompress(compression, bytes)).rejects.toEqual(unreadable);
      }
    },
  );

  it("refuses what is not in its format", async () => {
    for (const garbage of [Uint8Array.of(0), Buffer.from("hello, world"), randomBytes(100_000)]) {
      // Brotli has neither magic number nor checksum: a first byte that it knows for invalid.
      garbage[0] = 0x11;
      await expect(decompress(compression, garbage)).rejects.toEqual(unreadable);
    }
  });

  it("works on a part of a buffer, and does not write to it", async () => {
    const compressed = await compression.compress(text);
    const wire = Buffer.concat([Buffer.from("head"), compressed, Buffer.from("tail")]);
    const before = Buffer.from(wire);
    const message = decompressMessage(compression, wire, 4, 4 + compressed.length, limit);
    expect(same(await message, text)).toBe(true);
    expect(same(wire, before)).toBe(true);
  });
});

it("lists gzip first, and zstd only where this runtime has it", () => {
  const names = builtinCompressions().map((each) => each.name);
  expect(names).toEqual(["gzip", "br", "deflate", ...(hasZstd() ? ["zstd"] : [])]);
});

it("speaks the formats that peers mean by the names", async () => {
  expect(same(zlib.gunzipSync((await gzip().compress(text)) as Uint8Array), text)).toBe(true);
  expect(same(zlib.inflateSync((await deflate().compress(text)) as Uint8Array), text)).toBe(true);
  expect(same(zlib.brotliDecompressSync((await brotli().compress(text)) as Uint8Array), text)).toBe(
    true,
  );
});

it("refuses deflate without zlib's header", async () => {
  await expect(decompress(deflate(), zlib.deflateRawSync(text))).rejects.toEqual(unreadable);
});

it("takes the members of a gzip file as one message, and counts all of them", async () => {
  for (const part of [text, randomBytes(70_000)]) {
    const member = zlib.gzipSync(part);
    const two = Buffer.concat([member, member]);
    expect(same(await decompress(gzip(), two), Buffer.concat([part, part]))).toBe(true);
    await expect(decompress(gzip(), two, 2 * part.length - 1)).rejects.toEqual(tooLarge);
  }
});

it("compresses more at a higher level", async () => {
  const prose = Buffer.from(
    Array.from({ length: 3000 }, (_, i) => `${(i * 7919) % 1009} bottles; `).join(""),
  );
  const sizes = async (compressions: Compression[]) => {
    const all = await Promise.all(compressions.map((each) => each.compress(prose)));
    return all.map((each) => each.length);
  };
  for (const [low, high] of [
    await sizes([gzip({ level: 1 }), gzip({ level: 9 })]),
    await sizes([deflate({ level: 1 }), deflate({ level: 9 })]),
    await sizes([brotli({ quality: 1 }), brotli({ quality: 9 })]),
  ] as [number, number][]) {
    expect(high).toBeLessThan(low);
  }
});

it.each([
  ["gzip", () => gzip({ level: 10 }), "level of gzip must be a whole number from 0 to 9; it is 10"],
  ["gzip", () => gzip({ level: -1 }), "it is -1"],
  ["gzip", () => gzip({ level: 1.5 }), "it is 1.5"],
  ["gzip", () => gzip({ level: "6" as never }), 'it is the string "6"'],
  ["deflate", () => deflate({ level: Number.NaN }), "level of deflate"],
  [
    "brotli",
    () => brotli({ quality: 12 }),
    "quality of brotli must be a whole number from 0 to 11",
  ],
  ["zstd", () => zstd({ level: 20 }), "level of zstd must be a whole number from 1 to 19"],
])("refuses a level that %s does not have", (_, make, message) => {
  expect(make).toThrow(
    expect.objectContaining({
      code: "invalid_argument",
      reason: "BOWLINE_OPTION",
      message: expect.stringContaining(message),
    }),
  );
});

it("refuses options that there are not", () => {
  expect(() => gzip({ quality: 5 } as never)).toThrow(TypeError);
  expect(() => brotli({ level: 5 } as never)).toThrow(TypeError);
});
