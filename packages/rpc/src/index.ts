export type { BidiCall } from "./client/bidi-call.js";
export type { Channel } from "./client/channel.js";
export type { ClientStreamCall } from "./client/client-stream-call.js";
export { type Client, type ClientMethod, createClient } from "./client/create-client.js";
export type { CallOptions, ChannelOptions } from "./client/options.js";
export type { RequestStream } from "./client/request-pump.js";
export type { Sending } from "./client/sending.js";
export type { ServerStreamCall } from "./client/stream-call.js";
export type { UnaryCall } from "./client/unary-call.js";
export { type Code, codes, isCode } from "./code.js";
export {
  type BinaryCodecOptions,
  binaryCodec,
  type Codec,
  type CodecEncodeOptions,
  createBinaryCodec,
} from "./codec.js";
export type { Compression, DecompressedSink } from "./compression/compression.js";
export { type ContextKey, ContextValues, createContextKey } from "./context.js";
export { detail, type ErrorDetail } from "./error-detail.js";
export type { InterceptedCall, Interceptor, InterceptorNext } from "./interceptor.js";
export { Metadata, type MetadataInit, type ReadonlyMetadata } from "./metadata.js";
export { RpcError, type RpcErrorOptions } from "./rpc-error.js";
export { type InterceptorResult, type InterceptorRun, runInterceptor } from "./run-interceptor.js";
export type { CorsOptions } from "./server/cors.js";
export type { DeadlinePolicy } from "./server/deadline-policy.js";
export { type EncodedMessage, encoded } from "./server/encoded.js";
export type { HandlerCall, Peer, Protocol } from "./server/handler-call.js";
export {
  type BidiHandler,
  type ClientStreamingHandler,
  type HandlerOf,
  type Handlers,
  type Implementation,
  type ImplementOptions,
  implement,
  type RequestOf,
  type RequestViews,
  type ResponseOf,
  type ResponseStream,
  type ServerStreamingHandler,
  type UnaryHandler,
} from "./server/implement.js";
export type {
  ErrorContext,
  ErrorHook,
  Gate,
  GateDecision,
  HandlerOptions,
  RouteLimits,
  ServerCompression,
} from "./server/options.js";
export { type HeadersLike, type RenderedError, renderError } from "./server/render-error.js";
export type {
  BidiMethod,
  ClientStreamingMethod,
  Idempotency,
  Method,
  MethodTable,
  ServerStreamingMethod,
  ServiceType,
  UnaryMethod,
} from "./service-type.js";
export type { BodySink, ByteSink } from "./transport/byte-sink.js";
export type { TlsCertificate, TlsIdentity } from "./transport/server-stream.js";
