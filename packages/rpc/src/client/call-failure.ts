import { DecodeError, EncodeError, JsonError } from "@bowline/protobuf";
import type { Code } from "../code.js";
import type { ReadonlyMetadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import type { StreamFailure } from "../transport/stream-failure.js";

/** Who and what was called, for errors; the metadata that had come by then. */
export interface Place {
  readonly peer: string;
  readonly method: string;
  readonly headers?: ReadonlyMetadata;
  readonly trailers?: ReadonlyMetadata;
}

/** Says who and what is called, where it has to be told. */
export interface Placer {
  place(): Place;
}

/** What a broken stream means for the caller, by its kind. */
const outcomes: Readonly<
  Record<StreamFailure["kind"], { readonly code: Code; readonly reason: string }>
> = {
  unreachable: { code: "unavailable", reason: "BOWLINE_UNREACHABLE" },
  unsupported: { code: "unimplemented", reason: "BOWLINE_HTTP_VERSION" },
  refused: { code: "unavailable", reason: "BOWLINE_REFUSED" },
  canceled: { code: "canceled", reason: "BOWLINE_CANCELED" },
  exhausted: { code: "resource_exhausted", reason: "BOWLINE_REFUSED" },
  denied: { code: "permission_denied", reason: "BOWLINE_REFUSED" },
  lost: { code: "unavailable", reason: "BOWLINE_LOST" },
  stalled: { code: "unavailable", reason: "BOWLINE_STALLED" },
  malformed: { code: "internal", reason: "BOWLINE_MALFORMED" },
  limit: { code: "internal", reason: "BOWLINE_LIMIT" },
  shutdown: { code: "canceled", reason: "BOWLINE_SHUTDOWN" },
};

/** The outcome of a call whose stream broke. */
export function brokenStream({ kind, message, cause }: StreamFailure, place: Place): RpcError {
  const { code, reason } = outcomes[kind];
  return new RpcError(code, message, { ...place, cause, reason });
}

/** The outcome of a call whose time is over. */
export function expired(timeoutMs: number | undefined, place: Place): RpcError {
  return new RpcError("deadline_exceeded", `no answer within ${timeoutMs} ms`, {
    ...place,
    reason: "BOWLINE_DEADLINE_EXCEEDED",
  });
}

/** The outcome of a call that the caller gave up. */
export function canceled(cause: unknown, place: Place): RpcError {
  return new RpcError("canceled", "the caller gave the call up", {
    ...place,
    cause,
    reason: "BOWLINE_CANCELED",
  });
}

/** The outcome of a call that was cancelled for this reason, which may be the error itself. */
export function canceledBy(reason: unknown, place: Place): RpcError {
  return RpcError.is(reason) ? reason : canceled(reason, place);
}

/** The outcome of a call whose signal was aborted; that of `AbortSignal.timeout` is a deadline. */
export function aborted(cause: unknown, place: Place): RpcError {
  if (!(cause instanceof DOMException) || cause.name !== "TimeoutError") {
    return canceled(cause, place);
  }
  return new RpcError("deadline_exceeded", "no answer before the timeout of the call's signal", {
    ...place,
    cause,
    reason: "BOWLINE_DEADLINE_EXCEEDED",
  });
}

/** The outcome of a call whose parent is over: it ran out of time, or its caller gave it up. */
export function parentAborted(cause: unknown, place: Place): RpcError {
  const late = RpcError.is(cause) && cause.code === "deadline_exceeded";
  const code = late ? "deadline_exceeded" : "canceled";
  const reason = late ? "BOWLINE_DEADLINE_EXCEEDED" : "BOWLINE_CANCELED";
  const why = late ? "ran out of time" : "was given up";
  return new RpcError(code, `the call that this one was made for ${why}`, {
    ...place,
    cause,
    reason,
  });
}

/** The outcome of a call with a message that cannot be encoded. */
export function unencodable(error: unknown, place: Place): RpcError {
  if (RpcError.is(error)) return placed(error, place);
  const known = EncodeError.is(error) || JsonError.is(error) || error instanceof TypeError;
  const why = known ? (error as Error).message : String(error);
  return new RpcError("invalid_argument", `the request cannot be sent: ${why}`, {
    ...place,
    cause: error,
    reason: "BOWLINE_ENCODE",
  });
}

/** The outcome of a call with a response that cannot be decoded. */
export function undecodable(error: unknown, place: Place): RpcError {
  if (RpcError.is(error)) return placed(error, place);
  const why = DecodeError.is(error) || JsonError.is(error) ? error.message : String(error);
  return new RpcError("internal", `the response is not readable: ${why}`, {
    ...place,
    cause: error,
    reason: "BOWLINE_DECODE",
  });
}

/** The outcome of a call whose answer is not of the form that was asked for. */
export function unexpected(code: Code, message: string, place: Place): RpcError {
  return new RpcError(code, message, { ...place, reason: "BOWLINE_UNEXPECTED_RESPONSE" });
}

/** The outcome of a call whose response does not end as its protocol says. */
export function brokenEnd(message: string, place: Place, cause?: unknown): RpcError {
  return new RpcError("internal", message, { ...place, cause, reason: "BOWLINE_STREAM_END" });
}

/** An error of a part that does not know what is called. */
export function placed(error: RpcError, place: Place): RpcError {
  if (error.peer !== undefined) return error;
  const { code, rawMessage, cause, reason, rawDetails, origin } = error;
  const known = reason === undefined ? {} : { reason };
  return new RpcError(code, rawMessage, { ...place, ...known, cause, origin, details: rawDetails });
}

/** What is said of an HTTP status that came without an error of the protocol. */
export function statusMessage(status: number, headers?: ReadonlyMetadata): string {
  return `answered with HTTP status ${status} and no error that says more${statusHint(status, headers)}`;
}

function statusHint(status: number, headers: ReadonlyMetadata | undefined): string {
  if (status === 404) return "; is this the server of this service?";
  if (status === 431) return "; the headers of the request are past a limit of the server";
  if (status === 505) return "; the server does not take this call over this version of HTTP";
  const accepted = status === 415 ? headers?.get("accept-post") : undefined;
  return accepted === undefined ? "" : `; it accepts ${accepted.slice(0, 200)}`;
}
