import { DecodeError, JsonError } from "@bowline/protobuf";
import type { Codec } from "../codec.js";
import { RpcError } from "../rpc-error.js";
import type { BodySink } from "../transport/byte-sink.js";
import type { MessageBody } from "../transport/message-body.js";
import type { ServerCall } from "./handler-call.js";
import type { AnyUnaryHandler } from "./implement.js";
import type { ErrorContext, ErrorHook } from "./options.js";

/** Takes the outcome of a handler, once. */
export interface HandlerOutcome {
  succeeded(response: unknown): void;
  failed(error: unknown): void;
}

/**
 * Decodes a request and calls the handler. A handler that answers without a promise is answered in the same tick.
 * @throws RpcError `invalid_argument` for a request that does not decode.
 */
export function invokeUnary(
  handler: AnyUnaryHandler,
  codec: Codec,
  body: MessageBody,
  call: ServerCall,
  outcome: HandlerOutcome,
): void {
  const request = decodeRequest(codec, body, call);
  let answer: unknown;
  try {
    answer = handler(request, call);
  } catch (error) {
    outcome.failed(error);
    return;
  }
  if (isThenable(answer)) {
    answer.then(
      (response) => outcome.succeeded(response),
      (error: unknown) => outcome.failed(error),
    );
  } else {
    outcome.succeeded(answer);
  }
}

function decodeRequest(codec: Codec, body: MessageBody, call: ServerCall): unknown {
  try {
    return codec.decode(call.method.input, body.bytes, body.start, body.end);
  } catch (error) {
    if (!DecodeError.is(error) && !JsonError.is(error)) throw error;
    throw new RpcError("invalid_argument", error.message, {
      cause: error,
      reason: "BOWLINE_DECODE",
    });
  }
}

/** Encodes what a handler returned. */
export function encodeResponse(
  codec: Codec,
  call: ServerCall,
  response: unknown,
  sink: BodySink,
): void {
  if (typeof response !== "object" || response === null) {
    const got = response === null ? "null" : typeof response;
    throw new TypeError(
      `the handler of ${call.method.path} returned ${got}; return a ${call.method.output.typeName} or a literal of its fields`,
    );
  }
  codec.encode(call.method.output, response, sink);
}

/**
 * The error that the caller is told: an `RpcError` as it is, anything else as `internal` without its text, which goes
 * to the hook.
 */
export function toCallerError(
  error: unknown,
  { method, peer }: ErrorContext,
  onError: ErrorHook,
): RpcError {
  if (RpcError.is(error)) return error;
  try {
    onError(error, { method, peer });
  } catch {
    // A hook that fails must not take the call with it.
  }
  return new RpcError("internal", "internal error", { cause: error, reason: "BOWLINE_HANDLER" });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as PromiseLike<unknown>).then === "function"
  );
}
