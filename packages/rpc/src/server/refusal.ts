import { EnvelopeFlag } from "../envelope/flags.js";
import { parseContentType } from "../protocol-connect/content-type.js";
import { encodeEndStream } from "../protocol-connect/end-stream.js";
import { respondWithError } from "../protocol-connect/refusal.js";
import { appendStatus } from "../protocol-grpc/trailer.js";
import { encodeTrailers } from "../protocol-grpc-web/trailer.js";
import type { RpcError } from "../rpc-error.js";
import type { ServerStream } from "../transport/server-stream.js";
import type { Protocol } from "./handler-call.js";

/** Error details past this are dropped where no server says its own bound. */
const fieldBytes = 8192;

/** The protocol that a request speaks, by its content type; Connect for everything that is not gRPC's. */
export function protocolOf(contentType: string | undefined): Protocol {
  if (contentType === "application/grpc" || contentType === "application/grpc+proto") return "grpc";
  if (contentType === undefined || !/^application\/grpc(?:$|[-+; ])/i.test(contentType)) {
    return "connect";
  }
  return /^application\/grpc-web/i.test(contentType) ? "grpc-web" : "grpc";
}

/**
 * Answers a request with an error in the form that its caller expects, before anything else was sent.
 * @param fields to add to the headers.
 * @param status of a unary Connect answer, where it is not the code's own.
 */
export function refuse(
  stream: ServerStream,
  error: RpcError,
  fields: readonly string[] = [],
  status?: number,
): void {
  const contentType = stream.headers.get("content-type");
  const protocol = protocolOf(contentType);
  if (protocol === "grpc") {
    const head = ["content-type", contentType as string, ...fields];
    appendStatus(head, error, fieldBytes);
    stream.body.clear();
    stream.respond(200, head);
  } else if (protocol === "grpc-web") {
    refuseGrpcWeb(stream, contentType as string, error, fields);
  } else if (parseContentType(contentType)?.stream === true) {
    const { body } = stream;
    body.clear();
    body.openEnvelope(EnvelopeFlag.connectEnd);
    body.append(encodeEndStream(error, undefined));
    body.closeEnvelope();
    stream.respond(200, ["content-type", contentType as string, ...fields]);
  } else {
    respondWithError(stream, error, fields, status);
  }
}

/** The status stands in the headers, where binary and text form are the same: gRPC-Web's Trailers-Only. */
function refuseGrpcWeb(
  stream: ServerStream,
  contentType: string,
  error: RpcError,
  fields: readonly string[],
): void {
  const head = ["content-type", contentType, ...fields];
  const status: string[] = [];
  appendStatus(status, error, fieldBytes);
  stream.body.clear();
  if (/^application\/grpc-web-text/i.test(contentType)) {
    stream.respond(200, [...head, ...status]);
    return;
  }
  stream.body.openEnvelope(EnvelopeFlag.grpcWebTrailers);
  stream.body.append(encodeTrailers(status));
  stream.body.closeEnvelope();
  stream.respond(200, head);
}
