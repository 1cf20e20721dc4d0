import type { Codec } from "../codec.js";
import { EnvelopeFlag } from "../envelope/flags.js";
import type { HeaderFields, ReadonlyMetadata } from "../metadata.js";
import { notImplemented } from "../protocol-connect/server.js";
import {
  type CallCompressions,
  findCompressions,
  refuseMethod,
  responseHead,
  unknownCodec,
} from "../protocol-grpc/server.js";
import { parseTimeout } from "../protocol-grpc/timeout.js";
import { appendStatus } from "../protocol-grpc/trailer.js";
import type { RpcError } from "../rpc-error.js";
import type { EnvelopeWire } from "../server/envelope-wire.js";
import type { HandlerSettings } from "../server/options.js";
import type { Route } from "../server/router.js";
import { openExchange } from "../server/stream-exchange.js";
import type { RequestReceiver, ServerStream } from "../transport/server-stream.js";
import { contentType, parseContentType } from "./content-type.js";
import { TextReceiver, TextServerStream } from "./server-text.js";
import { encodeTrailers } from "./trailer.js";

/**
 * Decides on a gRPC-Web request by its headers, binary or text. Returns who takes the body, or `undefined` if the request
 * has been answered.
 * @throws RpcError for what is refused with a status of gRPC's.
 */
export function acceptGrpcWeb(
  route: Route,
  outer: ServerStream,
  settings: HandlerSettings,
): RequestReceiver | undefined {
  if (outer.method !== "POST") return refuseMethod(outer);
  const parsed = parseContentType(outer.headers.get("content-type"));
  const text = parsed?.text === true;
  const codec = settings.codecs.find((each) => each.name === parsed?.codec);
  if (codec === undefined) {
    throw unknownCodec(
      outer,
      settings.codecs.map((each) => contentType(each, text)),
    );
  }
  const stream = text ? new TextServerStream(outer) : outer;
  const compressions = findCompressions(stream, settings);
  if (compressions === undefined) return undefined;
  const timeoutMs = parseTimeout(stream.headers.get("grpc-timeout"));
  if (route.handler === undefined) throw notImplemented(route);
  const wire = createWire(codec, text, compressions, settings);
  const exchange = openExchange(stream, route, settings, wire, timeoutMs);
  if (!exchange.admit()) return undefined;
  return text ? new TextReceiver(exchange) : exchange;
}

function createWire(
  codec: Codec,
  text: boolean,
  { request, response }: CallCompressions,
  { headerFieldBytes }: HandlerSettings,
): EnvelopeWire {
  return {
    protocol: "grpc-web",
    codec,
    requestCompression: request,
    responseCompression: response,
    decodeCode: "internal",
    head: (compression) => responseHead(contentType(codec, text), compression),
    finish: (target, head, error, trailers) =>
      finish(target, head, error, trailers, headerFieldBytes),
  };
}

/** Ends an answer with its trailers as a last message: HTTP clients in browsers do not see HTTP's trailers. */
function finish(
  stream: ServerStream,
  head: HeaderFields | undefined,
  error: RpcError | undefined,
  trailers: ReadonlyMetadata | undefined,
  fieldBytes: number,
): boolean {
  const fields: string[] = [];
  if (trailers !== undefined) for (const [name, value] of trailers) fields.push(name, value);
  const isWhole = appendStatus(fields, error, fieldBytes);
  stream.body.openEnvelope(EnvelopeFlag.grpcWebTrailers);
  stream.body.append(encodeTrailers(fields));
  stream.body.closeEnvelope();
  if (head === undefined) stream.end();
  else stream.respond(200, head);
  return isWhole;
}
