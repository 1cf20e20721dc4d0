import { createInflate, deflate as deflateAsync, deflateSync, inflateSync } from "node:zlib";
import type { Compression } from "@bowline/rpc";
import { type DeflateOptions, deflateLevels } from "./gzip.js";
import { checkLevel } from "./level.js";
import { type ZlibResult, zlibCompression } from "./zlib-compression.js";

/**
 * deflate as HTTP and gRPC mean it: in zlib's format (RFC 1950). As {@link gzip}, 12 bytes smaller.
 * @throws RpcError `invalid_argument` for a level that there is not.
 */
export function deflate(options: DeflateOptions = {}): Compression {
  const level = checkLevel("deflate", options, "level", deflateLevels);
  return zlibCompression({
    name: "deflate",
    compressSync: (bytes, sizes) => deflateSync(bytes, { ...sizes, level }),
    compress: (bytes, sizes, callback) => deflateAsync(bytes, { ...sizes, level }, callback),
    decompressSync: (bytes, sizes) =>
      inflateSync(bytes, { ...sizes, info: true }) as unknown as ZlibResult,
    createDecompress: createInflate,
  });
}
