import type { Codec } from "../codec.js";
import type { Compression } from "../compression/compression.js";
import { acceptList, chooseResponse, findCompression } from "../compression/negotiate.js";
import type { HeaderFields, ReadonlyMetadata } from "../metadata.js";
import { respondWithText } from "../protocol-connect/refusal.js";
import { notImplemented } from "../protocol-connect/server.js";
import { RpcError } from "../rpc-error.js";
import { CallPlan } from "../server/call-plan.js";
import type { EnvelopeWire } from "../server/envelope-wire.js";
import type { HandlerSettings } from "../server/options.js";
import { refuse } from "../server/refusal.js";
import type { Route } from "../server/router.js";
import { openExchange } from "../server/stream-exchange.js";
import type { RequestReceiver, ServerStream } from "../transport/server-stream.js";
import { contentType, parseContentType } from "./content-type.js";
import { parseTimeout } from "./timeout.js";
import { appendStatus } from "./trailer.js";

/**
 * Decides on a gRPC request by its headers. Returns who takes the body, or `undefined` if the request has been answered.
 * @throws RpcError for what is refused with a status of gRPC's.
 */
export function acceptGrpc(
  route: Route,
  stream: ServerStream,
  settings: HandlerSettings,
): RequestReceiver | undefined {
  if (stream.httpVersion !== "2") return refuseHttpVersion(stream);
  if (stream.method !== "POST") return refuseMethod(stream);
  const { headers, memo } = stream;
  const wire = findWire(stream, settings);
  if (wire === undefined) return undefined;
  const timeoutMs = parseTimeout(headers.get("grpc-timeout"));
  if (route.handler === undefined) throw notImplemented(route);
  if (memo !== undefined) {
    memo.plan = new CallPlan(settings, route, wire, memo.indexOf("grpc-timeout"));
  }
  const exchange = openExchange(stream, route, settings, wire, timeoutMs);
  return exchange.admit() ? exchange : undefined;
}

/** gRPC's trailers need HTTP/2: "Protocol HTTP/2 Semantics". */
function refuseHttpVersion(stream: ServerStream): undefined {
  return respondWithText(stream, 505, "gRPC needs HTTP/2; over HTTP/1.1 speak Connect or gRPC-Web");
}

/** Answers a request of gRPC's or gRPC-Web's that is not a POST. */
export function refuseMethod(stream: ServerStream): undefined {
  const text = `${stream.method} is not supported here; use POST`;
  return respondWithText(stream, 405, text, ["allow", "POST"]);
}

/** The refusal of a content type whose codec is not there. */
export function unknownCodec(stream: ServerStream, accepted: readonly string[]): RpcError {
  const got = JSON.stringify(stream.headers.get("content-type")?.slice(0, 80));
  return new RpcError("unimplemented", `content-type ${got}; accepted: ${accepted.join(", ")}`, {
    reason: "BOWLINE_CONTENT_TYPE",
  });
}

/**
 * What gRPC says of calls with these headers. `undefined` if their compression is unknown, which has been answered then.
 * @throws RpcError for a content type whose codec is not there.
 */
function findWire(stream: ServerStream, settings: HandlerSettings): EnvelopeWire | undefined {
  const type = stream.headers.get("content-type");
  const known = plainWires.get(settings);
  if (
    known !== undefined &&
    known.type === type &&
    stream.headers.get("grpc-encoding") === undefined
  )
    return known.wire;
  const name = parseContentType(type)?.codec;
  const codec = settings.codecs.find((each) => each.name === name);
  if (codec === undefined) throw unknownCodec(stream, settings.codecs.map(contentType));
  const compressions = findCompressions(stream, settings);
  if (compressions === undefined) return undefined;
  const wire = new GrpcWire(codec, compressions, settings.headerFieldBytes);
  if (settings.compressions.length === 0) plainWires.set(settings, { type, wire });
  return wire;
}

/** Of servers without compression, what calls with the last content type share. */
const plainWires = new WeakMap<
  HandlerSettings,
  { readonly type: string | undefined; readonly wire: EnvelopeWire }
>();

/** What messages of a call are compressed with. */
export interface CallCompressions {
  readonly request: Compression | undefined;
  readonly response: Compression | undefined;
}

const uncompressed: CallCompressions = { request: undefined, response: undefined };

/** What a request says of compression; `undefined` if it names an unknown one, which has been answered then. */
export function findCompressions(
  stream: ServerStream,
  { compressions }: HandlerSettings,
): CallCompressions | undefined {
  const encoding = stream.headers.get("grpc-encoding");
  const request = encoding === undefined ? undefined : findCompression(compressions, encoding);
  if (encoding !== undefined && encoding !== "identity" && request === undefined) {
    refuseCompression(stream, encoding, compressions);
    return undefined;
  }
  if (compressions.length === 0) return uncompressed;
  const response = chooseResponse(stream.headers.get("grpc-accept-encoding"), compressions);
  return { request, response };
}

class GrpcWire implements EnvelopeWire {
  readonly protocol = "grpc";
  readonly decodeCode = "internal";
  readonly codec: Codec;
  readonly requestCompression: Compression | undefined;
  readonly responseCompression: Compression | undefined;
  readonly #fieldBytes: number;
  readonly #plainHead: HeaderFields;

  constructor(codec: Codec, { request, response }: CallCompressions, fieldBytes: number) {
    this.codec = codec;
    this.requestCompression = request;
    this.responseCompression = response;
    this.#fieldBytes = fieldBytes;
    this.#plainHead = responseHead(contentType(codec), undefined);
  }

  head(compression: Compression | undefined): HeaderFields {
    if (compression === undefined) return this.#plainHead;
    return responseHead(contentType(this.codec), compression);
  }

  /** Ends an answer with its status in the trailers; an error before everything else is headers alone. */
  finish(
    stream: ServerStream,
    head: HeaderFields | undefined,
    error: RpcError | undefined,
    trailers: ReadonlyMetadata | undefined,
  ): boolean {
    if (error === undefined && trailers === undefined) {
      if (head === undefined) stream.end(okTrailers);
      else stream.respond(200, head, okTrailers);
      return true;
    }
    const fields: string[] = [];
    if (trailers !== undefined) for (const [name, value] of trailers) fields.push(name, value);
    const isWhole = appendStatus(fields, error, this.#fieldBytes);
    if (head === undefined) stream.end(fields);
    else if (error !== undefined && head.length === 2) stream.respond(200, [...head, ...fields]);
    else stream.respond(200, head, fields);
    return isWhole;
  }
}

const okTrailers: HeaderFields = ["grpc-status", "0"];

/** The protocol's own headers of an answer. */
export function responseHead(type: string, compression: Compression | undefined): string[] {
  const fields = ["content-type", type];
  if (compression !== undefined) fields.push("grpc-encoding", compression.name);
  return fields;
}

/** gRPC: "Compression": the refusal of a compression says which ones there are. */
function refuseCompression(
  stream: ServerStream,
  encoding: string,
  compressions: readonly Compression[],
): void {
  const accepted = compressions.length === 0 ? "identity" : `${acceptList(compressions)}, identity`;
  const error = new RpcError(
    "unimplemented",
    `grpc-encoding ${JSON.stringify(encoding.slice(0, 40))} is not supported; accepted: ${accepted}`,
    { reason: "BOWLINE_CONTENT_ENCODING" },
  );
  refuse(stream, error, ["grpc-accept-encoding", accepted]);
}
