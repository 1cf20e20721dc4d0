import { type Code, RpcError } from "@bowline/rpc";

/** The code of an error that says an HTTP status; of other statuses below 500 it is `invalid_argument`. */
const codes: ReadonlyMap<number, Code> = new Map<number, Code>([
  [401, "unauthenticated"],
  [403, "permission_denied"],
  [404, "not_found"],
  [408, "deadline_exceeded"],
  [409, "aborted"],
  [412, "failed_precondition"],
  [413, "resource_exhausted"],
  [429, "resource_exhausted"],
  [499, "canceled"],
  [501, "unimplemented"],
  [503, "unavailable"],
  [504, "deadline_exceeded"],
]);

/** What frameworks and `http-errors` put on errors. */
interface StatusError {
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly expose?: unknown;
  readonly message?: unknown;
}

/**
 * What a framework's middleware threw, as callers are told of it: an `RpcError` as it is; an error with an HTTP status
 * below 500 (`createError(401, "who are you?")`) by its status, with its text unless `expose: false` keeps that back;
 * one of 501, 503 and 504 by its status. `undefined` for everything else, which is `internal` without its text.
 */
export function rpcErrorOf(thrown: unknown): RpcError | undefined {
  if (RpcError.is(thrown)) return thrown;
  if (typeof thrown !== "object" || thrown === null) return undefined;
  const error = thrown as StatusError;
  const status = Number(error.statusCode ?? error.status);
  if (!(status >= 400 && status < 600)) return undefined;
  const code = codes.get(status) ?? (status < 500 ? "invalid_argument" : undefined);
  if (code === undefined) return undefined;
  const isShown = error.expose ?? status < 500;
  const message = isShown === true && typeof error.message === "string" ? error.message : "";
  return new RpcError(code, message || `a middleware answered with HTTP status ${status}`, {
    cause: thrown,
  });
}
