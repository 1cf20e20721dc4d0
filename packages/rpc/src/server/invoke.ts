import { RpcError } from "../rpc-error.js";
import type { ServerCall } from "./handler-call.js";
import type { ErrorContext, ErrorHook } from "./options.js";
import type { Route } from "./router.js";

/** Takes the outcome of a handler, once. */
export interface HandlerOutcome {
  succeeded(result: unknown): void;
  fail(error: unknown): void;
}

/**
 * Calls the handler of a route, inside its interceptors where there are any. A handler that answers without a promise is
 * answered in the same tick.
 */
export function invoke(route: Route, call: ServerCall, outcome: HandlerOutcome): void {
  let result: unknown;
  try {
    result =
      route.chain === undefined ? route.handler?.(call.request as never, call) : route.chain(call);
  } catch (error) {
    outcome.fail(error);
    return;
  }
  if (isThenable(result)) {
    result.then(
      (value) => outcome.succeeded(value),
      (error: unknown) => outcome.fail(error),
    );
  } else {
    outcome.succeeded(result);
  }
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
  try {
    if (RpcError.is(error)) return error;
    const told: unknown = onError(error, { method, peer });
    if (isThenable(told)) told.then(undefined, ignore);
  } catch {
    // A hook that fails must not take the call with it, nor a thing thrown that cannot be looked at.
  }
  return new RpcError("internal", "internal error", { cause: error, reason: "BOWLINE_HANDLER" });
}

function ignore(): void {}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as PromiseLike<unknown>).then === "function"
  );
}
