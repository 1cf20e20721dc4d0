import type { ContextValues } from "./context.js";
import type { Metadata } from "./metadata.js";
import type { Peer } from "./server/handler-call.js";
import type { Method } from "./service-type.js";

/**
 * A call as interceptors see it, on clients and servers alike. What it holds is made when it is asked for: an interceptor
 * that reads no message has none decoded.
 */
export interface InterceptedCall {
  readonly side: "client" | "server";
  readonly method: Method;
  /** On servers who calls, on clients who is called. */
  readonly peer: Peer;
  /** May be changed before `next`: on clients that is what is sent, on servers what the handler reads. */
  readonly requestHeaders: Metadata;
  /** On servers what is sent before the response; on clients what came, filled by the time that `next` has settled. */
  readonly responseHeaders: Metadata;
  /** On servers what is sent behind the response; on clients what came, filled when the response is complete. */
  readonly responseTrailers: Metadata;
  readonly deadline: Date | undefined;
  /** Milliseconds until the deadline, 0 when it has passed; `undefined` without one. */
  timeRemainingMs(): number | undefined;
  /** Aborted when the deadline passes, the caller gives up or is gone; its reason is an `RpcError`. */
  readonly signal: AbortSignal;
  /** Values of this call, which interceptors and handlers share. */
  readonly values: ContextValues;
  /**
   * The request message (unary, server streaming), decoded on first use and then shared with the handler, or the
   * AsyncIterable of request messages (client streaming, bidi). Assign to it to send, or hand on, something else.
   */
  request: unknown;
}

/**
 * What comes next on the way of a call: another interceptor, at last the handler or the wire. The result is the response
 * message (unary, client streaming), or the AsyncIterable of response messages (server streaming, bidi).
 */
export type InterceptorNext = (call: InterceptedCall) => Promise<unknown>;

/**
 * Stands between a caller and what is called: `(next) => async (call) => next(call)`. The same type on clients and servers,
 * for unary methods and streams. The outer function is called once, when the channel or server is made; the inner one
 * for every call. The first of a list is the outermost.
 *
 * It may read and change headers and messages, answer without calling `next`, or call `next` more than once: that repeats
 * the call (a new request on clients, the handler again on servers; a stream of requests can be read only once).
 */
export type Interceptor = (next: InterceptorNext) => InterceptorNext;

/**
 * Puts interceptors around the end of a way; the first of the list is the outermost.
 * @throws TypeError for one that returns no function.
 */
export function chainInterceptors(
  interceptors: readonly Interceptor[],
  last: InterceptorNext,
): InterceptorNext {
  return interceptors.reduceRight((next, interceptor) => {
    const around: unknown = interceptor(next);
    if (typeof around === "function") return around as InterceptorNext;
    throw new TypeError(
      "an interceptor must return a function: (next) => async (call) => { … return next(call); }",
    );
  }, last);
}
