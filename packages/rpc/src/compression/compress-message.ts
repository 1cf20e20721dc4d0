import { RpcError } from "../rpc-error.js";
import type { Compression } from "./compression.js";

/**
 * Compresses a whole message, an empty one too.
 * @throws RpcError `internal` (reason `BOWLINE_COMPRESS`) if the compression fails; a promise is rejected with it.
 */
export function compressMessage(
  compression: Compression,
  bytes: Uint8Array,
): Uint8Array | Promise<Uint8Array> {
  let compressed: Uint8Array | Promise<Uint8Array>;
  try {
    compressed = compression.compress(bytes);
  } catch (error) {
    throw failed(compression, error);
  }
  if (compressed instanceof Uint8Array) return compressed;
  return awaitCompressed(compression, compressed);
}

async function awaitCompressed(
  compression: Compression,
  pending: Promise<Uint8Array>,
): Promise<Uint8Array> {
  let compressed: unknown;
  try {
    compressed = await pending;
  } catch (error) {
    throw failed(compression, error);
  }
  if (compressed instanceof Uint8Array) return compressed;
  throw failed(compression, new TypeError(`compress returned ${typeof compressed}, not bytes`));
}

function failed({ name }: Compression, cause: unknown): RpcError {
  return new RpcError("internal", `the message cannot be compressed with ${name}`, {
    cause,
    reason: "BOWLINE_COMPRESS",
  });
}
