import { gunzipSync, gzipSync, inflateSync } from "node:zlib";
import { type DecompressedSink, RpcError } from "@bowline/rpc";
import { decompressMessage } from "@bowline/rpc/internal";
import { afterEach, expect, it, vi } from "vitest";
import { builtinCompressions, deflate, gzip } from "./compression.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

const text = new TextEncoder().encode("the same again ".repeat(10_000));

it.each([gzip(), deflate()])("brings back what it compressed (%#)", async (compression) => {
  for (const bytes of [new Uint8Array(0), text.subarray(0, 1), text]) {
    const compressed = await compression.compress(bytes);
    const plain = await decompressMessage(compression, compressed, 0, compressed.length, 1e6);
    expect(Buffer.compare(plain, bytes)).toBe(0);
  }
});

it("speaks the formats of HTTP", async () => {
  expect(Buffer.compare(gunzipSync(await gzip().compress(text)), text)).toBe(0);
  expect(Buffer.compare(inflateSync(await deflate().compress(text)), text)).toBe(0);
});

it("keeps the limit: at it all comes, past it nothing more is made", async () => {
  const bomb = gzipSync(new Uint8Array(100_000_000));
  let made = 0;
  const inner = gzip();
  const counting = {
    ...inner,
    decompress: (bytes: Uint8Array, sink: DecompressedSink) =>
      inner.decompress(bytes, {
        get remaining() {
          return sink.remaining;
        },
        append: (piece) => {
          made += piece.length;
          sink.append(piece);
        },
      }),
  };
  await expect(decompressMessage(counting, bomb, 0, bomb.length, 1_000_000)).rejects.toMatchObject({
    code: "resource_exhausted",
  });
  expect(made).toBeLessThan(2_000_000);
  const small = gzipSync(text);
  expect((await decompressMessage(gzip(), small, 0, small.length, text.length)).length).toBe(
    text.length,
  );
  await expect(
    decompressMessage(gzip(), small, 0, small.length, text.length - 1),
  ).rejects.toMatchObject({ code: "resource_exhausted" });
});

const withWrongChecksum = gzipSync(text);
withWrongChecksum.fill(7, withWrongChecksum.length - 8, withWrongChecksum.length - 4);

it.each([
  ["not in the format", Uint8Array.of(1, 2, 3, 4)],
  ["cut", gzipSync(text).subarray(0, 100)],
  ["with a wrong checksum", withWrongChecksum],
])("refuses data that is %s", async (_, bytes) => {
  const failure = await Promise.resolve(
    decompressMessage(gzip(), bytes, 0, bytes.length, 1e6),
  ).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "internal", reason: "BOWLINE_DECOMPRESS" });
});

it("is not there where the platform has no CompressionStream", () => {
  vi.stubGlobal("CompressionStream", undefined);
  expect(builtinCompressions()).toEqual([]);
  expect(() => gzip()).toThrow(RpcError);
});
