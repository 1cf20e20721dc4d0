import zlib, { type ZlibOptions } from "node:zlib";
import { type Compression, RpcError } from "@bowline/rpc";
import { checkLevel } from "./level.js";
import { type ZlibFormat, type ZlibResult, zlibCompression } from "./zlib-compression.js";
import { zstdFrames } from "./zstd-frame.js";

/** Options of {@link zstd}. */
export interface ZstdOptions {
  /**
   * From 1 (fastest) to 19 (smallest). Default 3, zstd's own: on a batch of log records it is as small as gzip at level
   * 6 in a third of the time; 6 takes twice as long for 3 % fewer bytes. Higher levels than 19 need more memory to
   * decompress than a peer must give (RFC 9659).
   */
  readonly level?: number;
}

/** What `node:zlib` has of Zstandard since Node 22.15 and 23.8, as far as it is used here. */
interface ZstdModule {
  zstdCompressSync(bytes: Uint8Array, options: object): Uint8Array;
  zstdCompress(
    bytes: Uint8Array,
    options: object,
    callback: (error: Error | null, result: Uint8Array) => void,
  ): void;
  zstdDecompressSync(bytes: Uint8Array, options: object): ZlibResult;
  createZstdDecompress(options: object): ReturnType<ZlibFormat["createDecompress"]>;
  readonly constants: {
    readonly ZSTD_c_compressionLevel: number;
    readonly ZSTD_d_windowLogMax: number;
  };
}

/** 8 MiB: what a decoder must support and need not exceed (RFC 9659). A frame of a few bytes may ask for gigabytes. */
const windowLogMax = 23;

/** Whether this runtime has Zstandard. */
export function hasZstd(module: object = zlib): module is ZstdModule {
  return "zstdCompressSync" in module && "createZstdDecompress" in module;
}

/**
 * Zstandard (RFC 8878). Messages of more than 64 KiB, compressed or not, are worked on by another thread. Up to
 * 16 frames one after the other are one message: Node's own stream of zstd puts an empty one behind its end.
 * @throws RpcError `failed_precondition` (reason `BOWLINE_COMPRESSION`) where the runtime lacks it: Node has it since
 * 22.15 and 23.8. `invalid_argument` for a level that there is not.
 */
export function zstd(options: ZstdOptions = {}): Compression {
  const level = checkLevel("zstd", options, "level", { min: 1, max: 19, default: 3 });
  return zstdOf(zlib, level);
}

/** The same by a given module, for tests of runtimes that lack it. */
export function zstdOf(module: object, level: number): Compression {
  if (!hasZstd(module)) throw lacking();
  const { ZSTD_c_compressionLevel, ZSTD_d_windowLogMax } = module.constants;
  const params = { [ZSTD_c_compressionLevel]: level };
  const compressing = (bytes: Uint8Array, sizes: ZlibOptions) => ({
    ...sizes,
    params,
    pledgedSrcSize: bytes.length,
  });
  const decompressing = { params: { [ZSTD_d_windowLogMax]: windowLogMax } };
  return zlibCompression({
    name: "zstd",
    compressSync: (bytes, sizes) => module.zstdCompressSync(bytes, compressing(bytes, sizes)),
    compress: (bytes, sizes, callback) =>
      module.zstdCompress(bytes, compressing(bytes, sizes), callback),
    decompressSync: (bytes, sizes) =>
      module.zstdDecompressSync(bytes, { ...sizes, ...decompressing, info: true }),
    createDecompress: (sizes) => module.createZstdDecompress({ ...sizes, ...decompressing }),
    split: zstdFrames,
  });
}

function lacking(): RpcError {
  return new RpcError(
    "failed_precondition",
    `zstd needs Node 22.15 or later (or 23.8 or later); this is ${process.version}`,
    { reason: "BOWLINE_COMPRESSION" },
  );
}
