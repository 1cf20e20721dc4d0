/**
 * The cases that every client in JavaScript runs, ours and those of other makes, each over an adapter to its own API; the
 * clients in Go and Rust have the same. A case throws where something is not as it should be.
 *
 * @typedef {object} CallOptions
 * @property {Record<string, string | Uint8Array>} [headers] bytes for names in -bin
 * @property {number} [timeoutMs]
 * @property {AbortSignal} [signal]
 *
 * @typedef {object} Answer
 * @property {any} message
 * @property {(name: string) => string | undefined} header
 * @property {(name: string) => Uint8Array | undefined} trailer bytes of a name in -bin
 *
 * @typedef {object} Failure
 * @property {number} code gRPC's number
 * @property {string} text
 * @property {{ reason: string, domain: string, metadata: Record<string, string> }[]} details
 *
 * @typedef {object} Adapter
 * @property {(method: string, request: object, options?: CallOptions, service?: string) => Promise<Answer>} unary
 * @property {(method: string, request: object, options?: CallOptions) => AsyncIterable<any>} serverStream
 * @property {(method: string, requests: AsyncIterable<object>, options?: CallOptions) => Promise<any>} clientStream
 * @property {(method: string, requests: AsyncIterable<object>, options?: CallOptions) => AsyncIterable<any>} bidi
 * @property {(error: any) => Failure} failure
 * @property {() => void} close
 */
import { ok, deepStrictEqual as same } from "node:assert";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Outbox } from "./outbox.mjs";

const mebibyte = 1_048_576;
const nearLimit = Math.floor(3.9 * mebibyte);
const requestSizes = [27_182, 8, 1_828, 45_904];
const responseSizes = [31_415, 9, 2_653, 58_979];
const initialValue = "a value, with punctuation; and = signs";
const wrongState = { code: 9, message: "wrong state ☺" };

/** @type {Record<string, (adapter: Adapter) => Promise<void>>} */
export const cases = {
  async empty_unary(adapter) {
    await adapter.unary("EmptyCall", {});
  },

  async large_unary(adapter) {
    await exchange(adapter, 271_828, 314_159);
  },

  /** Larger than a flow-control window, and just within the usual limit. */
  async near_limit_unary(adapter) {
    await exchange(adapter, nearLimit, nearLimit);
  },

  async over_limit_unary(adapter) {
    const call = adapter.unary("UnaryCall", { payload: zeros(5 * mebibyte) });
    same((await failureOf(adapter, call)).code, 8);
    await adapter.unary("EmptyCall", {});
  },

  async initial_metadata(adapter) {
    const headers = { "x-grpc-test-echo-initial": initialValue };
    const { header } = await adapter.unary("UnaryCall", {}, { headers });
    same(header("x-grpc-test-echo-initial"), initialValue);
  },

  async binary_metadata(adapter) {
    const bytes = Uint8Array.of(0, 255, 1, 171);
    const headers = { "x-grpc-test-echo-trailing-bin": bytes };
    const { trailer } = await adapter.unary("UnaryCall", {}, { headers });
    same(Uint8Array.from(trailer("x-grpc-test-echo-trailing-bin") ?? []), bytes);
  },

  async error_details(adapter) {
    const call = adapter.unary("UnaryCall", { responseStatus: wrongState });
    const { code, text, details } = await failureOf(adapter, call);
    same({ code, text }, { code: 9, text: wrongState.message });
    same(details, [{ reason: "INTEROP", domain: "interop.test", metadata: { a: "b" } }]);
  },

  async unary_deadline(adapter) {
    const options = { headers: { "x-interop-delay-ms": "20000" }, timeoutMs: 150 };
    same((await failureOf(adapter, adapter.unary("UnaryCall", {}, options))).code, 4);
  },

  async unary_cancel(adapter) {
    const controller = new AbortController();
    const token = randomUUID();
    const headers = { "x-interop-delay-ms": "20000", "x-interop-token": token };
    const call = adapter.unary("UnaryCall", {}, { headers, signal: controller.signal });
    const failed = failureOf(adapter, call);
    while ((await askAfter(adapter, token)) === "unknown") await pause(20);
    // Not every server tells whether the call has come.
    await pause(300);
    controller.abort();
    same((await failed).code, 1);
    await seenByServer(adapter, token);
  },

  async unimplemented_method(adapter) {
    same((await failureOf(adapter, adapter.unary("UnimplementedCall", {}))).code, 12);
  },

  async unimplemented_service(adapter) {
    const call = adapter.unary("UnimplementedCall", {}, {}, "UnimplementedService");
    same((await failureOf(adapter, call)).code, 12);
  },

  async concurrent_unary(adapter) {
    const calls = Array.from({ length: 100 }, (_, index) => exchange(adapter, 100, 1_000 + index));
    await Promise.all(calls);
  },

  async server_streaming(adapter) {
    const request = { responseParameters: responseSizes.map((size) => ({ size })) };
    same(await sizesOf(adapter.serverStream("StreamingOutputCall", request)), responseSizes);
  },

  async server_streaming_error(adapter) {
    const seen = [];
    const request = { responseParameters: [{ size: 5 }, { size: 200_000 }] };
    const responseStatus = { code: 5, message: "the end" };
    const call = adapter.serverStream("StreamingOutputCall", { ...request, responseStatus });
    const { code, text } = await failureOf(adapter, sizesOf(call, seen));
    same({ seen, code, text }, { seen: [5, 200_000], code: 5, text: "the end" });
  },

  async server_streaming_deadline(adapter) {
    const seen = [];
    const request = { responseParameters: [{ size: 5 }, { size: 6, intervalUs: 20_000_000 }] };
    const call = adapter.serverStream("StreamingOutputCall", request, { timeoutMs: 500 });
    const { code } = await failureOf(adapter, sizesOf(call, seen));
    same({ seen, code }, { seen: [5], code: 4 });
  },

  async server_streaming_cancel(adapter) {
    const token = randomUUID();
    const controller = new AbortController();
    const request = { responseParameters: [{ size: 5 }, { size: 6, intervalUs: 20_000_000 }] };
    const options = { headers: { "x-interop-token": token }, signal: controller.signal };
    const responses = adapter.serverStream("StreamingOutputCall", request, options);
    const reader = responses[Symbol.asyncIterator]();
    same((await reader.next()).value?.payload.body.length, 5);
    // The server has come to its pause.
    await pause(50);
    controller.abort();
    same((await failureOf(adapter, reader.next())).code, 1);
    await seenByServer(adapter, token);
  },

  /** 10 MiB to a reader that takes its time. */
  async server_streaming_slow_reader(adapter) {
    const responseParameters = Array.from({ length: 40 }, () => ({ size: 262_144 }));
    let read = 0;
    for await (const { payload } of adapter.serverStream("StreamingOutputCall", {
      responseParameters,
    })) {
      same(payload.body.length, 262_144);
      if (++read % 10 === 0) await pause(20);
    }
    same(read, 40);
  },

  async client_streaming(adapter) {
    const requests = requestSizes.map((size) => ({ payload: zeros(size) }));
    const response = await adapter.clientStream("StreamingInputCall", listed(requests));
    same(response.aggregatedPayloadSize, 74_922);
  },

  /** 5 MiB in messages of 64 KiB. */
  async client_streaming_large(adapter) {
    const requests = Array.from({ length: 80 }, () => ({ payload: zeros(65_536) }));
    const response = await adapter.clientStream("StreamingInputCall", listed(requests));
    same(response.aggregatedPayloadSize, 80 * 65_536);
  },

  many_small_requests: (adapter) => sendMany(adapter, 30_000, 1_000),
  many_small_responses: (adapter) => receiveMany(adapter, 30_000, 1_000),
  many_tiny_requests: (adapter) => sendMany(adapter, 10_000, 0),
  many_tiny_responses: (adapter) => receiveMany(adapter, 10_000, 0),

  async ping_pong(adapter) {
    const outbox = new Outbox();
    const responses = adapter.bidi("FullDuplexCall", outbox)[Symbol.asyncIterator]();
    for (const [index, size] of requestSizes.entries()) {
      const responseSize = responseSizes[index];
      outbox.push({ responseParameters: [{ size: responseSize }], payload: zeros(size) });
      same((await responses.next()).value?.payload.body.length, responseSize);
    }
    outbox.end();
    same((await responses.next()).done, true);
  },

  async empty_stream(adapter) {
    same(await sizesOf(adapter.bidi("FullDuplexCall", listed([]))), []);
  },

  async bidi_error(adapter) {
    const seen = [];
    const outbox = new Outbox();
    outbox.push({ responseParameters: [{ size: 7 }] });
    outbox.push({ responseStatus: wrongState });
    const call = sizesOf(adapter.bidi("FullDuplexCall", outbox), seen);
    const { code, text } = await failureOf(adapter, call);
    outbox.end();
    same({ seen, code, text }, { seen: [7], code: 9, text: wrongState.message });
  },

  async bidi_cancel(adapter) {
    const token = randomUUID();
    const controller = new AbortController();
    const outbox = new Outbox();
    outbox.push({ responseParameters: [{ size: 7 }, { size: 8, intervalUs: 20_000_000 }] });
    const options = { headers: { "x-interop-token": token }, signal: controller.signal };
    const responses = adapter.bidi("FullDuplexCall", outbox, options)[Symbol.asyncIterator]();
    same((await responses.next()).value?.payload.body.length, 7);
    // The server has come to its pause.
    await pause(50);
    controller.abort();
    same((await failureOf(adapter, responses.next())).code, 1);
    outbox.end();
    await seenByServer(adapter, token);
  },
};

async function sendMany(adapter, count, size) {
  const requests = Array.from({ length: count }, () => ({ payload: zeros(size) }));
  const response = await adapter.clientStream("StreamingInputCall", listed(requests));
  same(response.aggregatedPayloadSize, count * size);
}

async function receiveMany(adapter, count, size) {
  const responseParameters = Array.from({ length: count }, () => ({ size }));
  const call = adapter.serverStream("StreamingOutputCall", { responseParameters });
  const sizes = await sizesOf(call);
  same(
    { count: sizes.length, strange: sizes.filter((each) => each !== size) },
    { count, strange: [] },
  );
}

function zeros(size) {
  return { body: new Uint8Array(size) };
}

async function* listed(messages) {
  yield* messages;
}

async function exchange(adapter, size, responseSize) {
  const { message } = await adapter.unary("UnaryCall", { responseSize, payload: zeros(size) });
  same(message.payload.body.length, responseSize);
}

async function sizesOf(responses, seen = []) {
  for await (const { payload } of responses) seen.push(payload.body.length);
  return seen;
}

/** @param {Adapter} adapter @param {PromiseLike<unknown>} call @returns {Promise<Failure>} */
async function failureOf(adapter, call) {
  try {
    await call;
  } catch (error) {
    return adapter.failure(error);
  }
  throw new Error("the call should have failed");
}

/** What the server says of the call with this token: whether it was cancelled, or that it does not know it. */
async function askAfter(adapter, token) {
  const headers = { "x-interop-ask": token };
  return (await adapter.unary("UnaryCall", {}, { headers })).header("x-interop-cancelled");
}

/** Waits until the server says that it knows of the cancellation. */
async function seenByServer(adapter, token) {
  let seen;
  for (let i = 0; i < 100 && seen !== "true"; i++) {
    seen = await askAfter(adapter, token);
    if (seen !== "true") await pause(20);
  }
  ok(seen === "true", "the server never knew that the call was cancelled");
}
