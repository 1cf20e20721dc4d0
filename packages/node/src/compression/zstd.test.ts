import { randomBytes } from "node:crypto";
import zlib from "node:zlib";
import { decompressMessage } from "@bowline/rpc/internal";
import { describe, expect, it } from "vitest";
import { hasZstd, zstd, zstdOf } from "./zstd.js";

const lacking = expect.objectContaining({
  code: "failed_precondition",
  reason: "BOWLINE_COMPRESSION",
  message: `failed_precondition: zstd needs Node 22.15 or later (or 23.8 or later); this is ${process.version}`,
});

it("is refused at once where the runtime lacks it, with the versions that have it", () => {
  expect(() => zstdOf({}, 3)).toThrow(lacking);
  const { zstdCompressSync, createZstdDecompress, ...rest } = zlib as unknown as Record<
    string,
    unknown
  >;
  expect(() => zstdOf(rest, 3)).toThrow(lacking);
});

it.runIf(!hasZstd())("is refused here, on a Node without zstd", () => {
  expect(() => zstd()).toThrow(lacking);
});

describe.runIf(hasZstd())("on a Node with zstd", () => {
  it("takes a frame without its content's size, and one with a checksum", async () => {
    const { createZstdCompress, constants } = zlib as unknown as {
      createZstdCompress(options: object): NodeJS.ReadWriteStream & AsyncIterable<Uint8Array>;
      constants: { ZSTD_c_checksumFlag: number };
    };
    for (const checksum of [0, 1]) {
      const stream = createZstdCompress({
        params: { [constants.ZSTD_c_checksumFlag]: checksum },
      });
      for (let i = 0; i < 100; i++) stream.write(Buffer.from("streamed, not known in advance; "));
      stream.end();
      const pieces: Uint8Array[] = [];
      for await (const piece of stream) pieces.push(piece);
      const frame = Buffer.concat(pieces);
      expect((frame[4] as number) & 0xe0).toBe(0); // Neither content size nor single segment.
      const message = await decompressMessage(zstd(), frame, 0, frame.length, 10_000);
      expect(message.length).toBe(3200);
    }
  });

  it("takes several frames as one message, and counts all of them", async () => {
    for (const part of [Buffer.alloc(1000, 7), randomBytes(70_000)]) {
      const frame = await zstd().compress(part);
      const two = Buffer.concat([frame, frame]);
      const outcome = async (limit: number) =>
        await decompressMessage(zstd(), two, 0, two.length, limit);
      expect(Buffer.compare(await outcome(2 * part.length), Buffer.concat([part, part]))).toBe(0);
      await expect(outcome(2 * part.length - 1)).rejects.toMatchObject({
        code: "resource_exhausted",
      });
    }
  });

  it("refuses a frame that asks for a window of more than 8 MiB", async () => {
    for (const [windowLog, fits] of [
      [23, true],
      [24, false],
    ] as const) {
      // Magic, descriptor, window, and one last raw block of a byte.
      const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3, 9, 0, 0, 65);
      const outcome = Promise.resolve().then(() =>
        decompressMessage(zstd(), frame, 0, frame.length, 10_000),
      );
      if (fits) expect(await outcome).toEqual(Buffer.from("A"));
      else await expect(outcome).rejects.toMatchObject({ reason: "BOWLINE_DECOMPRESS" });
    }
  });
});
