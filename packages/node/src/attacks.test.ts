import { createServer } from "node:http";
import { Value } from "@bowline/protobuf/wkt";
import { createClient, encoded, implement, RpcError } from "@bowline/rpc";
import { type ServiceType, serviceType, type UnaryMethod } from "@bowline/rpc/codegen/v1";
import { jsonCodec } from "@bowline/rpc/json";
import { afterEach, expect, it } from "vitest";
import { createChannel } from "./channel.js";
import { echoService } from "./fixtures/echo-service.js";
import { answerOf, Http2Peer } from "./fixtures/http2-peer.js";
import { RawConnection, rawRequest } from "./fixtures/raw-connection.js";
import { type RpcServer, type ServeOptions, serve } from "./serve.js";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(options: Partial<ServeOptions>): Promise<RpcServer> {
  const server = await serve({ port: 0, services: [], signals: false, ...options });
  open.push(() => server.stop({ graceMs: 100 }));
  return server;
}

const json = "content-type: application/json";

/** A handler that reads bytes of its caller's headers. */
const readsBytes = echoService((_, call) => ({
  name: String(call.requestHeaders.getBinary("x-token-bin")?.length),
}));

it("a -bin header that is not base64 fails its call over HTTP/1.1, and not the connection", async () => {
  const server = await start({ services: [readsBytes] });
  const raw = new RawConnection(server.port);
  open.push(() => raw.end());
  const send = (value: string) =>
    raw.write(rawRequest([json, `x-token-bin: ${value}`, "content-length: 2"], "{}"));
  send("%%%");
  expect((await raw.responses(1)).text).toMatch(/^HTTP\/1.1 400[\s\S]*x-token-bin is not base64/);
  send("AAAA");
  expect((await raw.responses(2)).text).toMatch(/HTTP\/1.1 200[\s\S]*\{"name":"3"\}$/);
});

it("a -bin header that is not base64 fails its call over HTTP/2, and not the connection", async () => {
  const server = await start({ services: [readsBytes] });
  const peer = new Http2Peer(server.port);
  open.push(() => peer.session.destroy());
  const send = (value: string) => {
    const request = peer.open({
      ":path": "/test.v1.EchoService/Echo",
      "content-type": "application/json",
      "x-token-bin": value,
    });
    request.end("{}");
    return answerOf(request);
  };
  expect(await send("%%%")).toMatchObject({ status: 400 });
  expect(await send("AAAA")).toMatchObject({ status: 200 });
});

it("tells a browser of another origin nothing that would let its page read or send more", async () => {
  const server = await start({ services: [readsBytes] });
  const target = `${server.url}/test.v1.EchoService/Echo`;
  const origin = { origin: "https://evil.example" };
  const preflight = { ...origin, "access-control-request-method": "POST" };
  for (const [method, headers] of [
    ["OPTIONS", preflight],
    ["GET", origin],
    // What a page may send without asking first.
    ["POST", { ...origin, "content-type": "text/plain" }],
  ] as const) {
    const answer = await fetch(target, {
      method,
      headers,
      ...(method === "POST" && { body: "{}" }),
    });
    expect(answer.status).toBe(method === "POST" ? 415 : 405);
    expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual(
      [],
    );
  }
});

const ValueService: ServiceType<{ echo: UnaryMethod<typeof Value, typeof Value> }> = serviceType(
  undefined as never,
  0,
  "test.v1.ValueService",
  { echo: { kind: "unary", name: "Echo", input: Value, output: Value, idempotency: "unknown" } },
);

/** Lists in lists, each two messages deep, as JSON: `google.protobuf.Value` and `ListValue`. */
function nestedJson(lists: number): string {
  return "[".repeat(lists) + "]".repeat(lists);
}

/** The same in binary, for lengths of one or two bytes. */
function nestedBinary(lists: number): Uint8Array<ArrayBuffer> {
  const prefixed = (tag: number, content: readonly number[]) => {
    const { length } = content;
    return length < 128
      ? [tag, length, ...content]
      : [tag, (length & 127) | 128, length >> 7, ...content];
  };
  let bytes: number[] = [];
  for (let i = 0; i < lists; i++) bytes = prefixed(0x32, i === 0 ? [] : prefixed(0x0a, bytes));
  return Uint8Array.from(bytes);
}

// The budget is 100 messages: 50 lists.
const depths = [
  [49, true],
  [50, true],
  [51, false],
  [1_000, false],
] as const;

it.each(depths)("a request of %i lists in one another is served: %s", async (lists, isServed) => {
  const server = await start({ services: [implement(ValueService, { echo: (value) => value })] });
  for (const [form, body] of [
    ["json", nestedJson(lists)],
    ["proto", nestedBinary(lists)],
  ] as const) {
    const answer = await fetch(`${server.url}/test.v1.ValueService/Echo`, {
      method: "POST",
      headers: { "content-type": `application/${form}` },
      body,
    });
    expect(answer.status).toBe(isServed ? 200 : 400);
    if (!isServed) expect(await answer.json()).toMatchObject({ code: "invalid_argument" });
  }
});

it.each(depths)("a response of %i lists in one another is read: %s", async (lists, isRead) => {
  const outcome = async (url: string, codec?: typeof jsonCodec) => {
    const channel = createChannel(url, codec === undefined ? {} : { codec });
    open.push(() => channel.close());
    try {
      await createClient(ValueService, channel).echo({ kind: { case: "boolValue", value: true } });
      return "read";
    } catch (error) {
      return RpcError.is(error) ? error.code : error;
    }
  };
  const expected = isRead ? "read" : "internal";
  const page = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(nestedJson(lists));
  });
  await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
  open.push(() => page.close());
  const { port } = page.address() as { port: number };
  expect(await outcome(`http://127.0.0.1:${port}`, jsonCodec)).toBe(expected);
  const service = implement(ValueService, { echo: () => encoded(nestedBinary(lists)) });
  const server = await start({ services: [service] });
  expect(await outcome(server.url)).toBe(expected);
});
