import { afterEach, expect, it, vi } from "vitest";
import { createTransportChannel } from "../client/channel.js";
import { createClient } from "../client/create-client.js";
import type { ChannelOptions } from "../client/options.js";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { FakeTransport } from "../fixtures/fake-transport.js";
import { jsonCodec } from "../json.js";

function setUp(options: ChannelOptions = {}) {
  const transport = new FakeTransport();
  const channel = createTransportChannel("http://greeter:80", transport, options);
  return { transport, channel, client: createClient(EchoService, channel) };
}

const ok = ["content-type", "application/proto"];
const hello = Method.encode({ name: "hello" });

afterEach(() => {
  vi.useRealTimers();
});

it("sends a request at once and resolves with the response", async () => {
  const { transport, client } = setUp();
  const call = client.echo({ name: "a" }, { headers: { "x-tenant": "t" }, timeoutMs: 500 });
  const { head, headers, body, sent } = transport.last;
  expect(sent).toBe(true);
  expect([head.method, head.path]).toEqual(["POST", "/test.v1.EchoService/Echo"]);
  expect([...headers]).toEqual([
    ["content-type", "application/proto"],
    ["connect-protocol-version", "1"],
    ["user-agent", "bowline/0.1.0"],
    ["connect-timeout-ms", "500"],
    ["x-tenant", "t"],
  ]);
  expect(Method.decode(body.toBytes()).name).toBe("a");
  transport.last.answer(200, [...ok, "x-a", "1", "trailer-x-b", "2"], hello);
  expect((await call).name).toBe("hello");
  expect([...(await call.headers)]).toEqual([
    ["content-type", "application/proto"],
    ["x-a", "1"],
  ]);
  expect([...(await call.trailers)]).toEqual([["x-b", "2"]]);
});

it("speaks JSON with the JSON codec", async () => {
  const { transport, client } = setUp({ codec: jsonCodec });
  const call = client.echo({ name: "a" });
  expect(transport.last.headers.get("content-type")).toBe("application/json");
  expect(new TextDecoder().decode(transport.last.body.toBytes())).toBe('{"name":"a"}');
  transport.last.answer(
    200,
    ["content-type", "application/json; charset=utf-8"],
    '{"name":"b","new":1}',
  );
  expect((await call).name).toBe("b");
});

it("uses the channel's defaults where a call does not say otherwise", async () => {
  const { transport, channel, client } = setUp({
    defaults: {
      timeoutMs: 1000,
      headers: [
        ["x-a", "1"],
        ["x-a", "2"],
        ["x-b", "3"],
      ],
    },
  });
  client.echo({}).catch(() => {});
  expect([...transport.last.headers].slice(3)).toEqual([
    ["connect-timeout-ms", "1000"],
    ["x-a", "1"],
    ["x-a", "2"],
    ["x-b", "3"],
  ]);
  client.echo({}, { timeoutMs: 5, headers: { "X-A": "9" } }).catch(() => {});
  expect([...transport.last.headers].slice(3)).toEqual([
    ["connect-timeout-ms", "5"],
    ["x-a", "9"],
    ["x-b", "3"],
  ]);
  await channel.close();
});

it("fails with the error that the server sent, its headers and trailers apart", async () => {
  const { transport, client } = setUp();
  const call = client.echo({});
  const body =
    '{"code":"not_found","message":"no such thing","details":[{"type":"google.protobuf.Method","value":"CgFk"}]}';
  transport.last.answer(
    404,
    ["content-type", "application/json", "x-a", "1", "trailer-x-b", "2"],
    body,
  );
  const error = await call.catch((each: unknown) => each);
  expect(error).toMatchObject({
    code: "not_found",
    message: "not_found: greeter:80 (/test.v1.EchoService/Echo): no such thing",
    rawMessage: "no such thing",
    origin: "wire",
  });
  expect((error as import("../rpc-error.js").RpcError).details(Method)[0]?.name).toBe("d");
  expect((error as import("../rpc-error.js").RpcError).headers?.get("x-a")).toBe("1");
  expect((error as import("../rpc-error.js").RpcError).trailers?.get("x-b")).toBe("2");
  expect((await call.headers).get("x-a")).toBe("1");
  expect((await call.trailers).get("x-b")).toBe("2");
});

it.each([
  ["an error without JSON", 503, ["content-type", "text/html"], "<html>", "unavailable"],
  ["a 404 of something else", 404, [], "", "unimplemented"],
  ["a redirect", 302, ["location", "/"], "", "unknown"],
  ["an error whose body is garbage", 429, ["content-type", "application/json"], "{", "unavailable"],
  ["a response in another codec", 200, ["content-type", "application/json"], "{}", "internal"],
  ["a response that is a page", 200, ["content-type", "text/html"], "<html>", "unknown"],
  ["a response without content type", 200, [], "", "unknown"],
  ["an encoding that was not asked for", 200, [...ok, "content-encoding", "gzip"], "x", "internal"],
  ["a message that does not decode", 200, ok, Uint8Array.of(0x0a, 9), "internal"],
] as const)("fails by the tables of the protocol for %s", async (_, status, fields, body, code) => {
  const { transport, client } = setUp();
  const call = client.echo({});
  transport.last.answer(status, fields, body);
  await expect(call).rejects.toMatchObject({
    code,
    message: expect.stringContaining("greeter:80"),
  });
});

it.each([
  [404, [], "; is this the server of this service?"],
  [415, ["accept-post", "application/json"], "; it accepts application/json"],
  [415, [], ""],
  [505, [], "; the server does not take this call over this version of HTTP"],
  [431, [], "; the headers of the request are past a limit of the server"],
] as const)("says of HTTP status %i what it may mean", async (status, fields, hint) => {
  const { transport, client } = setUp();
  const call = client.echo({});
  transport.last.answer(status, fields, "");
  await expect(call).rejects.toMatchObject({
    rawMessage: `answered with HTTP status ${status} and no error that says more${hint}`,
  });
});

it("takes responses of limit - 1 and limit, and refuses limit + 1, announced or not", async () => {
  const { transport, client } = setUp({ receivedMessageBytes: 100 });
  const answer = (size: number, fields: readonly string[] = []) => {
    const call = client.echo({});
    const bytes = Method.encode({ name: "x".repeat(size - 2) });
    transport.last.answer(200, [...ok, ...fields], bytes);
    return call;
  };
  expect((await answer(99)).name).toHaveLength(97);
  expect((await answer(100)).name).toHaveLength(98);
  await expect(answer(101)).rejects.toMatchObject({
    code: "resource_exhausted",
    message: expect.stringContaining("greeter:80 (/test.v1.EchoService/Echo)"),
  });
  expect(transport.last.wasReset).toBe(true);
  const announced = client.echo({});
  transport.last.answer(200, [...ok, "content-length", "101"], "");
  await expect(announced).rejects.toMatchObject({ code: "resource_exhausted" });
  const lowered = client.echo({}, { receivedMessageBytes: 99 });
  transport.last.answer(200, ok, new Uint8Array(100));
  await expect(lowered).rejects.toMatchObject({ code: "resource_exhausted" });
});

it("bounds error bodies by the same limit", async () => {
  const { transport, client } = setUp({ receivedMessageBytes: 100 });
  const call = client.echo({});
  transport.last.answer(500, ["content-type", "application/json"], "x".repeat(101));
  await expect(call).rejects.toMatchObject({ code: "resource_exhausted" });
});

it("fails at its deadline, gives the stream up and leaves no timer", async () => {
  vi.useFakeTimers();
  const { transport, client } = setUp();
  const failed = client.echo({}, { timeoutMs: 500 }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(499);
  expect(transport.last.wasReset).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await failed).toMatchObject({
    code: "deadline_exceeded",
    reason: "BOWLINE_DEADLINE_EXCEEDED",
    message: "deadline_exceeded: greeter:80 (/test.v1.EchoService/Echo): no answer within 500 ms",
  });
  expect(transport.last.wasReset).toBe(true);
  const call = client.echo({}, { timeoutMs: 500 });
  transport.last.answer(200, ok, hello);
  await call;
  expect(vi.getTimerCount()).toBe(0);
});

it("sends nothing with a timeout of 0 or a signal that is aborted already", async () => {
  const { transport, client } = setUp();
  await expect(client.echo({}, { timeoutMs: 0 })).rejects.toMatchObject({
    code: "deadline_exceeded",
  });
  await expect(client.echo({}, { signal: AbortSignal.abort("why") })).rejects.toMatchObject({
    code: "canceled",
    cause: "why",
  });
  expect(transport.streams).toHaveLength(0);
});

it("is canceled by its signal and by cancel, and then only", async () => {
  const { transport, client } = setUp();
  const controller = new AbortController();
  const call = client.echo({}, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(call).rejects.toMatchObject({ code: "canceled", cause: { message: "enough" } });
  expect(transport.last.wasReset).toBe(true);
  const second = client.echo({});
  second.cancel("why");
  await expect(second).rejects.toMatchObject({ code: "canceled", cause: "why" });
  const third = client.echo({});
  transport.last.answer(200, ok, hello);
  await third;
  third.cancel();
  expect(transport.last.wasReset).toBe(false);
});

it("ends with deadline_exceeded when its signal is a timeout that passed, before or under way", async () => {
  const { transport, client } = setUp();
  const timeout = () => new DOMException("timed out", "TimeoutError");
  const early = client.echo({}, { signal: AbortSignal.abort(timeout()) });
  await expect(early).rejects.toMatchObject({ code: "deadline_exceeded" });
  expect(transport.streams).toHaveLength(0);
  const late = client.echo({}, { signal: AbortSignal.timeout(1) });
  await expect(late).rejects.toMatchObject({
    code: "deadline_exceeded",
    reason: "BOWLINE_DEADLINE_EXCEEDED",
    cause: { name: "TimeoutError" },
  });
  expect(transport.last.wasReset).toBe(true);
});

it("takes its listener off the signal when it is over", async () => {
  const { transport, client } = setUp();
  const { signal } = new AbortController();
  const removed = vi.spyOn(signal, "removeEventListener");
  const call = client.echo({}, { signal });
  transport.last.answer(200, ok, hello);
  await call;
  expect(removed).toHaveBeenCalledTimes(1);
});

it("fails a request that cannot be encoded as local misuse, naming the path, and sends nothing", async () => {
  const { transport, client } = setUp();
  const call = client.echo({ options: [{}, { nmae: "x" }] } as never);
  await expect(call).rejects.toMatchObject({
    code: "invalid_argument",
    origin: "local",
    message: expect.stringMatching(/options\[1\].*nmae/s),
  });
  expect([transport.last.sent, transport.last.wasReset]).toEqual([false, true]);
});

it.each([
  [{ timeoutMs: -1 }],
  [{ timeoutMs: Number.NaN }],
  [{ timeoutMs: "5" as never }],
  [{ receivedMessageBytes: 1.5 }],
  [{ headers: { "a b": "c" } }],
  [{ headers: { "content-type": "x" } }],
])("fails with invalid_argument for the options %o", async (options) => {
  const { transport, client } = setUp();
  await expect(client.echo({}, options)).rejects.toMatchObject({ code: "invalid_argument" });
  expect(transport.streams).toHaveLength(0);
});

it.each([
  ["unreachable", "unavailable"],
  ["lost", "unavailable"],
  ["malformed", "internal"],
  ["limit", "internal"],
] as const)("maps a stream that is %s to %s", async (kind, code) => {
  const { transport, client } = setUp();
  const call = client.echo({});
  transport.last.receiver.interrupted({ kind, message: "what happened" });
  await expect(call).rejects.toMatchObject({
    code,
    message: `${code}: greeter:80 (/test.v1.EchoService/Echo): what happened`,
    origin: "local",
  });
});
