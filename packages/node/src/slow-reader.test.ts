import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createClient, implement } from "@bowline/rpc";
import { type ServerStreamingMethod, type ServiceType, serviceType } from "@bowline/rpc/codegen/v1";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createChannel, type NodeChannelOptions } from "./channel.js";
import { echoService, Method } from "./fixtures/echo-service.js";
import { flag, frame, frameType, headerBlock, preface } from "./fixtures/http2-frames.js";
import { rawRequest } from "./fixtures/raw-connection.js";
import { eventually } from "./fixtures/transport-server.js";
import { chosenEngine } from "./http2/engine.js";
import { type RpcServer, serve } from "./serve.js";

const ManyService: ServiceType<{ many: ServerStreamingMethod<typeof Method, typeof Method> }> =
  serviceType(undefined as never, 0, "test.v1.ManyService", {
    many: {
      kind: "server_streaming",
      name: "Many",
      input: Method,
      output: Method,
      idempotency: "unknown",
    },
  });

/** More than waits in a call, less than comes ahead of its reader. */
const messages = 30;
const name = "x".repeat(20_000);

it.each<[string, NodeChannelOptions]>([
  ["gRPC", { protocol: "grpc" }],
  ["Connect over HTTP/2", { httpVersion: "2" }],
])(
  "a caller that reads slowly gets all of an answer over %s whose server has stopped",
  async (_, options) => {
    async function* many() {
      for (let at = 0; at < messages; at++) yield { name };
    }
    const services = [implement(ManyService, { many })];
    await using server = await serve({ port: 0, services, signals: false });
    await using channel = createChannel(server.url, options);
    let read = 0;
    for await (const message of createClient(ManyService, channel).many({})) {
      expect(message.name).toBe(name);
      if (read++ > 0) continue;
      await eventually(() => server.describe().streams === 0);
      await server.stop();
    }
    expect(read).toBe(messages);
  },
);

const open: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of open.splice(0).reverse()) await close();
});

/** Over HTTP/1.1 one answer is larger than what the system takes; over HTTP/2 it would wait in its stream. */
const answers = { "1.1": "x".repeat(16_000_000), "2": "x".repeat(60_000) };
const uint32 = (value: number) => Buffer.of(value >>> 24, value >>> 16, value >>> 8, value);

/** Waits for something outside, whatever a test does to the clock. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A connection to a server on which the answers to calls are more than the system takes, all of them made. */
interface Owing {
  readonly server: RpcServer;
  readonly caller: Socket;
  /** The server's end. */
  readonly socket: Socket;
  /** Bytes of all answers. */
  readonly bytes: number;
}

/** Calls, and reads nothing, until so much is owed. */
async function owe(version: "1.1" | "2"): Promise<Owing> {
  const answer = answers[version];
  const server = await serve({
    services: [echoService(() => ({ name: answer }))],
    listeners: [],
    signals: false,
  });
  open.push(() => server.stop({ graceMs: 0 }));
  const listener = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  open.push(() => listener.close());
  const caller = connect((listener.address() as AddressInfo).port, "127.0.0.1").on(
    "error",
    () => {},
  );
  open.push(() => caller.destroy());
  const [socket] = (await once(listener, "connection")) as [Socket];
  server.inject(socket);
  if (version === "2") caller.write(greeting);
  let calls = 0;
  while (socket.writableLength < 100_000 && !socket.destroyed) {
    caller.write(version === "2" ? http2Call(2 * calls + 1) : http1Call);
    calls++;
    const before = socket.bytesWritten;
    await until(() => socket.bytesWritten > before + answer.length);
  }
  await until(() => server.describe().streams === 0);
  return { server, caller, socket, bytes: socket.bytesWritten };
}

/** Windows that no answer fills. */
const greeting = Buffer.concat([
  preface,
  frame(frameType.settings, 0, 0, Buffer.concat([Buffer.of(0, 4), uint32(0x7fff_ffff)])),
  frame(frameType.windowUpdate, 0, 0, uint32(0x4000_0000)),
]);
const http1Call = rawRequest(["content-type: application/proto", "content-length: 0"]);
const fields = headerBlock([
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/test.v1.EchoService/Echo"],
  [":authority", "x"],
  ["content-type", "application/proto"],
]);
const http2Call = (id: number) =>
  frame(frameType.headers, flag.endHeaders | flag.endStream, id, fields);

// On node:http2 a stream is under way until its answer has left.
const versions = chosenEngine() === "bowline" ? (["1.1", "2"] as const) : (["1.1"] as const);

describe.each(versions)(
  "answers over HTTP/%s that are on their way when a server stops",
  (version) => {
    const fakeClock = () => {
      vi.useFakeTimers({
        toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
      });
    };

    it("reach a slow reader whole, and the connection counts until then", async () => {
      fakeClock();
      const { server, caller, socket, bytes } = await owe(version);
      const stopped = server.stop({ graceMs: 30_000 });
      await vi.advanceTimersByTimeAsync(20_000);
      expect(socket.destroyed).toBe(false);
      expect(server.describe()).toMatchObject({ connections: 1, streams: 0 });
      let received = 0;
      caller.on("data", ({ length }) => {
        received += length;
      });
      await until(() => received >= bytes || socket.destroyed);
      expect(received).toBeGreaterThanOrEqual(bytes);
      for (let at = 0; at < 50; at++) {
        await vi.advanceTimersByTimeAsync(20);
        await until(() => socket.writableLength === 0);
      }
      await stopped;
      expect(server.describe().connections).toBe(0);
    });

    it("are given up once the time to finish is over", async () => {
      fakeClock();
      const { server, socket } = await owe(version);
      const stopped = server.stop({ graceMs: 5_000 });
      await vi.advanceTimersByTimeAsync(4_999);
      expect(socket.destroyed).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await stopped;
      expect(socket.destroyed).toBe(true);
    });
  },
);
