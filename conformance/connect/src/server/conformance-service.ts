/** The service that the suite calls, by the rules in its schema. */
import type { Any } from "@bowline/protobuf/wkt";
import { type HandlerCall, type Implementation, implement } from "@bowline/rpc";
import {
  BidiStreamRequest,
  type BidiStreamResponseInit,
  ClientStreamRequest,
  ConformanceService,
  IdempotentUnaryRequest,
  ServerStreamRequest,
  type ServerStreamResponseInit,
  type StreamResponseDefinition,
  UnaryRequest,
  type UnaryResponseDefinition,
} from "../gen/connectrpc/conformance/v1/service.pb.js";
import { toRpcError } from "../wire/error-status.js";
import { asAny, requestInfo } from "./request-info.js";
import { answerOnce, delay, failure, setMetadata } from "./response-definition.js";

/** Everything but `Unimplemented`; `onCall` is told of every call. */
export function conformanceService(onCall: (call: HandlerCall) => void): Implementation {
  return implement(ConformanceService, {
    async unary(request, call) {
      onCall(call);
      const requests = [asAny(UnaryRequest, request)];
      return { payload: await answerOnce(request.responseDefinition, requests, call) };
    },
    async idempotentUnary(request, call) {
      onCall(call);
      const requests = [asAny(IdempotentUnaryRequest, request)];
      return { payload: await answerOnce(request.responseDefinition, requests, call) };
    },
    async clientStream(received, call) {
      onCall(call);
      const requests: Any[] = [];
      let definition: UnaryResponseDefinition | undefined;
      for await (const request of received) {
        if (requests.length === 0) definition = request.responseDefinition;
        requests.push(asAny(ClientStreamRequest, request));
      }
      return { payload: await answerOnce(definition, requests, call) };
    },
    async *serverStream(request, call) {
      onCall(call);
      yield* serverStream(request, call);
    },
    async *bidiStream(received, call) {
      onCall(call);
      yield* bidiStream(received, call);
    },
  });
}

async function* serverStream(
  request: ServerStreamRequest,
  call: HandlerCall,
): AsyncGenerator<ServerStreamResponseInit> {
  const definition = request.responseDefinition;
  if (definition === undefined) return;
  setMetadata(definition, call);
  yield* remaining(definition, 0, [asAny(ServerStreamRequest, request)], call);
}

async function* bidiStream(
  received: AsyncIterable<BidiStreamRequest>,
  call: HandlerCall,
): AsyncGenerator<BidiStreamResponseInit> {
  let definition: StreamResponseDefinition | undefined;
  let fullDuplex = false;
  let first = true;
  let sent = 0;
  let requests: Any[] = [];
  for await (const request of received) {
    requests.push(asAny(BidiStreamRequest, request));
    if (first) {
      first = false;
      definition = request.responseDefinition;
      fullDuplex = request.fullDuplex;
      if (definition !== undefined) setMetadata(definition, call);
    }
    if (!fullDuplex) continue;
    const data = definition?.responseData[sent];
    if (definition === undefined || data === undefined) break;
    await delay(definition.responseDelayMs, call);
    const info = sent === 0 ? requestInfo(call, requests) : { requests };
    yield { payload: { data, requestInfo: info } };
    sent += 1;
    requests = [];
  }
  if (definition !== undefined) yield* remaining(definition, sent, requests, call);
}

/** The responses that are still to be sent, then the error. The first response of a call tells what the server saw. */
async function* remaining(
  definition: StreamResponseDefinition,
  sent: number,
  requests: readonly Any[],
  call: HandlerCall,
): AsyncGenerator<BidiStreamResponseInit> {
  const { responseData, responseDelayMs, error } = definition;
  for (let index = sent; index < responseData.length; index++) {
    await delay(responseDelayMs, call);
    const data = responseData[index] as Uint8Array;
    yield {
      payload: index === 0 ? { data, requestInfo: requestInfo(call, requests) } : { data },
    };
  }
  if (error === undefined) return;
  throw sent + responseData.length === 0 ? failure(error, call, requests) : toRpcError(error);
}
