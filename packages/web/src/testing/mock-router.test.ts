import { Method } from "@bowline/protobuf/wkt";
import { createClient, RpcError } from "@bowline/rpc";
import { jsonCodec } from "@bowline/rpc/json";
import { expect, it, vi } from "vitest";
import { EchoService } from "../../../rpc/src/fixtures/echo-service.js";
import { createFetchChannel, type FetchChannelOptions } from "../client/channel.js";
import { createMockRouter, type MockRouter } from "./mock-router.js";
import { type PlaywrightRoute, playwrightRoute } from "./playwright.js";

const base = "https://api.example.com/rpc";

function clientOf({ fetch }: MockRouter, options: FetchChannelOptions = {}) {
  return createClient(EchoService, createFetchChannel(base, { fetch, ...options }));
}

it.each([
  ["connect", undefined],
  ["connect", jsonCodec],
  ["grpc-web", undefined],
] as const)("answers by method, in %s (%#)", async (protocol, codec) => {
  const mock = createMockRouter().answer(EchoService, {
    echo: { name: "always" },
    lookUp: ({ name }) => ({ name: `${name}!` }),
    watch: [{ name: "a" }, { name: "b" }],
    other: new RpcError("not_found", "no such thing"),
  });
  const client = clientOf(mock, { protocol, ...(codec === undefined ? {} : { codec }) });
  expect((await client.echo({ name: "x" })).name).toBe("always");
  expect((await client.lookUp({ name: "Ada" })).name).toBe("Ada!");
  const names: string[] = [];
  for await (const { name } of client.watch({})) names.push(name);
  expect(names).toEqual(["a", "b"]);
  await expect(client.other({})).rejects.toMatchObject({ code: "not_found", origin: "wire" });
});

it("remembers requests, until it is reset", async () => {
  const mock = createMockRouter().answer(EchoService, { echo: {} });
  await clientOf(mock).echo({ name: "a" });
  await clientOf(mock).echo({ name: "b" });
  const { echo, lookUp } = EchoService.methods;
  expect(mock.requests(echo).map(({ name }) => name)).toEqual(["a", "b"]);
  expect(mock.requests(lookUp)).toEqual([]);
  mock.reset();
  expect(mock.requests(echo)).toEqual([]);
  await expect(clientOf(mock).echo({})).rejects.toThrow(/the mock answers nothing/);
});

it("takes further answers, in place of those before", async () => {
  const mock = createMockRouter().answer(EchoService, {
    echo: { name: "1" },
    lookUp: { name: "l" },
  });
  const client = clientOf(mock);
  expect((await client.echo({})).name).toBe("1");
  mock.answer(EchoService, { echo: { name: "2" } });
  expect([(await client.echo({})).name, (await client.lookUp({})).name]).toEqual(["2", "l"]);
  await expect(client.other({})).rejects.toMatchObject({ code: "unimplemented" });
});

it("passes headers both ways to handlers", async () => {
  const mock = createMockRouter().answer(EchoService, {
    echo: (_, call) => {
      call.responseHeaders.set("x-seen", call.requestHeaders.get("authorization") ?? "none");
      return {};
    },
  });
  const call = clientOf(mock).echo({}, { headers: { authorization: "Bearer x" } });
  expect((await call.headers).get("x-seen")).toBe("Bearer x");
});

it("refuses names that are no methods, and answers that are no messages, when they are given or sent", async () => {
  expect(() => createMockRouter().answer(EchoService, { ech: {} } as never)).toThrow(/ech/);
  // @ts-expect-error: streams of requests are not sent by fetch.
  const streaming: Parameters<MockRouter["answer"]>[1] = { collect: 1 } satisfies { echo?: object };
  expect(streaming).toBeDefined();
  vi.spyOn(console, "error").mockImplementation(() => {});
  const mock = createMockRouter().answer(EchoService, { echo: { nam: 1 } as never });
  await expect(clientOf(mock).echo({})).rejects.toMatchObject({ code: "internal" });
  vi.restoreAllMocks();
});

it("leaves other requests alone, body and all", async () => {
  const mock = createMockRouter().answer(EchoService, { echo: {} });
  for (const path of ["/", "/rpc", "/rpc/other.v1.Service/Echo", "/test.v1.EchoServiceX/Echo"]) {
    const request = new Request(`https://api.example.com${path}`, { method: "POST", body: "x" });
    expect(await mock.handle(request)).toBeUndefined();
    expect(await request.text()).toBe("x");
  }
});

it("lets pages of other origins call, and read all", async () => {
  const mock = createMockRouter().answer(EchoService, { echo: {} });
  const url = `${base}/test.v1.EchoService/Echo`;
  const origin = "https://app.example.com";
  const asking = new Request(url, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-headers": "authorization" },
  });
  const asked = await mock.handle(asking);
  expect(asked?.status).toBe(204);
  expect(asked?.headers.get("access-control-allow-origin")).toBe(origin);
  expect(asked?.headers.get("access-control-allow-headers")).toBe("authorization");
  const headers = { origin, "content-type": "application/json" };
  const called = await mock.handle(new Request(url, { method: "POST", headers, body: "{}" }));
  expect(called?.headers.get("access-control-expose-headers")).toContain("content-type");
});

it("stands in for fetch until it is restored", async () => {
  const before = globalThis.fetch;
  const network = vi.fn(async () => new Response("network"));
  globalThis.fetch = network;
  const mock = createMockRouter().answer(EchoService, { echo: { name: "mocked" } });
  const installed = mock.install();
  const client = createClient(EchoService, createFetchChannel(base));
  expect((await client.echo({})).name).toBe("mocked");
  expect(await (await fetch("https://api.example.com/page")).text()).toBe("network");
  installed.restore();
  expect(globalThis.fetch).toBe(network);
  globalThis.fetch = before;
});

it("answers routes of Playwright, and lets others go on", async () => {
  const mock = createMockRouter().answer(EchoService, {
    echo: ({ name }) => ({ name: `${name}!` }),
  });
  const handle = playwrightRoute(mock);
  const route = (url: string, body: Uint8Array | null) => {
    const fulfill = vi.fn(async (_: { status: number; body: Buffer; headers: object }) => {});
    const fallback = vi.fn(async () => {});
    const asked = {
      url: () => url,
      method: () => (body === null ? "GET" : "POST"),
      allHeaders: async () => ({ "content-type": "application/proto", ":method": "POST" }),
      postDataBuffer: () => body,
    };
    return { request: () => asked, fulfill, fallback } satisfies PlaywrightRoute;
  };
  const called = route(`${base}/test.v1.EchoService/Echo`, Method.encode({ name: "Ada" }));
  await handle(called);
  const [answer] = called.fulfill.mock.calls[0] as Parameters<typeof called.fulfill>;
  expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/proto" } });
  expect(Buffer.isBuffer(answer.body)).toBe(true);
  expect(Method.decode(answer.body).name).toBe("Ada!");
  const page = route("https://api.example.com/index.html", null);
  await handle(page);
  expect(page.fallback).toHaveBeenCalledOnce();
  expect(page.fulfill).not.toHaveBeenCalled();
});

it("compresses no answer, which whoever intercepts gives to the page as it is", async () => {
  const name = "x".repeat(10_000);
  const mock = createMockRouter().answer(EchoService, { echo: { name } });
  const headers = { "content-type": "application/json", "accept-encoding": "gzip, deflate, br" };
  const url = `${base}/test.v1.EchoService/Echo`;
  const response = await mock.handle(new Request(url, { method: "POST", headers, body: "{}" }));
  expect(response?.headers.has("content-encoding")).toBe(false);
  expect(await response?.json()).toEqual({ name });
});
