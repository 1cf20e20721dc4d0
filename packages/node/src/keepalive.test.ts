import { connect, createServer, type Socket } from "node:net";
import { createClient, RpcError } from "@bowline/rpc";
import { afterEach, describe, expect, it } from "vitest";
import { createChannel, type NodeChannelOptions } from "./channel.js";
import { EchoService, echoService } from "./fixtures/echo-service.js";
import { flag, frame, framesOf, frameType, headerBlock, preface } from "./fixtures/http2-frames.js";
import { RawConnection } from "./fixtures/raw-connection.js";
import { eventually } from "./fixtures/transport-server.js";
import { chosenEngine } from "./http2/engine.js";
import { bornWith, connectionLife, pingPolicy } from "./keepalive.js";
import { type RpcServer, type ServeOptions, serve } from "./serve.js";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(options: Partial<ServeOptions>): Promise<RpcServer> {
  const server = await serve({ port: 0, services: [echoService()], signals: false, ...options });
  open.push(() => server.stop({ graceMs: 0 }));
  return server;
}

function dial(url: string, options: NodeChannelOptions) {
  const channel = createChannel(url, { httpVersion: "2", ...options });
  open.push(() => channel.close());
  return { channel, client: createClient(EchoService, channel) };
}

const pingFrame = frame(6, 0, 0, Buffer.alloc(8));
const call = headerBlock([
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/test.v1.EchoService/Echo"],
  [":authority", "x"],
  ["content-type", "application/json"],
]);

describe.runIf(chosenEngine() === "bowline")("a server, as grpc-go by default,", () => {
  /** Pings in a row, each behind the answer to the one before. Returns how many were answered, and the GOAWAY. */
  async function pingInARow(options: Partial<ServeOptions>, count: number, isActive = false) {
    const server = await start(options);
    const raw = new RawConnection(server.port);
    open.push(() => raw.end());
    raw.write(preface).write(frame(frameType.settings, 0, 0));
    if (isActive) raw.write(frame(frameType.headers, flag.endHeaders, 1, call));
    const frames = () => framesOf(raw.received);
    const answers = () => frames().filter(({ type, flags }) => type === 6 && flags === 1).length;
    const goaway = () => frames().find(({ type }) => type === frameType.goaway);
    for (let i = 1; i <= count && goaway() === undefined; i++) {
      raw.write(pingFrame);
      await raw.until(() => answers() === i || goaway() !== undefined);
    }
    const payload = goaway()?.payload;
    return payload === undefined
      ? { answers: answers() }
      : { answers: answers(), code: payload.readUInt32BE(4), debug: payload.toString("latin1", 8) };
  }

  it("takes a PING and two strikes, then says too_many_pings; and none of it when told so", async () => {
    const refused = { answers: 3, code: 11, debug: "too_many_pings" };
    expect(await pingInARow({}, 20)).toEqual(refused);
    expect(await pingInARow({}, 20, true)).toEqual(refused);
    expect(await pingInARow({ pings: { strikes: 4 } }, 20)).toEqual({ ...refused, answers: 5 });
    expect(await pingInARow({ pings: { idleMs: 0 } }, 20)).toEqual({ answers: 20 });
    expect(await pingInARow({ pings: { activeMs: 0 } }, 20, true)).toEqual({ answers: 20 });
  });

  it("drains connections that are too old, and loses no call", async () => {
    const server = await start({ connectionAge: { maxMs: 60 } });
    const { client, channel } = dial(server.url, {});
    const seen = new Set<unknown>();
    let calls = 0;
    for (const end = Date.now() + 600; Date.now() < end; calls++) {
      expect((await client.echo({ name: "a" })).name).toBe("a");
      seen.add(channel.describe().subchannels[0]?.connection);
    }
    expect(calls).toBeGreaterThan(10);
    // The connections before are gone.
    await eventually(() => server.describe().connections <= 2);
  });
});

describe.runIf(chosenEngine() === "bowline")("a channel", () => {
  it("measures round trips, and asks half as often once a server finds it too often", async () => {
    const server = await start({ services: [echoService(() => new Promise(() => {}))] });
    const { client, channel } = dial(server.url, { keepalive: { timeMs: 20, timeoutMs: 1_000 } });
    const answer = client.echo({}).then(String, (error: unknown) => error);
    await eventually(() => {
      const { connection } = channel.describe().subchannels[0] ?? {};
      return (connection?.roundTripMs ?? -1) >= 0;
    });
    const error = await answer;
    expect(RpcError.is(error) && error.code).toMatch(/unavailable|resource_exhausted/);
    expect(String(error)).toMatch(/calm|too_many_pings|ENHANCE/i);
  });

  it("gives a peer that has vanished no more than its time, and a peer that is there all it wants", async () => {
    // What is sent to it arrives, and nothing comes back once it is frozen.
    const real = await start({
      services: [echoService(() => new Promise(() => {}))],
      pings: { activeMs: 0 },
    });
    let isFrozen = false;
    const proxy = createServer((socket) => {
      const back = connect(real.port, "127.0.0.1");
      socket.on("data", (chunk) => back.write(chunk)).on("error", () => {});
      back.on("data", (chunk) => isFrozen || socket.write(chunk)).on("error", () => {});
      socket.on("close", () => back.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    open.push(() => proxy.close());
    const { port } = proxy.address() as { port: number };
    const script = async (options: NodeChannelOptions) => {
      isFrozen = false;
      const { client, channel } = dial(`http://127.0.0.1:${port}`, options);
      const ended = client.echo({}, { timeoutMs: 1_500 }).then(String, (error: unknown) => error);
      await eventually(() => real.describe().streams === 1);
      const began = Date.now();
      const early = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 400))]);
      isFrozen = true;
      const error = await ended;
      const { code } = error as RpcError;
      channel.close();
      await eventually(() => real.describe().streams === 0);
      return { early, code, isQuick: Date.now() - began < 1_200 };
    };
    const keepalive = { timeMs: 50, timeoutMs: 100 };
    expect(await script({ keepalive })).toEqual({
      early: undefined,
      code: "unavailable",
      isQuick: true,
    });
    expect(await script({})).toMatchObject({ code: "deadline_exceeded", isQuick: false });
  });

  it("asks a server on which a deadline passed without a byte, once, and gives up one that is silent", async () => {
    const script = async (answers: boolean) => {
      const sockets: Socket[] = [];
      let pings = 0;
      // It greets, takes requests, and says nothing more; or answers pings.
      const peer = createServer((socket) => {
        sockets.push(socket);
        socket.write(frame(frameType.settings, 0, 0));
        socket.on("error", () => {});
        let received = Buffer.alloc(0);
        let seen = 0;
        socket.on("data", (chunk) => {
          received = Buffer.concat([received, chunk]);
          const all = framesOf(received.subarray(preface.length));
          const asked = all.filter(({ type }) => type === 6);
          for (; seen < asked.length; seen++) {
            pings++;
            if (answers) socket.write(frame(6, flag.ack, 0, asked[seen]?.payload));
          }
        });
      });
      await new Promise<void>((resolve) => peer.listen(0, "127.0.0.1", resolve));
      open.push(() => {
        for (const socket of sockets) socket.destroy();
        peer.close();
      });
      const { port } = peer.address() as { port: number };
      const options = { keepalive: { timeMs: 0, timeoutMs: 200 } };
      const { client, channel } = dial(`http://127.0.0.1:${port}`, options);
      const late = () => client.echo({}, { timeoutMs: 50 }).catch(({ code }: RpcError) => code);
      const codes = [await late(), await late()];
      await eventually(() => pings === 1);
      if (answers) await new Promise((resolve) => setTimeout(resolve, 300));
      else await eventually(() => channel.describe().state === "idle");
      return { codes, pings, state: channel.describe().state };
    };
    const codes = ["deadline_exceeded", "deadline_exceeded"];
    expect(await script(true)).toEqual({ codes, pings: 1, state: "ready" });
    expect(await script(false)).toEqual({ codes, pings: 1, state: "idle" });
  });

  it("closes a connection without calls after a while, and connects again for the next", async () => {
    const server = await start({});
    const { client, channel } = dial(server.url, { limits: { http2IdleTimeoutMs: 60 } });
    await client.echo({});
    expect(server.describe().connections).toBe(1);
    await eventually(() => server.describe().connections === 0);
    await eventually(() => channel.describe().state === "idle");
    expect((await client.echo({ name: "b" })).name).toBe("b");
  });
});

describe("options", () => {
  const defaults = {
    keepaliveMs: 5,
    keepaliveTimeoutMs: 6,
    keepaliveWhenIdle: true,
    ageMs: 0,
    drainTimeoutMs: 0,
  };

  it("that are left out, or none, are the defaults, or no bound", () => {
    expect(connectionLife({}, defaults)).toEqual(defaults);
    expect(connectionLife({ keepalive: { timeMs: Infinity } }, defaults).keepaliveMs).toBe(0);
    expect(connectionLife({ connectionAge: { maxMs: 9 } }, defaults)).toMatchObject({ ageMs: 9 });
    expect(pingPolicy()).toEqual({ idleMs: 300_000, activeMs: 10_000, strikes: 2 });
  });

  it("give each connection an age of its own, up to a tenth off", () => {
    const life = { ...defaults, ageMs: 1_000 };
    const ages = [0, 0.5, 1].map((random) => Math.round(bornWith(life, () => random).ageMs));
    expect(ages).toEqual([900, 1_000, 1_100]);
    expect(bornWith(defaults)).toBe(defaults);
  });

  it.each([
    [{ keepalive: { timeMs: -1 } }, "keepalive.timeMs must be a number of milliseconds"],
    [{ keepalive: { timeoutMs: 0 } }, "keepalive.timeoutMs must be a number of milliseconds above"],
    [{ keepalive: { timeoutMs: Infinity } }, "keepalive.timeoutMs must be a number of millisec"],
    [{ connectionAge: { maxMs: "1" } }, "connectionAge.maxMs must be a number of milliseconds"],
    [{ keepalive: { withoutCalls: 1 } }, "keepalive.withoutCalls must be a boolean"],
    [{ keepalive: { time: 1 } }, "keepalive has no option"],
  ])("that cannot be are refused: %j", (options, message) => {
    expect(() => connectionLife(options as never, defaults)).toThrow(message);
  });
});
