export { createChannel, type NodeChannelOptions } from "./channel.js";
export { type BrotliCompressionOptions, brotli } from "./compression/brotli.js";
export { builtinCompressions } from "./compression/builtin-compressions.js";
export { deflate } from "./compression/deflate.js";
export { type DeflateOptions, gzip } from "./compression/gzip.js";
export { type ZstdOptions, zstd } from "./compression/zstd.js";
export { type RpcServer, type ServeOptions, type ServerLimits, serve } from "./serve.js";
