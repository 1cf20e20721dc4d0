import {
  type BrotliOptions,
  brotliCompress,
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  type Zlib,
  type ZlibOptions,
} from "node:zlib";
import type { Compression } from "@bowline/rpc";
import { checkLevel } from "./level.js";
import { type ZlibFormat, type ZlibResult, zlibCompression } from "./zlib-compression.js";

/** Options of {@link brotli}. */
export interface BrotliCompressionOptions {
  /**
   * From 0 (fastest) to 11 (smallest). Default 4: on a batch of log records it takes as long as gzip's usual level 6
   * and is as small or smaller; 5 takes 1.7 times as long for 5 % fewer bytes, 11 takes 80 times as long.
   */
  readonly quality?: number;
}

/**
 * Brotli (RFC 7932), `br` in headers. Messages of more than 64 KiB, compressed or not, are worked on by another thread.
 * @throws RpcError `invalid_argument` for a quality that there is not.
 */
export function brotli(options: BrotliCompressionOptions = {}): Compression {
  const quality = checkLevel("brotli", options, "quality", { min: 0, max: 11, default: 4 });
  const compressing = (bytes: Uint8Array, sizes: ZlibOptions): BrotliOptions => ({
    ...sizes,
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  return zlibCompression({
    name: "br",
    compressSync: (bytes, sizes) => brotliCompressSync(bytes, compressing(bytes, sizes)),
    compress: (bytes, sizes, callback) =>
      brotliCompress(bytes, compressing(bytes, sizes), callback),
    decompressSync: (bytes, sizes) =>
      brotliDecompressSync(bytes, {
        ...sizes,
        info: true,
      } as BrotliOptions) as unknown as ZlibResult,
    createDecompress: (sizes) =>
      createBrotliDecompress(sizes) as unknown as Zlib & ReturnType<ZlibFormat["createDecompress"]>,
  });
}
