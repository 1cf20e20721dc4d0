/**
 * Our server's side: gRPC's interoperability test service, and what the cases of this suite ask beyond it, which every
 * server of the suite understands:
 *
 * - `x-interop-delay-ms`: a unary call is answered that much later;
 * - `x-interop-token`: if the call is cancelled, the server remembers the token;
 * - `x-interop-ask`: the response header `x-interop-cancelled` says whether a call with that token was cancelled,
 *   or, where the server can tell, `unknown`: none has come;
 * - a unary call that is to fail carries a `google.rpc.ErrorInfo` as detail.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
  codes,
  detail,
  type HandlerCall,
  type Implementation,
  implement,
  RpcError,
} from "@bowline/rpc";
import { ErrorInfo } from "@bowline/rpc/errdetails";
import {
  type EchoStatus,
  type SimpleRequest,
  type StreamingOutputCallRequest,
  TestService,
} from "./gen/grpc/testing/test.pb.js";

const begun = new Set<string>();
const cancelled = new Set<string>();

/** The service; `counted` is told of every call. */
export function testService(counted: (call: HandlerCall) => void): Implementation {
  return implement(TestService, {
    emptyCall(_, call) {
      counted(call);
      echo(call);
      return {};
    },
    unaryCall: (request, call) => answer(request, call, counted),
    cacheableUnaryCall: (request, call) => answer(request, call, counted),
    async *streamingOutputCall(request, call) {
      counted(call);
      echo(call);
      yield* responses(request, call);
    },
    async streamingInputCall(requests, call) {
      counted(call);
      let size = 0;
      for await (const { payload } of requests) size += payload?.body.length ?? 0;
      return { aggregatedPayloadSize: size };
    },
    async *fullDuplexCall(requests, call) {
      counted(call);
      echo(call);
      remember(call);
      for await (const request of requests) yield* responses(request, call);
    },
    async *halfDuplexCall(requests, call) {
      counted(call);
      const all: StreamingOutputCallRequest[] = [];
      for await (const request of requests) all.push(request);
      for (const request of all) yield* responses(request, call);
    },
  });
}

async function answer(
  request: SimpleRequest,
  call: HandlerCall,
  counted: (call: HandlerCall) => void,
): Promise<{ payload: { body: Uint8Array }; serverId: string }> {
  counted(call);
  echo(call);
  const asked = call.requestHeaders.get("x-interop-ask");
  if (asked !== undefined) {
    const seen = begun.has(asked) ? String(cancelled.has(asked)) : "unknown";
    call.responseHeaders.set("x-interop-cancelled", seen);
  }
  const delay = Number(call.requestHeaders.get("x-interop-delay-ms") ?? 0);
  if (delay > 0) {
    remember(call);
    await pause(delay, undefined, { signal: call.signal });
  }
  fail(request.responseStatus);
  return {
    payload: { body: new Uint8Array(request.responseSize) },
    serverId: request.fillServerId ? "bowline" : "",
  };
}

async function* responses(
  { responseParameters, responseStatus }: StreamingOutputCallRequest,
  call: HandlerCall,
): AsyncGenerator<{ payload: { body: Uint8Array } }> {
  for (const { size, intervalUs } of responseParameters) {
    if (intervalUs > 0) {
      remember(call);
      await pause(intervalUs / 1_000, undefined, { signal: call.signal });
    }
    yield { payload: { body: new Uint8Array(size) } };
  }
  fail(responseStatus);
}

/** Gives back the metadata by which clients see whether theirs arrives, and comes back. */
function echo({ requestHeaders, responseHeaders, responseTrailers }: HandlerCall): void {
  const initial = requestHeaders.get("x-grpc-test-echo-initial");
  if (initial !== undefined) responseHeaders.set("x-grpc-test-echo-initial", initial);
  const trailing = requestHeaders.getBinary("x-grpc-test-echo-trailing-bin");
  if (trailing !== undefined) responseTrailers.setBinary("x-grpc-test-echo-trailing-bin", trailing);
}

function remember({ requestHeaders, signal }: HandlerCall): void {
  const token = requestHeaders.get("x-interop-token");
  if (token === undefined) return;
  begun.add(token);
  signal.addEventListener("abort", () => cancelled.add(token));
}

function fail(status: EchoStatus | undefined): void {
  const code = codes.find((each) => RpcError.number(each) === status?.code);
  if (status === undefined || code === undefined) return;
  throw new RpcError(code, status.message, {
    details: [
      detail(ErrorInfo, { reason: "INTEROP", domain: "interop.test", metadata: { a: "b" } }),
    ],
  });
}
