/** Carries out what a request says of its response. */
import { setTimeout } from "node:timers/promises";
import { type Any, anyPack } from "@bowline/protobuf/wkt";
import type { HandlerCall, RpcError } from "@bowline/rpc";
import {
  ConformancePayload_RequestInfo,
  type ConformancePayloadInit,
  type Error as ErrorStatus,
  type StreamResponseDefinition,
  type UnaryResponseDefinition,
} from "../gen/connectrpc/conformance/v1/service.pb.js";
import { toRpcError } from "../wire/error-status.js";
import { addHeaders } from "../wire/header-list.js";
import { requestInfo } from "./request-info.js";

/** The one payload of a unary or client-streaming method. */
export async function answerOnce(
  definition: UnaryResponseDefinition | undefined,
  requests: readonly Any[],
  call: HandlerCall,
): Promise<ConformancePayloadInit> {
  const info = requestInfo(call, requests);
  if (definition === undefined) return { requestInfo: info };
  setMetadata(definition, call);
  await delay(definition.responseDelayMs, call);
  const { response } = definition;
  if (response?.case === "error") throw failure(response.value, call, requests);
  return response === undefined
    ? { requestInfo: info }
    : { data: response.value, requestInfo: info };
}

/** Sets the headers and trailers of the response. */
export function setMetadata(
  definition: UnaryResponseDefinition | StreamResponseDefinition,
  call: HandlerCall,
): void {
  addHeaders(call.responseHeaders, definition.responseHeaders);
  addHeaders(call.responseTrailers, definition.responseTrailers);
}

/** Waits as long as the definition says, or until nobody waits for the answer any more. */
export async function delay(ms: number, call: HandlerCall): Promise<void> {
  if (ms > 0) await setTimeout(ms, undefined, { signal: call.signal });
}

/** The error of a call that sent no response: it carries what the server saw. */
export function failure(
  status: ErrorStatus,
  call: HandlerCall,
  requests: readonly Any[],
): RpcError {
  return toRpcError(status, [anyPack(ConformancePayload_RequestInfo, requestInfo(call, requests))]);
}
