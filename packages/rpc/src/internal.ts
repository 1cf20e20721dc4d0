/** For the packages of this repository: transports and what carries them. Changes without notice. */
export { encodeBase64 } from "./base64.js";
export type { CallSettings } from "./client/call-settings.js";
export { channelOptionNames } from "./client/call-settings.js";
export { createTransportChannel } from "./client/channel.js";
export type { Outcome, RunningRequest } from "./client/outcome.js";
export { userAgent } from "./client/user-agent.js";
export { decompressMessage } from "./compression/decompress-message.js";
export { checkCompressions } from "./compression/negotiate.js";
export { listBytes } from "./memory/fields.js";
export { createMemoryTransport } from "./memory/memory-transport.js";
export { type HeaderFields, Metadata, type ReadonlyMetadata } from "./metadata.js";
export { checkOptionNames, quote } from "./option-names.js";
export { startConnectUnary } from "./protocol-connect/client.js";
export { unaryFields } from "./protocol-connect/client-request.js";
export { decisiveHeaders } from "./server/call-plan.js";
export {
  handlerOptionNames,
  type RequestHandlerOptions,
  reportError,
} from "./server/options.js";
export { QuietTimer } from "./server/quiet-timer.js";
export { createRequestHandler, type RequestHandler } from "./server/request-handler.js";
export { type BodySink, type ByteSink, ChunkSink } from "./transport/byte-sink.js";
export type {
  ClientStream,
  ClientTransport,
  RequestHead,
  ResponseReceiver,
} from "./transport/client-stream.js";
export { defaultReceivedMessageBytes } from "./transport/message-body.js";
export type {
  RequestAcceptor,
  RequestMemo,
  RequestReceiver,
  ServerStream,
  StreamPeer,
  TlsCertificate,
  TlsIdentity,
} from "./transport/server-stream.js";
export type { StreamFailure } from "./transport/stream-failure.js";
