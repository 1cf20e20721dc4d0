import { ContextValues } from "./context.js";
import type { InterceptedCall, Interceptor } from "./interceptor.js";
import { Metadata, type MetadataInit } from "./metadata.js";
import type { Peer } from "./server/handler-call.js";
import type { Method } from "./service-type.js";

/** What {@link runInterceptor} calls an interceptor with. */
export interface InterceptorRun {
  readonly method: Method;
  /** The request message, or the AsyncIterable of them. */
  readonly request?: unknown;
  /** Which side is played. Default `server`. */
  readonly side?: "client" | "server";
  readonly requestHeaders?: MetadataInit;
  readonly peer?: Partial<Peer>;
  readonly signal?: AbortSignal;
  readonly values?: ContextValues;
  /** Milliseconds until the deadline. Default none. */
  readonly timeoutMs?: number;
  /** What stands for the handler or the wire. Default: answers with an empty literal. */
  readonly next?: (call: InterceptedCall) => unknown;
}

/** What came of an interceptor that ran alone. */
export interface InterceptorResult {
  /** What it answered. */
  readonly response: unknown;
  /** The call, with the headers, trailers and values that it has now. */
  readonly call: InterceptedCall;
  /** How often `next` was called. */
  readonly nextCalls: number;
}

/**
 * Runs one interceptor alone, for its test: no server, no channel.
 * @throws what the interceptor throws.
 */
export async function runInterceptor(
  interceptor: Interceptor,
  run: InterceptorRun,
): Promise<InterceptorResult> {
  let nextCalls = 0;
  const call = callOf(run);
  const around = interceptor(async (each) => {
    nextCalls++;
    return run.next === undefined ? {} : run.next(each);
  });
  const response = await around(call);
  return { response, call, nextCalls };
}

function callOf(run: InterceptorRun): InterceptedCall {
  const { timeoutMs } = run;
  const expires = timeoutMs === undefined ? undefined : Date.now() + timeoutMs;
  return {
    side: run.side ?? "server",
    method: run.method,
    peer: {
      address: "127.0.0.1:1",
      protocol: "connect",
      httpVersion: "2",
      tls: undefined,
      ...run.peer,
    },
    requestHeaders: new Metadata(run.requestHeaders),
    responseHeaders: new Metadata(),
    responseTrailers: new Metadata(),
    deadline: expires === undefined ? undefined : new Date(expires),
    timeRemainingMs: () => (expires === undefined ? undefined : Math.max(0, expires - Date.now())),
    signal: run.signal ?? new AbortController().signal,
    values: run.values ?? new ContextValues(),
    request: run.request,
  };
}
