import { expect, it } from "vitest";
import { compressMessage } from "./compress-message.js";
import type { Compression } from "./compression.js";

function plugIn(compress: Compression["compress"]): Compression {
  return { name: "test", compress, decompress: () => {} };
}

const message = Uint8Array.of(1, 2, 3);
const failed = expect.objectContaining({
  code: "internal",
  reason: "BOWLINE_COMPRESS",
  rawMessage: "the message cannot be compressed with test",
});

it("answers at once where the compression does, and later where it takes its time", async () => {
  expect(
    compressMessage(
      plugIn((bytes) => bytes.slice(1)),
      message,
    ),
  ).toEqual(Uint8Array.of(2, 3));
  const slow = compressMessage(
    plugIn(async (bytes) => bytes.slice(1)),
    message,
  );
  expect(slow).toBeInstanceOf(Promise);
  expect(await slow).toEqual(Uint8Array.of(2, 3));
});

it("compresses an empty message, too", () => {
  const header = Uint8Array.of(31, 139);
  expect(
    compressMessage(
      plugIn(() => header),
      new Uint8Array(0),
    ),
  ).toBe(header);
});

it("names a compression that fails, and keeps its error as the cause", async () => {
  const cause = new Error("out of order");
  const throwing = plugIn(() => {
    throw cause;
  });
  expect(() => compressMessage(throwing, message)).toThrow(failed);
  const rejecting = compressMessage(
    plugIn(() => Promise.reject(cause)),
    message,
  );
  await expect(rejecting).rejects.toEqual(failed);
  await expect(rejecting).rejects.toMatchObject({ cause });
});

it("refuses what a compression returns in place of bytes", async () => {
  const text = "text" as unknown as Uint8Array;
  await expect(
    compressMessage(
      plugIn(() => text),
      message,
    ),
  ).rejects.toEqual(failed);
  await expect(
    compressMessage(
      plugIn(async () => text),
      message,
    ),
  ).rejects.toEqual(failed);
});
