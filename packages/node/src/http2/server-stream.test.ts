import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, it } from "vitest";
import {
  flag,
  frame,
  framesOf,
  frameType,
  headerBlock,
  post,
  preface,
} from "../fixtures/http2-frames.js";
import { answerOf, Http2Peer } from "../fixtures/http2-peer.js";
import { RawConnection } from "../fixtures/raw-connection.js";
import {
  eventually,
  Recorder,
  type RecordingReceiver,
  startTransport,
  type TransportServer,
} from "../fixtures/transport-server.js";
import type { ServerLimits } from "../server-limits.js";
import { chosenEngine } from "./engine.js";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(
  limits: ServerLimits = {},
  onStream?: (receiver: RecordingReceiver) => void,
): Promise<{ recorder: Recorder; server: TransportServer; peer: Http2Peer }> {
  const recorder = new Recorder(onStream);
  const server = await startTransport(recorder.accept, { limits });
  open.push(() => server[Symbol.asyncDispose]());
  const peer = new Http2Peer(server.port);
  open.push(() => peer.session.destroy());
  return { recorder, server, peer };
}

const text = (value: string) => new TextEncoder().encode(value);
const noStreams = ({ connections }: TransportServer) => eventually(() => connections.streams === 0);

/** A receiver that answers with its request's size when that is complete. */
function answering(receiver: RecordingReceiver): void {
  receiver.onEvent = (event) => {
    if (event !== "end") return;
    receiver.stream.body.append(text(`${receiver.bytes} bytes`));
    receiver.stream.respond(200, ["content-type", "text/plain"]);
  };
}

it("tells the RPC layer what is asked: method, target, fields in order with the authority as host", async () => {
  const { recorder, peer } = await start({}, answering);
  const answer = await peer.send({
    ":path": "/a?b=c",
    ":authority": "greeter:80",
    "x-b": ["1", "2"],
    "x-a": "3",
  });
  expect(answer).toMatchObject({ status: 200, body: "0 bytes", code: 0, ended: true });
  const { stream } = await recorder.next();
  expect(stream).toMatchObject({ httpVersion: "2", method: "POST", target: "/a?b=c" });
  expect([...stream.headers]).toEqual([
    ["host", "greeter:80"],
    ["x-b", "1"],
    ["x-b", "2"],
    ["x-a", "3"],
  ]);
  expect(stream.peer.address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(stream.peer.tls).toBeUndefined();
});

it("answers in one go with content-length, and with fields of one name apart", async () => {
  const { peer, server } = await start({}, ({ stream }) => {
    stream.body.append(text("a"));
    stream.body.append(text("b"));
    stream.respond(200, ["x-a", "1", "x-a", "2", "__proto__", "3"]);
  });
  const answer = await peer.send();
  expect(answer).toMatchObject({ body: "ab", code: 0, ended: true });
  expect(answer.headers).toMatchObject({ "content-length": "2", "x-a": "1, 2" });
  expect(Object.getOwnPropertyDescriptor(answer.headers, "__proto__")?.value).toBe("3");
  await noStreams(server);
});

it.runIf(chosenEngine() === "node")(
  "joins the values of fields that Node's engine takes once only, in headers and trailers, of whole answers and of streams",
  async () => {
    const tags = [
      "etag",
      "a",
      "etag",
      "b",
      "x-a",
      "1",
      "x-a",
      "2",
      "set-cookie",
      "c",
      "set-cookie",
      "d",
    ];
    let count = 0;
    const { peer, server } = await start({}, ({ stream }) => {
      const kind = count++;
      stream.body.append(text("body"));
      if (kind === 0) stream.respond(200, tags);
      else if (kind === 1) stream.respond(200, tags, ["authorization", "a", "authorization", "b"]);
      else {
        stream.start(200, tags);
        stream.flush();
        stream.end(["authorization", "a", "authorization", "b"]);
      }
    });
    for (let kind = 0; kind < 3; kind++) {
      const answer = await peer.send();
      expect(answer).toMatchObject({ body: "body", ended: true, code: 0 });
      expect(answer.headers).toMatchObject({
        etag: "a, b",
        "x-a": "1, 2",
        "set-cookie": ["c", "d"],
      });
      if (kind > 0) expect(answer.trailers).toMatchObject({ authorization: "a, b" });
    }
    await noStreams(server);
  },
);

it("sends trailers behind a body, behind none, and behind a stream of messages", async () => {
  let count = 0;
  const { peer } = await start({}, ({ stream }) => {
    const kind = count++;
    if (kind === 0) stream.body.append(text("body"));
    if (kind < 2) stream.respond(200, ["x-a", "1"], ["grpc-status", "0"]);
    else {
      stream.start(200, ["x-a", "1"]);
      stream.body.append(text("one"));
      stream.flush();
      stream.body.append(text("two"));
      stream.end(["grpc-status", "5", "grpc-status", "6"]);
    }
  });
  expect(await peer.send()).toMatchObject({ body: "body", trailers: { "grpc-status": "0" } });
  expect(await peer.send()).toMatchObject({ body: "", trailers: { "grpc-status": "0" } });
  expect(await peer.send()).toMatchObject({
    body: "onetwo",
    trailers: { "grpc-status": "5, 6" },
    ended: true,
    code: 0,
  });
});

it("sends headers at once, and each flush when it is made", async () => {
  const { recorder, peer } = await start();
  const request = peer.open();
  request.end();
  const answer = answerOf(request);
  const { stream } = await recorder.next();
  const headers = new Promise((resolve) => request.once("response", resolve));
  stream.start(200, []);
  await headers;
  for (const part of ["a", "b"]) {
    const data = new Promise((resolve) => request.once("data", resolve));
    stream.body.append(text(part));
    expect(stream.flush()).toBe(true);
    expect(await data).toBe(part);
  }
  stream.end();
  expect(await answer).toMatchObject({ body: "ab", code: 0, ended: true, trailers: undefined });
});

it("delivers a body in order and ends it at END_STREAM", async () => {
  const { recorder, peer, server } = await start({}, answering);
  const answer = await peer.send({}, new Uint8Array(1_000_000));
  expect(answer.body).toBe("1000000 bytes");
  expect((await recorder.next()).events).toEqual(["data", "end"]);
  await noStreams(server);
});

it("frees a peer that is answered before its request's end: the answer, END_STREAM, then NO_ERROR", async () => {
  const { peer, server } = await start({}, ({ stream }) => {
    stream.body.append(text("enough"));
    stream.respond(429, []);
  });
  const request = peer.open();
  request.write(new Uint8Array(5_000_000));
  const answer = await answerOf(request);
  expect(answer).toMatchObject({ status: 429, body: "enough", ended: true, code: 0 });
  await noStreams(server);
});

it("frees a peer that is answered in the middle of its body, with trailers too", async () => {
  const { peer, server, recorder } = await start({}, (receiver) => {
    receiver.onEvent = () => {
      if (receiver.bytes < 100_000) return;
      receiver.stream.body.append(text("enough"));
      receiver.stream.respond(200, [], ["grpc-status", "8"]);
    };
  });
  const request = peer.open();
  request.write(new Uint8Array(5_000_000));
  expect(await answerOf(request)).toMatchObject({
    body: "enough",
    trailers: { "grpc-status": "8" },
    ended: true,
    code: 0,
  });
  const { events } = await recorder.next();
  expect(events).toEqual(["data"]);
  await noStreams(server);
});

it("keeps RST_STREAM back until an early answer that the peer's window holds up has left", async () => {
  const { peer, server } = await start({}, ({ stream }) => {
    stream.body.append(new Uint8Array(300_000));
    stream.respond(429, []);
  });
  const request = peer.open();
  const answer = answerOf(request);
  request.pause();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(server.connections.streams).toBe(1);
  request.resume();
  const { body, ended, code } = await answer;
  expect({ length: body.length, ended, code }).toEqual({ length: 300_000, ended: true, code: 0 });
  await noStreams(server);
});

it("stops reading while paused, from the acceptor on, and goes on afterwards", async () => {
  const { peer, recorder } = await start({}, (receiver) => {
    receiver.stream.pause();
    answering(receiver);
  });
  const sent = peer.send({}, new Uint8Array(2_000_000));
  const receiver = await recorder.next();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(receiver.events).toEqual([]);
  receiver.stream.resume();
  expect((await sent).body).toBe("2000000 bytes");
});

it("asks for the body when it is expected to, unless it is refused or paused", async () => {
  const { peer, recorder } = await start({}, (receiver) => {
    const { stream } = receiver;
    if (stream.target === "/paused") stream.pause();
    if (stream.target === "/refused") stream.respond(413, []);
    else answering(receiver);
  });
  const expecting = { expect: "100-continue" };
  expect((await peer.send(expecting, "abc")).informational).toEqual([100]);
  expect(await peer.send({ ...expecting, ":path": "/refused" })).toMatchObject({
    status: 413,
    informational: [],
  });
  const request = peer.open({ ...expecting, ":path": "/paused" });
  const answer = answerOf(request);
  let continued = 0;
  request.on("headers", () => {
    continued++;
    request.end("abc");
  });
  await recorder.next();
  await recorder.next();
  const receiver = await recorder.next();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(continued).toBe(0);
  receiver.stream.resume();
  expect((await answer).body).toBe("3 bytes");
});

it("says when the peer is slow and when it has room again", async () => {
  const { peer, recorder, server } = await start({ queuedReplyBytes: 100_000 });
  const request = peer.open();
  request.end();
  const answer = answerOf(request);
  request.pause();
  const receiver = await recorder.next();
  const { stream } = receiver;
  stream.start(200, []);
  let flushes = 0;
  do {
    stream.body.append(new Uint8Array(20_000));
    flushes++;
  } while (stream.flush());
  // What the peer's window takes does not count: it has left.
  expect(flushes).toBeGreaterThan(5);
  expect(flushes).toBeLessThan(20);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(receiver.events).toEqual(["end"]);
  request.resume();
  await receiver.until(({ events }) => events.includes("drained"));
  stream.end();
  expect((await answer).body).toHaveLength(flushes * 20_000);
  expect(receiver.events).toEqual(["end", "drained"]);
  await noStreams(server);
});

it("carries a body of many pieces, larger than every window", async () => {
  const size = 3_000_000;
  const bytes = Uint8Array.from({ length: size }, (_, at) => at % 251);
  const { peer, server } = await start({}, ({ stream }) => {
    stream.body.append(bytes.subarray(0, 10));
    stream.body.append(bytes.subarray(10));
    stream.respond(200, [], ["grpc-status", "0"]);
  });
  const { body, trailers } = await peer.send();
  expect(Buffer.from(body, "latin1").equals(bytes)).toBe(true);
  expect(trailers).toMatchObject({ "grpc-status": "0" });
  await noStreams(server);
});

it("resets a stream without a proper end", async () => {
  const { peer, server } = await start({}, ({ stream }) => {
    stream.start(200, []);
    stream.body.append(text("half"));
    stream.flush();
    setTimeout(() => stream.reset(), 20);
  });
  const answer = await peer.send();
  expect(answer).toMatchObject({ code: 2, body: "half" });
  await noStreams(server);
  const raw = new RawConnection(server.port);
  open.push(() => raw.end());
  raw.write(preface).write(frame(frameType.settings, 0, 0));
  raw.write(frame(frameType.headers, flag.endHeaders | flag.endStream, 1, headerBlock(post)));
  const sent = () => framesOf(raw.received).filter(({ stream }) => stream === 1);
  await raw.until(() => sent().some(({ type }) => type === frameType.rstStream));
  expect(sent().map(({ type, flags }) => [type, flags & flag.endStream])).toEqual([
    [frameType.headers, 0],
    [frameType.data, 0],
    [frameType.rstStream, 0],
  ]);
});

it("does nothing with what is written after the end, or to nobody", async () => {
  const { peer, recorder, server } = await start({}, ({ stream }) => {
    stream.respond(200, []);
    stream.respond(500, []);
    stream.end();
    stream.start(500, []);
    stream.reset();
  });
  expect((await peer.send()).status).toBe(200);
  peer.session.destroy();
  const { stream } = await recorder.next();
  await noStreams(server);
  stream.body.append(text("late"));
  stream.flush();
  stream.respond(200, []);
  stream.end(["a", "b"]);
  stream.pause();
  stream.resume();
  stream.reset();
});

it("keeps nothing of a body that its handler held back and that broke, however long the handler goes on", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { peer, recorder, server } = await start({}, ({ stream }) => stream.pause());
  const held = async () => {
    await new Promise(setImmediate);
    collect();
    await new Promise(setImmediate);
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  const before = await held();
  for (let i = 0; i < 40; i++) {
    const request = peer.open();
    request.write(Buffer.alloc(200_000));
    await recorder.next();
  }
  await eventually(() => process.memoryUsage().arrayBuffers > before + 6_000_000);
  peer.session.destroy();
  await noStreams(server);
  await eventually(() => recorder.receivers.every(({ failure }) => failure !== undefined));
  expect((await held()) - before).toBeLessThan(3_000_000);
  expect(recorder.receivers).toHaveLength(40);
});
