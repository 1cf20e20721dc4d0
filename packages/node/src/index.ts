export { createChannel, type NodeChannel, type NodeChannelOptions } from "./channel.js";
export { type BrotliCompressionOptions, brotli } from "./compression/brotli.js";
export { builtinCompressions } from "./compression/builtin-compressions.js";
export { deflate } from "./compression/deflate.js";
export { type DeflateOptions, gzip } from "./compression/gzip.js";
export { type ZstdOptions, zstd } from "./compression/zstd.js";
export type { ClientTlsOptions } from "./dial/tls.js";
export type { FallbackHandler } from "./http-server.js";
export type { FrameOptions } from "./http2/frame-options.js";
export type {
  ClientKeepaliveOptions,
  ConnectionAgeOptions,
  KeepaliveOptions,
  PingPolicyOptions,
} from "./keepalive.js";
export type { ListenerAddress } from "./listen.js";
export type { ListenerOptions, PathListener, PortListener } from "./listener.js";
export { type RpcServer, type ServeOptions, type ServerCounters, serve } from "./serve.js";
export type { ServerLimits } from "./server-limits.js";
export type { Pem, ServerTlsOptions } from "./tls/server-options.js";
