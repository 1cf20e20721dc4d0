import { expect, it } from "vitest";
import { createTransportChannel } from "../client/channel.js";
import { createClient } from "../client/create-client.js";
import type { ChannelOptions } from "../client/options.js";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { fakeCompression, pack } from "../fixtures/fake-compression.js";
import { FakeTransport } from "../fixtures/fake-transport.js";
import { jsonCodec } from "../json.js";
import { parseGetQuery } from "./get-query.js";

function setUp(options: ChannelOptions = { useHttpGet: true }) {
  const transport = new FakeTransport();
  const channel = createTransportChannel("http://greeter:80", transport, options);
  return { transport, client: createClient(EchoService, channel) };
}

const path = "/test.v1.EchoService/LookUp";
const hello = Method.encode({ name: "hello" });

it("calls a method without side effects by GET, and reads the answer as ever", async () => {
  const { transport, client } = setUp();
  const call = client.lookUp({ name: "a" }, { headers: { "x-a": "1" }, timeoutMs: 500 });
  const { head, headers, body, sent } = transport.last;
  expect([head.method, sent, body.length]).toEqual(["GET", true, 0]);
  expect([...headers]).toEqual([
    ["user-agent", "bowline/0.1.0"],
    ["connect-timeout-ms", "500"],
    ["x-a", "1"],
  ]);
  const [target, query] = head.path.split("?");
  expect(target).toBe(path);
  expect(parseGetQuery(query as string)).toEqual({
    encoding: "proto",
    message: Method.encode({ name: "a" }),
    compression: undefined,
    version: "v1",
  });
  transport.last.answer(200, ["content-type", "application/proto"], hello);
  expect((await call).name).toBe("hello");
});

it("asks the codec for deterministic bytes", () => {
  const asked: unknown[] = [];
  const codec = {
    ...jsonCodec,
    encode: (...args: Parameters<typeof jsonCodec.encode>) => {
      asked.push(args[3]);
      jsonCodec.encode(...args);
    },
  };
  const { transport, client } = setUp({ useHttpGet: true, codec });
  client.lookUp({ name: "a" }).cancel();
  expect(asked).toEqual([{ deterministic: true }]);
  expect(transport.last.head.path).toBe(
    `${path}?connect=v1&encoding=json&message=${encodeURIComponent('{"name":"a"}')}`,
  );
});

it("posts every other method, and where it is not asked to", () => {
  const { transport, client } = setUp();
  client.echo({}).cancel();
  expect(transport.last.head.method).toBe("POST");
  client.other({}).cancel();
  expect(transport.last.head.method).toBe("POST");
  client.lookUp({}, { useHttpGet: false }).cancel();
  expect(transport.last.head.method).toBe("POST");
  const post = setUp({});
  post.client.lookUp({}).cancel();
  expect(post.transport.last.head.method).toBe("POST");
  post.client.lookUp({}, { useHttpGet: true }).cancel();
  expect(post.transport.last.head.method).toBe("GET");
});

it("posts what would make the URL longer than 8 KiB", () => {
  const { transport, client } = setUp();
  const lengths = new Map<string, number>();
  for (let size = 6050; size < 6150; size++) {
    client.lookUp({ name: "x".repeat(size) }).cancel();
    const { method, path: target } = transport.last.head;
    if (method === "GET") lengths.set("GET", target.length);
    else {
      lengths.set("POST", Method.decode(transport.last.body.toBytes()).name.length);
      break;
    }
  }
  expect(lengths.get("GET")).toBeGreaterThan(8188);
  expect(lengths.get("GET")).toBeLessThanOrEqual(8192);
  expect(lengths.get("POST")).toBeGreaterThan(6000);
});

it("compresses the message in the URL, too", () => {
  const send = fakeCompression("zip");
  const { transport, client } = setUp({ useHttpGet: true, compression: { send, minBytes: 0 } });
  client.lookUp({ name: "a" }).cancel();
  expect(parseGetQuery(transport.last.head.path.split("?")[1] as string)).toMatchObject({
    compression: "zip",
    message: pack(Method.encode({ name: "a" })),
  });
  expect(transport.last.headers.has("content-encoding")).toBe(false);
});
