/** Makes one call as the suite describes it, and tells what came of it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { MessageType } from "@bowline/protobuf";
import { type Any, anyUnpack } from "@bowline/protobuf/wkt";
import {
  type CallOptions,
  type Client,
  createClient,
  type ReadonlyMetadata,
  RpcError,
} from "@bowline/rpc";
import type {
  ClientCompatRequest,
  ClientResponseResultInit,
} from "../gen/connectrpc/conformance/v1/client_compat.pb.js";
import { StreamType } from "../gen/connectrpc/conformance/v1/config.pb.js";
import {
  BidiStreamRequest,
  ClientStreamRequest,
  ConformancePayload,
  ConformanceService,
  IdempotentUnaryRequest,
  ServerStreamRequest,
  UnaryRequest,
  UnimplementedRequest,
} from "../gen/connectrpc/conformance/v1/service.pb.js";
import { fromRpcError } from "../wire/error-status.js";
import { listReceived } from "../wire/header-list.js";
import { cancelTimingOf } from "./cancel-timing.js";
import type { Way } from "./channels.js";

type Service = Client<typeof ConformanceService.methods>;

/** What all calls have in common once they have started. */
interface StartedCall {
  readonly headers: Promise<ReadonlyMetadata>;
  readonly trailers: Promise<ReadonlyMetadata>;
  cancel(): void;
}

interface Response {
  readonly payload: ConformancePayload | undefined;
}

/** What is collected of a call while it runs. */
interface Progress {
  readonly payloads: ConformancePayload[];
  unsent: number;
  error: RpcError | undefined;
}

/** @throws TypeError for a request that makes no sense; whatever happens to the call itself is part of the result. */
export async function invoke(
  request: ClientCompatRequest,
  { channel }: Way,
): Promise<ClientResponseResultInit> {
  const client = createClient(ConformanceService, channel);
  return start(client, request, { payloads: [], unsent: 0, error: undefined });
}

function start(
  client: Service,
  request: ClientCompatRequest,
  progress: Progress,
): Promise<ClientResponseResultInit> {
  const options = optionsOf(request);
  switch (request.method) {
    case "Unary":
      return unary(request, progress, UnaryRequest, (message) => client.unary(message, options));
    case "IdempotentUnary":
      return unary(request, progress, IdempotentUnaryRequest, (message) =>
        client.idempotentUnary(message, options),
      );
    case "Unimplemented":
      return unary(request, progress, UnimplementedRequest, (message) =>
        client.unimplemented(message, options),
      );
    case "ServerStream":
      return serverStream(client, request, options, progress);
    case "ClientStream":
      return clientStream(client, request, options, progress);
    case "BidiStream":
      return bidiStream(client, request, options, progress);
    default:
      throw new TypeError(`no method ${request.method}`);
  }
}

function optionsOf(request: ClientCompatRequest): CallOptions {
  const headers = request.requestHeaders.flatMap(({ name, value }) =>
    value.map((each) => [name, each] as const),
  );
  return { headers, timeoutMs: request.timeoutMs, useHttpGet: request.useGetHttpMethod };
}

async function unary<T>(
  request: ClientCompatRequest,
  progress: Progress,
  type: MessageType<T>,
  begin: (message: T) => StartedCall & PromiseLike<Response | object>,
): Promise<ClientResponseResultInit> {
  const message = onlyMessage(request, type);
  await pause(request);
  const call = begin(message);
  await finish(call, request, progress);
  return resultOf(call, progress);
}

async function serverStream(
  client: Service,
  request: ClientCompatRequest,
  options: CallOptions,
  progress: Progress,
): Promise<ClientResponseResultInit> {
  const message = onlyMessage(request, ServerStreamRequest);
  await pause(request);
  const call = client.serverStream(message, options);
  cancelByTime(call, request);
  await receiveAll(call, call[Symbol.asyncIterator](), request, progress);
  return resultOf(call, progress);
}

async function clientStream(
  client: Service,
  request: ClientCompatRequest,
  options: CallOptions,
  progress: Progress,
): Promise<ClientResponseResultInit> {
  const messages = request.requestMessages.map((any) => unpack(any, ClientStreamRequest));
  const call = client.clientStream(undefined, options);
  for (const [index, message] of messages.entries()) {
    await pause(request);
    if (await isSent(call.send(message))) continue;
    progress.unsent = messages.length - index;
    break;
  }
  if (cancelTimingOf(request).beforeCloseSend) call.cancel();
  else call.closeSend();
  await finish(call, request, progress);
  return resultOf(call, progress);
}

async function bidiStream(
  client: Service,
  request: ClientCompatRequest,
  options: CallOptions,
  progress: Progress,
): Promise<ClientResponseResultInit> {
  const messages = request.requestMessages.map((any) => unpack(any, BidiStreamRequest));
  const call = client.bidiStream(undefined, options);
  const responses = call[Symbol.asyncIterator]();
  const fullDuplex = request.streamType === StreamType.FULL_DUPLEX_BIDI_STREAM;
  for (const [index, message] of messages.entries()) {
    await pause(request);
    if (!(await isSent(call.send(message)))) {
      progress.unsent = messages.length - index;
      break;
    }
    if (fullDuplex && !(await receive(call, responses, request, progress))) break;
  }
  if (cancelTimingOf(request).beforeCloseSend) call.cancel();
  else call.closeSend();
  cancelByTime(call, request);
  if (progress.error === undefined) await receiveAll(call, responses, request, progress);
  return resultOf(call, progress);
}

/** Waits for the one response of a call. */
async function finish(
  call: StartedCall & PromiseLike<Response | object>,
  request: ClientCompatRequest,
  progress: Progress,
): Promise<void> {
  cancelByTime(call, request);
  try {
    const response = await call;
    progress.payloads.push(payloadOf(response));
  } catch (error) {
    progress.error = rpcError(error);
  }
}

async function receiveAll(
  call: StartedCall,
  responses: AsyncIterator<Response>,
  request: ClientCompatRequest,
  progress: Progress,
): Promise<void> {
  while (await receive(call, responses, request, progress));
}

/** Takes the next response; false at the end of the stream, be it an error. */
async function receive(
  call: StartedCall,
  responses: AsyncIterator<Response>,
  request: ClientCompatRequest,
  progress: Progress,
): Promise<boolean> {
  try {
    const next = await responses.next();
    if (next.done) return false;
    progress.payloads.push(payloadOf(next.value));
  } catch (error) {
    progress.error = rpcError(error);
    return false;
  }
  if (progress.payloads.length === cancelTimingOf(request).afterResponses) call.cancel();
  return true;
}

/** A response without a payload counts as one with an empty payload. */
function payloadOf(response: Response | object): ConformancePayload {
  const payload = "payload" in response ? response.payload : undefined;
  return payload ?? ConformancePayload.create({});
}

/**
 * Waits before a message is sent, where the suite asks for it. Messages without a pause leave together: of half-duplex
 * calls over HTTP/1.1 whose messages come apart, the suite's grpc-go server answers some with "http: invalid Read on
 * closed Body" (1 in 66 at 50 ms). It sends the response's head at the first message, and Go's HTTP/1.1 server then
 * discards the rest of the request in a race with the handler that reads it.
 */
async function pause({ requestDelayMs }: ClientCompatRequest): Promise<void> {
  if (requestDelayMs > 0) await sleep(requestDelayMs);
}

function cancelByTime(call: StartedCall, request: ClientCompatRequest): void {
  const { afterCloseSendMs } = cancelTimingOf(request);
  if (afterCloseSendMs !== undefined) setTimeout(() => call.cancel(), afterCloseSendMs);
}

/** Whether a message could be sent; if not, the call's outcome says why. */
function isSent(sending: Promise<void>): Promise<boolean> {
  return sending.then(
    () => true,
    (error) => {
      rpcError(error);
      return false;
    },
  );
}

async function resultOf(
  call: StartedCall,
  { payloads, unsent, error }: Progress,
): Promise<ClientResponseResultInit> {
  const headers = (await ifAny(call.headers)) ?? error?.headers;
  const trailers = error?.trailers ?? (await ifAny(call.trailers));
  return {
    responseHeaders: listReceived(headers),
    responseTrailers: listReceived(trailers),
    payloads,
    numUnsentRequests: unsent,
    ...(error === undefined ? {} : { error: fromRpcError(error) }),
  };
}

function ifAny(metadata: Promise<ReadonlyMetadata>): Promise<ReadonlyMetadata | undefined> {
  return metadata.catch(() => undefined);
}

/** The outcome of a call is an `RpcError`, whatever happened; anything else is a fault that ends the program. */
function rpcError(error: unknown): RpcError {
  if (RpcError.is(error)) return error;
  throw error;
}

function onlyMessage<T>(request: ClientCompatRequest, type: MessageType<T>): T {
  const [message, ...others] = request.requestMessages;
  if (message === undefined || others.length > 0) {
    throw new TypeError(`${request.method} takes one request, not ${others.length + 1}`);
  }
  return unpack(message, type);
}

function unpack<T>(any: Any, type: MessageType<T>): T {
  const message = anyUnpack(any, type);
  if (message === undefined) throw new TypeError(`${any.typeUrl} is no ${type.typeName}`);
  return message;
}
