import { afterEach, expect, it, vi } from "vitest";
import { detail } from "../error-detail.js";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { fakeServer } from "../fixtures/fake-server-stream.js";
import { Metadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import type { HandlerCall } from "../server/handler-call.js";
import { type Handlers, implement } from "../server/implement.js";
import type { RequestHandlerOptions } from "../server/options.js";
import { decodeError } from "./error.js";

const json = { "content-type": "application/json" };
const proto = { "content-type": "application/proto" };

function serverOf(
  handlers: Handlers<(typeof EchoService)["methods"]>,
  options?: Partial<RequestHandlerOptions>,
) {
  return fakeServer([implement(EchoService, handlers)], options);
}

const echo = serverOf({ echo: (request) => request });

function errorOf(body: Uint8Array): RpcError {
  return decodeError(body, { code: "unknown", message: "no error in the body" }, {});
}

afterEach(() => {
  vi.useRealTimers();
});

it("answers a binary request in binary and a JSON request in JSON", async () => {
  const bytes = Method.encode({ name: "a" });
  const binary = await echo({ headers: proto, body: bytes }).answer;
  expect(binary.status).toBe(200);
  expect([...binary.headers]).toEqual([["content-type", "application/proto"]]);
  expect(Method.decode(binary.body).name).toBe("a");
  const text = await echo({ headers: json, body: '{"name": "b"}' }).answer;
  expect(text.headers.get("content-type")).toBe("application/json");
  expect(text.text).toBe('{"name":"b"}');
});

it("ignores fields in JSON that the schema does not know", async () => {
  const answer = await echo({ headers: json, body: '{"name": "b", "added_later": {"x": [1]}}' })
    .answer;
  expect([answer.status, answer.text]).toEqual([200, '{"name":"b"}']);
});

it("answers an empty binary body as the empty message", async () => {
  const stream = echo({ headers: proto });
  stream.receiver?.end();
  expect(await stream.answer).toMatchObject({ status: 200, text: "" });
});

it("refuses a body that does not decode with invalid_argument", async () => {
  for (const [headers, body] of [
    [proto, Uint8Array.of(0x0a, 5, 1)],
    [json, '{"name":'],
    [json, ""],
  ] as const) {
    const answer = await echo({ headers, body }).answer;
    expect(answer.status).toBe(400);
    expect(errorOf(answer.body)).toMatchObject({ code: "invalid_argument" });
    expect(answer.text).toContain("google.protobuf.Method");
  }
});

it.each([
  ["a path that is not canonical", { target: "/a/../b", headers: json }, 400, "invalid_argument"],
  ["a path where nothing is", { target: "/a.B/C", headers: json }, 404, "unimplemented"],
  [
    "another version",
    { headers: { ...json, "connect-protocol-version": "2" } },
    400,
    "invalid_argument",
  ],
  ["an encoding", { headers: { ...json, "content-encoding": "gzip" } }, 501, "unimplemented"],
  [
    "eleven digits of timeout",
    { headers: { ...json, "connect-timeout-ms": "10000000000" } },
    400,
    "invalid_argument",
  ],
  [
    "an announced size past the limit",
    { headers: { ...json, "content-length": "1025" } },
    429,
    "resource_exhausted",
  ],
  [
    "a method without a handler",
    { target: "/test.v1.EchoService/Other", headers: json },
    501,
    "unimplemented",
  ],
] as const)(
  "refuses %s on the headers, before the body is taken",
  async (_, request, status, code) => {
    const stream = echo(request);
    expect(stream.receiver).toBeUndefined();
    const answer = await stream.answer;
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(errorOf(answer.body)).toMatchObject({ code, origin: "wire" });
  },
);

it.each([
  ["GET", { method: "GET", headers: json }, 405, "GET is not supported here; use POST"],
  ["OPTIONS", { method: "OPTIONS" }, 405, "OPTIONS is not supported here; use POST"],
  ["no content type", {}, 415, "no content-type; accepted: application/proto"],
  [
    "an unknown codec",
    { headers: { "content-type": "application/xml" } },
    415,
    '"application/xml"',
  ],
  [
    "a unary request for a streaming method",
    { target: "/test.v1.EchoService/Watch", headers: json },
    415,
    "the method streams, accepted: application/connect+proto",
  ],
] as const)(
  "answers %s in plain text, so that a client takes the code from the status",
  async (_, request, status, text) => {
    const stream = echo(request);
    expect(stream.receiver).toBeUndefined();
    const answer = await stream.answer;
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(answer.text).toContain(text);
  },
);

it("says with a refusal what is accepted", async () => {
  const wrongMethod = await echo({ method: "GET" }).answer;
  expect(wrongMethod.headers.get("allow")).toBe("POST");
  const wrongType = await echo({ headers: { "content-type": "text/plain" } }).answer;
  expect(wrongType.headers.get("accept-post")).toBe("application/proto, application/json");
  expect(wrongType.text).toContain("application/proto, application/json");
  const wrongEncoding = await echo({ headers: { ...json, "content-encoding": "br" } }).answer;
  expect(wrongEncoding.text).toContain("accepted: identity");
});

it("refuses a streaming client in the end message that it reads", async () => {
  const answer = await echo({
    target: "/test.v1.EchoService/Watch",
    headers: { "content-type": "application/connect+json" },
  }).answer;
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/connect+json");
  expect(answer.body[0]).toBe(2);
  expect(new DataView(answer.body.buffer).getUint32(1)).toBe(answer.body.length - 5);
  const { error } = JSON.parse(new TextDecoder().decode(answer.body.subarray(5)));
  expect(error).toMatchObject({ code: "unimplemented", message: /server-streaming/ });
});

it("takes limit - 1 and limit, and refuses limit + 1 while it streams, unannounced", async () => {
  const request = (size: number) => {
    const bytes = Method.encode({ name: "x".repeat(size - 3) });
    expect(bytes).toHaveLength(size);
    const stream = echo({ headers: proto });
    stream.receiver?.data(bytes, 0, 500);
    stream.receiver?.data(bytes, 500, size);
    stream.receiver?.end();
    return stream.answer;
  };
  expect((await request(1023)).status).toBe(200);
  expect((await request(1024)).status).toBe(200);
  const answer = await request(1025);
  expect([answer.status, errorOf(answer.body).code]).toEqual([429, "resource_exhausted"]);
});

it("gives the handler its call: method, peer, headers, response metadata, values", async () => {
  let seen: HandlerCall | undefined;
  const server = serverOf({
    async echo(request, call) {
      seen = call;
      call.responseHeaders.set("x-served-by", "me").append("x-list", "1").append("x-list", "2");
      call.responseTrailers.set("x-cost", "7");
      return request;
    },
  });
  const answer = await server({ headers: { ...json, "X-Tenant": "t" }, body: "{}" }).answer;
  expect([...answer.headers]).toEqual([
    ["content-type", "application/json"],
    ["x-served-by", "me"],
    ["x-list", "1"],
    ["x-list", "2"],
    ["trailer-x-cost", "7"],
  ]);
  expect(seen?.method).toBe(EchoService.methods.echo);
  expect(seen?.peer).toEqual({ address: "10.0.0.9:5000", protocol: "connect", httpVersion: "1.1" });
  expect(seen?.requestHeaders.get("x-tenant")).toBe("t");
  expect([seen?.deadline, seen?.timeRemainingMs(), seen?.signal.aborted]).toEqual([
    undefined,
    undefined,
    false,
  ]);
});

it("sends an RpcError of the handler with code, message, details and metadata", async () => {
  const server = serverOf({
    echo(_, call) {
      call.responseHeaders.set("x-a", "1");
      throw new RpcError("not_found", "no such thing", {
        details: [detail(Method, { name: "d" })],
        headers: new Metadata({ "x-b": "2" }),
        trailers: new Metadata({ "x-c": "3" }),
        cause: new Error("s3cret"),
        reason: "S3CRET",
      });
    },
  });
  const answer = await server({ headers: proto, body: "" }).answer;
  expect(answer.status).toBe(404);
  expect([...answer.headers]).toEqual([
    ["content-type", "application/json"],
    ["x-a", "1"],
    ["x-b", "2"],
    ["trailer-x-c", "3"],
  ]);
  expect(answer.text.toLowerCase()).not.toContain("s3cret");
  const error = errorOf(answer.body);
  expect(error).toMatchObject({ code: "not_found", rawMessage: "no such thing" });
  expect(error.details(Method).map((each) => each.name)).toEqual(["d"]);
});

it("does not pass on the metadata of an error that came from another server", async () => {
  const headers = Metadata.fromWire(["set-cookie", "s3cret"]);
  const server = serverOf({
    echo: () => {
      throw new RpcError("not_found", "m", { headers, trailers: headers, origin: "wire" });
    },
  });
  const answer = await server({ headers: proto, body: "" }).answer;
  expect([...answer.headers]).toEqual([["content-type", "application/json"]]);
});

it("does not send what an error's metadata may not say, such as the headers of the request", async () => {
  const server = serverOf({
    echo: (_, call) => {
      throw new RpcError("aborted", "m", {
        headers: call.requestHeaders,
        trailers: call.requestHeaders,
      });
    },
  });
  const headers = {
    ...json,
    "content-length": "2",
    host: "h",
    "transfer-encoding": "x",
    "x-a": "1",
    "x-b": "\xff",
  };
  const answer = await server({ headers, body: "{}" }).answer;
  expect([...answer.headers]).toEqual([
    ["content-type", "application/json"],
    ["x-a", "1"],
    ["trailer-x-a", "1"],
  ]);
});

it.each([
  [
    "throws",
    () => {
      throw new Error("s3cret");
    },
  ],
  ["rejects", () => Promise.reject(new Error("s3cret"))],
  [
    "throws no Error",
    () => {
      throw "s3cret";
    },
  ],
  ["returns nothing", () => undefined],
  ["returns null", () => null],
  ["returns a misspelt field", () => ({ nmae: "s3cret" })],
  ["returns a misspelt field deep inside", () => ({ options: [{}, { nmae: "s3cret" }] })],
  ["returns a wrong value", () => ({ name: 7 })],
  [
    "sets a header that is not one",
    (_: unknown, call: HandlerCall) => {
      call.responseHeaders.set("a b", "c");
      throw new Error("unreachable");
    },
  ],
] as const)(
  "answers internal without the text when the handler %s, and tells the hook",
  async (_, handler) => {
    const onError = vi.fn();
    const server = serverOf({ echo: handler as never }, { onError });
    const answer = await server({ headers: json, body: "{}" }).answer;
    expect([answer.status, answer.text]).toEqual([
      500,
      '{"code":"internal","message":"internal error"}',
    ]);
    expect(onError).toHaveBeenCalledTimes(1);
    expect(onError.mock.calls[0]?.[1]).toMatchObject({ method: EchoService.methods.echo });
  },
);

it("tells the hook the path of a misspelt field, in either codec", async () => {
  for (const headers of [json, proto]) {
    const onError = vi.fn();
    const server = serverOf(
      { echo: () => ({ options: [{}, { nmae: "x" }] }) as never },
      { onError },
    );
    await server({ headers, body: headers === json ? "{}" : "" }).answer;
    expect(String(onError.mock.calls[0]?.[0])).toMatch(/options\[1\].*nmae/s);
  }
});

it("answers although the hook throws", async () => {
  const onError = () => {
    throw new Error("hook");
  };
  const server = serverOf(
    {
      echo: () => {
        throw new Error("x");
      },
    },
    { onError },
  );
  expect((await server({ headers: json, body: "{}" }).answer).status).toBe(500);
});

it("ends a call at its deadline whatever the handler does, aborts its signal and ignores its answer", async () => {
  vi.useFakeTimers();
  let finish: (value: object) => void = () => {};
  let call: HandlerCall | undefined;
  const server = serverOf({
    echo: (_, each) => {
      call = each;
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
  });
  const stream = server({ headers: { ...json, "connect-timeout-ms": "500" }, body: "{}" });
  expect(call?.timeRemainingMs()).toBe(500);
  expect(call?.deadline?.getTime()).toBe(Date.now() + 500);
  await vi.advanceTimersByTimeAsync(499);
  expect(stream.answers).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  const answer = await stream.answer;
  expect([answer.status, errorOf(answer.body).code]).toEqual([504, "deadline_exceeded"]);
  expect(call?.signal.aborted).toBe(true);
  expect(call?.signal.reason).toMatchObject({ code: "deadline_exceeded" });
  finish({});
  await vi.advanceTimersByTimeAsync(10);
  expect(stream.answers).toBe(1);
});

it("ends a call at its deadline while the body is still on its way", async () => {
  vi.useFakeTimers();
  const stream = echo({ headers: { ...json, "connect-timeout-ms": "10" } });
  await vi.advanceTimersByTimeAsync(10);
  expect((await stream.answer).status).toBe(504);
  stream.receiver?.data(new Uint8Array(1), 0, 1);
  stream.receiver?.end();
  expect(stream.answers).toBe(1);
});

it("does not call the handler when the deadline is 0", async () => {
  const handler = vi.fn();
  const server = serverOf({ echo: handler });
  const answer = await server({ headers: { ...json, "connect-timeout-ms": "0" }, body: "{}" })
    .answer;
  expect(answer.status).toBe(504);
  expect(handler).not.toHaveBeenCalled();
});

it("leaves no timer behind and aborts nothing when a call with a deadline succeeds", async () => {
  vi.useFakeTimers();
  let signal: AbortSignal | undefined;
  const server = serverOf({
    echo: (request, call) => {
      signal = call.signal;
      return request;
    },
  });
  for (const ms of ["9999999999", "99999999", "400", "300"]) {
    await server({ headers: { ...json, "connect-timeout-ms": ms }, body: "{}" }).answer;
  }
  expect(vi.getTimerCount()).toBe(0);
  expect(signal?.aborted).toBe(false);
});

it("aborts the handler's signal when the caller is gone, also where it asks for it only then", async () => {
  const calls: HandlerCall[] = [];
  const server = serverOf({
    echo: (_, call) => {
      calls.push(call);
      return new Promise(() => {});
    },
  });
  const first = server({ headers: json, body: "{}" });
  const signal = calls[0]?.signal;
  first.receiver?.interrupted({ kind: "lost", message: "the caller is gone" });
  expect(signal?.aborted).toBe(true);
  expect(signal?.reason).toMatchObject({ code: "canceled", rawMessage: "the caller is gone" });
  const second = server({ headers: json, body: "{}" });
  second.receiver?.interrupted({ kind: "shutdown", message: "stop" });
  expect(calls[1]?.signal.reason).toMatchObject({ code: "unavailable" });
});

it("swallows what a handler throws after the call is over", async () => {
  vi.useFakeTimers();
  const onError = vi.fn();
  let fail: (error: Error) => void = () => {};
  const server = serverOf(
    {
      echo: () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    },
    { onError },
  );
  const stream = server({ headers: { ...json, "connect-timeout-ms": "5" }, body: "{}" });
  await vi.advanceTimersByTimeAsync(5);
  fail(new Error("late"));
  await vi.advanceTimersByTimeAsync(5);
  expect([stream.answers, onError.mock.calls.length]).toEqual([1, 0]);
});
