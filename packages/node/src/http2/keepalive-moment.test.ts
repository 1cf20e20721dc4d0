import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createClient, type RpcError } from "@bowline/rpc";
import { afterEach, expect, it, vi } from "vitest";
import { createChannel } from "../channel.js";
import { EchoService } from "../fixtures/echo-service.js";
import { flag, frame, framesOf, frameType, preface } from "../fixtures/http2-frames.js";
import { chosenEngine } from "./engine.js";

const open: (() => unknown)[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const close of open.splice(0).reverse()) close();
});

/** A server that greets, and says nothing more unless a test has it speak. */
async function silentServer() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(() => server.close());
  let received = Buffer.alloc(0);
  let socket: Socket | undefined;
  const settings = frame(frameType.settings, 0, 0);
  server.on("connection", (accepted) => {
    socket = accepted.on("error", () => {});
    accepted.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
    });
    accepted.write(settings);
    accepted.write(frame(frameType.settings, flag.ack, 0));
    open.push(() => accepted.destroy());
  });
  const count = (type: number, flags: number) =>
    framesOf(received.subarray(preface.length)).filter(
      (each) => each.type === type && (each.flags & flags) === flags,
    ).length;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    speak: () => socket?.write(settings),
    acknowledged: () => count(frameType.settings, flag.ack),
    calls: () => count(frameType.headers, 0),
  };
}

/** Waits for something outside, whatever a test does to the clock. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it.runIf(chosenEngine() === "bowline")(
  "a peer that has vanished keeps its calls for the time of keepalive, and not a moment longer",
  async () => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
    });
    const server = await silentServer();
    const keepalive = { timeMs: 10_000, timeoutMs: 5_000 };
    const channel = createChannel(server.url, { protocol: "grpc", keepalive });
    open.push(() => channel.close());
    let code: string | undefined;
    const call = createClient(EchoService, channel).echo({ name: "a" });
    const ended = call.catch((error: RpcError) => {
      code = error.code;
    });
    await until(() => server.calls() === 1);
    const before = server.acknowledged();
    // Between two ticks, its last sign of life.
    await vi.advanceTimersByTimeAsync(450);
    server.speak();
    await until(() => server.acknowledged() > before);
    await vi.advanceTimersByTimeAsync(14_999);
    expect(code).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    await ended;
    expect(code).toBe("unavailable");
  },
);
