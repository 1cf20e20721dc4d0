import { afterEach, describe, expect, it } from "vitest";
import { EchoService, echoService } from "./fixtures/echo-service.js";
import { flag, frame, framesOf, frameType, headerBlock, preface } from "./fixtures/http2-frames.js";
import { answerOf, Http2Peer } from "./fixtures/http2-peer.js";
import { RawConnection } from "./fixtures/raw-connection.js";
import { eventually } from "./fixtures/transport-server.js";
import { chosenEngine } from "./http2/engine.js";
import { type RpcServer, type ServeOptions, serve } from "./serve.js";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(options: Partial<ServeOptions> = {}): Promise<RpcServer> {
  const server = await serve({ port: 0, services: [echoService()], signals: false, ...options });
  open.push(() => server.stop({ graceMs: 100 }));
  return server;
}

function connect(server: RpcServer): Http2Peer {
  const peer = new Http2Peer(server.port);
  open.push(() => peer.session.destroy());
  return peer;
}

/** Node cannot announce the end first and still take what crosses the announcement. */
const onNode = it.runIf(chosenEngine() === "node");
const onBowline = it.runIf(chosenEngine() === "bowline");

const call = { ":path": "/test.v1.EchoService/Echo", "content-type": "application/json" };
const idle = { connections: 0, streams: 0 };

/** A service whose handler answers when it is told to. */
function slowService() {
  let answer: () => void = () => {};
  let called: () => void = () => {};
  const running = new Promise<void>((resolve) => {
    called = resolve;
  });
  let aborted: unknown;
  const service = echoService(async (request, { signal }) => {
    signal.addEventListener("abort", () => {
      aborted = signal.reason;
    });
    called();
    await new Promise<void>((resolve) => {
      const before = answer;
      answer = () => {
        before();
        resolve();
      };
    });
    return request;
  });
  return { service, running, answer: () => answer(), reason: () => aborted };
}

/** A connection of bare frames, greeted, that sends calls by number. */
function rawCalls(server: RpcServer) {
  const raw = new RawConnection(server.port);
  open.push(() => raw.end());
  const fields = headerBlock([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", call[":path"]],
    [":authority", "x"],
    ["content-type", "application/json"],
  ]);
  raw.write(preface).write(frame(frameType.settings, 0, 0));
  return {
    raw,
    send: (id: number) =>
      raw
        .write(frame(frameType.headers, flag.endHeaders, id, fields))
        .write(frame(frameType.data, flag.endStream, id, Buffer.from("{}"))),
    received: (type: number) => framesOf(raw.received).filter((each) => each.type === type),
  };
}

describe("stop", () => {
  it("tells HTTP/2 connections to go away, lets their streams finish, and leaves nothing", async () => {
    const { service, running, answer } = slowService();
    const server = await start({ services: [service] });
    const peer = connect(server);
    const request = peer.open(call);
    request.end("{}");
    const answered = answerOf(request);
    await running;
    expect(server.describe()).toMatchObject({ connections: 1, streams: 1 });
    const stopped = server.stop();
    await eventually(() => peer.goaway === 0);
    expect(server.describe().streams).toBe(1);
    answer();
    expect(await answered).toMatchObject({ status: 200, code: 0 });
    await stopped;
    await peer.closed;
    expect(server.describe()).toMatchObject(idle);
  });

  onBowline("announces the end, takes what crosses that, names the last request", async () => {
    const { service, running, answer } = slowService();
    const server = await start({ services: [service] });
    const { raw, send, received } = rawCalls(server);
    send(1);
    await running;
    const stopped = server.stop();
    const last = (at: number) => received(frameType.goaway)[at]?.payload.readUInt32BE(0);
    await raw.until(() => received(frameType.ping).length > 0);
    expect(last(0)).toBe(2 ** 31 - 1);
    send(3);
    raw.write(frame(frameType.ping, flag.ack, 0, received(frameType.ping)[0]?.payload));
    await raw.until(() => received(frameType.goaway).length > 1);
    expect(last(1)).toBe(3);
    send(5);
    answer();
    await stopped;
    expect((await raw.closed()).closed).toBe(true);
    const answered = received(frameType.headers).map(({ stream }) => stream);
    expect(new Set(answered)).toEqual(new Set([1, 3]));
    expect(server.describe()).toMatchObject(idle);
  });

  onNode("names the last request that it takes, and takes none behind it", async () => {
    const { service, running, answer } = slowService();
    const server = await start({ services: [service] });
    const { raw, send, received } = rawCalls(server);
    send(1);
    await running;
    const stopped = server.stop();
    await raw.until(() => received(frameType.goaway).length > 0);
    expect(received(frameType.goaway)[0]?.payload.readUInt32BE(0)).toBe(1);
    send(3);
    answer();
    await stopped;
    expect((await raw.closed()).closed).toBe(true);
    expect(received(frameType.headers).map(({ stream }) => stream)).toEqual([1]);
    expect(server.describe()).toMatchObject(idle);
  });

  it("ends calls that take longer than the grace, and aborts their signals", async () => {
    const { service, running, reason } = slowService();
    const server = await start({ services: [service] });
    const peer = connect(server);
    const answered = peer.send(call, "{}");
    await running;
    await server.stop({ graceMs: 20 });
    expect(reason()).toMatchObject({ code: "unavailable", reason: "BOWLINE_SHUTDOWN" });
    const { status, code } = await answered;
    expect(status === 503 || code !== 0).toBe(true);
    expect(server.describe()).toMatchObject(idle);
  });

  it("closes idle connections soon, and those that have not said what they speak at once", async () => {
    const server = await start();
    const silent = new RawConnection(server.port);
    const peer = connect(server);
    await peer.send(call, "{}");
    await eventually(() => server.describe().connections === 2);
    await server.stop();
    expect((await silent.closed()).text).toBe("");
    await peer.closed;
    expect(server.describe()).toMatchObject(idle);
  });
});

it("hands codecs, compression, interceptors, gate, deadline policy, routes and hook on", async () => {
  const seen: string[] = [];
  const server = await start({
    services: [echoService((request) => ({ name: `${request.name}${"b".repeat(50)}` }))],
    interceptors: [
      (next) => (invocation) => {
        seen.push("interceptor");
        return next(invocation);
      },
    ],
    gate: () => {
      seen.push("gate");
    },
    compression: { minBytes: 10 },
    deadline: { maxMs: 5_000, defaultMs: 5_000 },
    routes: { "/test.v1.EchoService/Echo": { receivedMessageBytes: 20 } },
  });
  const peer = connect(server);
  const compressed = await peer.send({ ...call, "accept-encoding": "gzip" }, "{}");
  expect(compressed.headers).toMatchObject({ "content-encoding": "gzip" });
  expect(seen).toEqual(["gate", "interceptor"]);
  expect((await peer.send(call, `{"name":"${"x".repeat(30)}"}`)).status).toBe(429);
  const strict = await start({ requireConnectProtocolVersion: true, codecs: [] });
  expect((await connect(strict).send(call, "{}")).status).not.toBe(200);
  await expect(start({ routes: { "/no.Such/Route": {} } })).rejects.toThrow(/no\.Such/);
  await expect(start({ compression: { minBites: 1 } as never })).rejects.toThrow(TypeError);
});

it("answers a message that is too large although the caller sends on", async () => {
  const server = await start({ limits: { receivedMessageBytes: 1_000 } });
  const peer = connect(server);
  for (const announced of [true, false]) {
    const request = peer.open({ ...call, ...(announced ? { "content-length": 3_000_000 } : {}) });
    request.write(new Uint8Array(3_000_000));
    const answer = await answerOf(request);
    expect(answer).toMatchObject({ status: 429, code: 0 });
    expect(answer.body).toContain("resource_exhausted");
  }
  await eventually(() => server.describe().streams === 0);
});

it("tells a handler that its caller gave up", async () => {
  const { service, running, reason } = slowService();
  const server = await start({ services: [service] });
  const request = connect(server).open(call);
  request.end("{}");
  await running;
  request.close(8);
  await eventually(() => reason() !== undefined);
  expect(reason()).toMatchObject({ code: "canceled" });
  await eventually(() => server.describe().streams === 0);
});

it("refuses an engine that does not exist", async () => {
  const before = process.env.BOWLINE_HTTP2;
  open.push(() => {
    if (before === undefined) delete process.env.BOWLINE_HTTP2;
    else process.env.BOWLINE_HTTP2 = before;
  });
  process.env.BOWLINE_HTTP2 = "fast";
  await expect(start()).rejects.toThrow(
    'BOWLINE_HTTP2 must be "node", "bowline" or unset; it is the string "fast"',
  );
  process.env.BOWLINE_HTTP2 = "node";
  await start();
  expect(EchoService.typeName).toBe("test.v1.EchoService");
});
