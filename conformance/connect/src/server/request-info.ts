/** What a server tells about the requests that it saw. */
import type { MessageType } from "@bowline/protobuf";
import { type Any, anyPack } from "@bowline/protobuf/wkt";
import type { HandlerCall } from "@bowline/rpc";
import type { ConformancePayload_RequestInfoInit } from "../gen/connectrpc/conformance/v1/service.pb.js";
import { listHeaders } from "../wire/header-list.js";

/** The whole of it: headers, remaining time, and the requests since the last response. */
export function requestInfo(
  call: HandlerCall,
  requests: readonly Any[],
): ConformancePayload_RequestInfoInit {
  const remainingMs = call.timeRemainingMs();
  return {
    requestHeaders: listHeaders(call.requestHeaders),
    ...(remainingMs === undefined ? {} : { timeoutMs: BigInt(Math.floor(remainingMs)) }),
    requests,
  };
}

/** A request, as it is listed. */
export function asAny<T, I>(type: MessageType<T, I>, request: I): Any {
  return anyPack(type, request);
}
