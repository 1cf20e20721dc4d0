import type { Codec } from "../codec.js";
import { Deadline, onExpiry } from "../deadline.js";
import { RpcError } from "../rpc-error.js";
import { type Peer, ServerCall } from "../server/handler-call.js";
import type { AnyUnaryHandler } from "../server/implement.js";
import {
  encodeResponse,
  type HandlerOutcome,
  invokeUnary,
  toCallerError,
} from "../server/invoke.js";
import type { ErrorHook, RequestHandlerOptions } from "../server/options.js";
import type { Route } from "../server/router.js";
import { streamingUnsupported } from "../streaming-unsupported.js";
import { MessageBody } from "../transport/message-body.js";
import type { RequestReceiver, ServerStream } from "../transport/server-stream.js";
import type { StreamFailure } from "../transport/stream-failure.js";
import { parseContentType, unaryCodec, unaryContentType } from "./content-type.js";
import { appendMetadata, checkContentEncoding, checkProtocolVersion, sendable } from "./headers.js";
import { respondWithError } from "./refusal.js";
import { parseTimeout } from "./timeout.js";
import { appendTrailers } from "./trailer.js";

/**
 * Decides on a Connect request by its headers: method, content type, version, encoding, deadline, announced size.
 * Returns who takes the body, or `undefined` if the request has been answered.
 * @throws RpcError for what is refused with the status of its code.
 */
export function acceptConnect(
  route: Route,
  stream: ServerStream,
  options: RequestHandlerOptions,
): RequestReceiver | undefined {
  const { method, handler } = route;
  if (stream.method !== "POST") return refuseMethod(stream);
  if (method.kind !== "unary") return refuseStreaming(route, stream);
  const { headers } = stream;
  const codec = unaryCodec(options.codecs, headers.get("content-type"));
  if (codec === undefined) return refuseContentType(stream, options.codecs);
  checkProtocolVersion(headers);
  checkContentEncoding(headers);
  const timeoutMs = parseTimeout(headers.get("connect-timeout-ms"));
  if (handler === undefined) throw notImplemented(route);
  const body = new MessageBody(options.receivedMessageBytes);
  body.announce(headers.get("content-length"));
  const deadline = timeoutMs === undefined ? undefined : Deadline.after(timeoutMs);
  const call = new ServerCall(method, peerOf(stream), headers, deadline);
  const exchange = new UnaryExchange(stream, handler, codec, body, call, options.onError);
  if (deadline !== undefined) exchange.watch(deadline);
  return exchange;
}

/** Who sent a request. */
export function peerOf({ peer, httpVersion }: ServerStream): Peer {
  return { address: peer.address, protocol: "connect", httpVersion, tls: peer.tls };
}

function refuseMethod(stream: ServerStream): undefined {
  const error = new RpcError("unimplemented", `${stream.method} is not supported here; use POST`, {
    reason: "BOWLINE_HTTP_METHOD",
  });
  respondWithError(stream, error, ["allow", "POST"], 405);
}

function refuseContentType(stream: ServerStream, codecs: readonly Codec[]): undefined {
  const accepted = codecs.map(unaryContentType).join(", ");
  const got = stream.headers.get("content-type");
  const error = new RpcError(
    "unimplemented",
    `${got === undefined ? "no content-type" : `content-type ${JSON.stringify(got.slice(0, 80))}`}; accepted: ${accepted}`,
    { reason: "BOWLINE_CONTENT_TYPE" },
  );
  respondWithError(stream, error, ["accept-post", accepted], 415);
}

/** A streaming method: the refusal reaches streaming clients in the end message that they expect. */
function refuseStreaming(route: Route, stream: ServerStream): undefined {
  const error = streamingUnsupported(route.method);
  const contentType = parseContentType(stream.headers.get("content-type"));
  if (contentType?.stream !== true) {
    respondWithError(stream, error);
    return;
  }
  const { code, message } = error;
  const end = new TextEncoder().encode(JSON.stringify({ error: { code, message } }));
  const prefix = new Uint8Array(5);
  prefix[0] = 2;
  new DataView(prefix.buffer).setUint32(1, end.length);
  stream.body.append(prefix);
  stream.body.append(end);
  stream.respond(200, ["content-type", `application/connect+${contentType.codec}`]);
}

function notImplemented(route: Route): RpcError {
  return new RpcError("unimplemented", `${route.method.path} is not implemented by this server`, {
    reason: "BOWLINE_NO_HANDLER",
  });
}

/** One unary call over Connect, from the accepted headers to the answer. */
class UnaryExchange implements RequestReceiver, HandlerOutcome {
  readonly #stream: ServerStream;
  readonly #handler: AnyUnaryHandler;
  readonly #codec: Codec;
  readonly #body: MessageBody;
  readonly #call: ServerCall;
  readonly #onError: ErrorHook;
  #stopTimer: (() => void) | undefined;
  #over = false;

  constructor(
    stream: ServerStream,
    handler: AnyUnaryHandler,
    codec: Codec,
    body: MessageBody,
    call: ServerCall,
    onError: ErrorHook,
  ) {
    this.#stream = stream;
    this.#handler = handler;
    this.#codec = codec;
    this.#body = body;
    this.#call = call;
    this.#onError = onError;
  }

  /** Ends the call with `deadline_exceeded` when the caller has stopped waiting, whatever the handler does. */
  watch(deadline: Deadline): void {
    this.#stopTimer = onExpiry(deadline, () => this.#expire());
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    if (this.#over) return;
    try {
      this.#body.add(bytes, start, end);
    } catch (error) {
      this.failed(error);
    }
  }

  end(): void {
    if (this.#over) return;
    if (this.#call.timeRemainingMs() === 0) {
      this.#expire();
      return;
    }
    try {
      this.#body.finish();
      invokeUnary(this.#handler, this.#codec, this.#body, this.#call, this);
    } catch (error) {
      this.failed(error);
    }
  }

  interrupted(failure: StreamFailure): void {
    if (this.#over) return;
    const error = interruption(failure);
    this.failed(error);
    this.#call.abort(error);
  }

  drained(): void {}

  succeeded(response: unknown): void {
    if (this.#over) return;
    try {
      encodeResponse(this.#codec, this.#call, response, this.#stream.body);
    } catch (error) {
      this.failed(error);
      return;
    }
    this.#finish();
    const fields = ["content-type", unaryContentType(this.#codec)];
    appendMetadata(fields, this.#call.sentHeaders);
    appendTrailers(fields, this.#call.sentTrailers);
    this.#stream.respond(200, fields);
  }

  failed(thrown: unknown): void {
    if (this.#over) return;
    this.#finish();
    const error = toCallerError(thrown, this.#call, this.#onError);
    const fields: string[] = [];
    appendMetadata(fields, this.#call.sentHeaders);
    appendTrailers(fields, this.#call.sentTrailers);
    // Metadata that came from another server is that server's word to this one, not to our caller.
    if (error.origin === "local") {
      appendMetadata(fields, sendable(error.headers));
      appendTrailers(fields, sendable(error.trailers));
    }
    respondWithError(this.#stream, error, fields);
  }

  #expire(): void {
    if (this.#over) return;
    const error = new RpcError(
      "deadline_exceeded",
      `${this.#call.method.path} was not answered within the time that the caller waits (connect-timeout-ms)`,
      { reason: "BOWLINE_DEADLINE_EXCEEDED" },
    );
    this.failed(error);
    this.#call.abort(error);
  }

  #finish(): void {
    this.#over = true;
    this.#stopTimer?.();
  }
}

/** What a broken request means for its handler and, where it can still hear it, for the caller. */
function interruption(failure: StreamFailure): RpcError {
  const code =
    failure.kind === "shutdown"
      ? "unavailable"
      : failure.kind === "stalled"
        ? "deadline_exceeded"
        : "canceled";
  return new RpcError(code, failure.message, {
    cause: failure.cause,
    reason: failure.kind === "shutdown" ? "BOWLINE_SHUTDOWN" : "BOWLINE_REQUEST_BROKEN",
  });
}
