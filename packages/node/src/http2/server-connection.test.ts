// Long: one connection of a hostile or slow peer at a time, from a group of cases that share their script.
import { createConnection } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
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

async function listen(
  limits: ServerLimits = {},
  onStream?: (receiver: RecordingReceiver) => void,
): Promise<{ recorder: Recorder; server: TransportServer }> {
  const recorder = new Recorder(onStream);
  const server = await startTransport(recorder.accept, { limits });
  open.push(() => server[Symbol.asyncDispose]());
  return { recorder, server };
}

async function start(
  limits?: ServerLimits,
  onStream?: (receiver: RecordingReceiver) => void,
): Promise<{ recorder: Recorder; server: TransportServer; peer: Http2Peer }> {
  const listening = await listen(limits, onStream);
  return { ...listening, peer: connect(listening.server) };
}

function connect(server: TransportServer): Http2Peer {
  const peer = new Http2Peer(server.port);
  open.push(() => peer.session.destroy());
  return peer;
}

function raw(server: TransportServer): RawConnection {
  const connection = new RawConnection(server.port);
  open.push(() => connection.end());
  return connection;
}

/** A connection with its greeting behind it. */
function begin(server: TransportServer): RawConnection {
  return raw(server)
    .write(preface)
    .write(frame(frameType.settings, 0, 0));
}

const text = (value: string) => new TextEncoder().encode(value);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const noStreams = ({ connections }: TransportServer) => eventually(() => connections.streams === 0);
const frames = (received: string) => framesOf(Buffer.from(received, "latin1"));

/** Answers 200 when the request is complete. */
function answering(receiver: RecordingReceiver): void {
  receiver.onEvent = (event) => {
    if (event === "end") receiver.stream.respond(200, []);
  };
}

describe("a peer that gives up", () => {
  it.each([
    [0, "canceled"],
    [1, "malformed"],
    [2, "lost"],
    [7, "refused"],
    [8, "canceled"],
    [11, "exhausted"],
    [12, "denied"],
    [77, "malformed"],
  ] as const)("with code %i while it sends is %s, and never an end", async (code, kind) => {
    const { recorder, server } = await listen();
    const connection = begin(server)
      .write(frame(frameType.headers, flag.endHeaders, 1, headerBlock(post)))
      .write(frame(frameType.data, 0, 1, text("part")));
    const receiver = await recorder.next();
    await receiver.until(({ bytes }) => bytes === 4);
    connection.write(frame(frameType.rstStream, 0, 1, Buffer.of(0, 0, 0, code)));
    await receiver.until(({ failure }) => failure !== undefined);
    expect(receiver.events).toEqual(["data", `interrupted: ${kind}`]);
    await noStreams(server);
    expect(server.connections.size).toBe(1);
  });

  it("after its request's end, while the handler works", async () => {
    const { peer, recorder, server } = await start();
    const request = peer.open();
    request.end();
    const receiver = await recorder.next();
    await receiver.until(({ events }) => events.includes("end"));
    request.close(8);
    await receiver.until(({ failure }) => failure !== undefined);
    expect(receiver.events).toEqual(["end", "interrupted: canceled"]);
    expect(receiver.failure?.message).toMatch(/the caller 127\.0\.0\.1:\d+ gave the call up/);
    receiver.stream.respond(200, []);
    await noStreams(server);
  });

  it("in the middle of a response, taken or held up by its window", async () => {
    const { peer, recorder, server } = await start();
    for (const size of [10, 300_000]) {
      const request = peer.open();
      request.end();
      const receiver = await recorder.next();
      const { stream } = receiver;
      stream.start(200, []);
      stream.body.append(new Uint8Array(size));
      stream.flush();
      await new Promise((resolve) => request.once("response", resolve));
      request.close(8);
      await receiver.until(({ failure }) => failure !== undefined);
      expect(receiver.events.at(-1)).toBe("interrupted: canceled");
      stream.body.append(text("late"));
      stream.flush();
      stream.end(["grpc-status", "0"]);
      await noStreams(server);
    }
  });

  it("while its body is held back", async () => {
    const { peer, recorder, server } = await start({}, ({ stream }) => stream.pause());
    const request = peer.open();
    request.write(new Uint8Array(50_000));
    const receiver = await recorder.next();
    await sleep(20);
    request.close(8);
    await receiver.until(({ failure }) => failure !== undefined);
    expect(receiver.events).toEqual(["interrupted: canceled"]);
    receiver.stream.resume();
    await noStreams(server);
  });

  it("by closing or breaking the connection: every stream is lost, also after its request's end", async () => {
    for (const breakOff of [
      (connection: RawConnection) => connection.socket.end(),
      (connection: RawConnection) => connection.socket.resetAndDestroy(),
    ]) {
      const { recorder, server } = await listen();
      const both = flag.endHeaders | flag.endStream;
      const connection = begin(server)
        .write(frame(frameType.headers, flag.endHeaders, 1, headerBlock(post)))
        .write(frame(frameType.data, 0, 1, text("part")))
        .write(frame(frameType.headers, both, 3, headerBlock(post)));
      const first = await recorder.next();
      const second = await recorder.next();
      await first.until(({ bytes }) => bytes === 4);
      await second.until(({ events }) => events.includes("end"));
      breakOff(connection);
      await first.until(({ failure }) => failure !== undefined);
      await second.until(({ failure }) => failure !== undefined);
      expect(first.events).toEqual(["data", "interrupted: lost"]);
      expect(second.events).toEqual(["end", "interrupted: lost"]);
      await eventually(() => server.connections.size === 0 && server.connections.streams === 0);
    }
  });

  it("after the answer is no news", async () => {
    const { peer, recorder, server } = await start({}, ({ stream }) => {
      stream.body.append(new Uint8Array(300_000));
      stream.respond(200, []);
    });
    const request = peer.open();
    request.pause();
    request.end();
    const receiver = await recorder.next();
    await new Promise((resolve) => request.once("response", resolve));
    request.close(8);
    await noStreams(server);
    expect(receiver.events).toEqual([]);
  });
});

describe("headers", () => {
  const sizeOf = (fields: Record<string, string>) =>
    Object.entries(fields).reduce(
      (size, [name, value]) => size + name.length + value.length + 32,
      0,
    );

  it("are taken up to 8 KiB a field, and refused with 431 past it; the connection survives", async () => {
    const { peer } = await start({}, answering);
    for (const [size, status] of [
      [8_191, 200],
      [8_192, 200],
      [8_193, 431],
      [100, 200],
    ] as const) {
      expect((await peer.send({ "x-a": "a".repeat(size - 3) })).status, String(size)).toBe(status);
    }
    expect((await peer.send({ "x-a": "a".repeat(9_000) })).body).toBe(
      "header x-a is past the limit of 8192 bytes",
    );
  });

  it("are taken up to 16 KiB in all, and refused with 431 past it; the connection survives", async () => {
    const { peer, server } = await start({}, answering);
    const fixed = {
      ":method": "POST",
      ":scheme": "http",
      ":path": "/a",
      ":authority": `127.0.0.1:${server.port}`,
      "x-a": "a".repeat(8_000),
      "x-b": "",
    };
    for (const [size, status] of [
      [16_383, 200],
      [16_384, 200],
      [16_385, 431],
      [16_383, 200],
    ] as const) {
      const headers = { "x-a": fixed["x-a"], "x-b": "b".repeat(size - sizeOf(fixed)) };
      expect((await peer.send(headers)).status, String(size)).toBe(status);
    }
  });

  it("that are far too large, or too many, cost their stream and not the connection", async () => {
    const { server, recorder } = await listen({}, answering);
    const connection = begin(server);
    // What this side asks for counts from the acknowledgement on.
    await connection.until((got) => frames(got).length > 0);
    connection.write(frame(frameType.settings, flag.ack, 0));
    const huge = headerBlock([...post, ["x-a", "a".repeat(15_000)]]);
    const more = headerBlock(Array.from({ length: 3 }, (_, at) => [`x-${at}`, "b".repeat(15_000)]));
    connection
      .write(frame(frameType.headers, flag.endStream, 1, huge))
      .write(frame(frameType.continuation, 0, 1, more.subarray(0, 16_000)))
      .write(frame(frameType.continuation, 0, 1, more.subarray(16_000, 32_000)))
      .write(frame(frameType.continuation, flag.endHeaders, 1, more.subarray(32_000)))
      .write(frame(frameType.headers, flag.endStream | flag.endHeaders, 3, headerBlock(post)));
    const { text: received } = await connection.until((got) =>
      frames(got).some(({ type, stream }) => type === frameType.headers && stream === 3),
    );
    // Reset by Node's engine, answered by the other.
    const ends = frames(received).filter(({ stream }) => stream === 1);
    expect(ends[0]?.type).toBe(chosenEngine() === "node" ? 3 : frameType.headers);
    expect(recorder.receivers).toHaveLength(1);
  });

  it.each([
    ["transfer-encoding", [...post, ["transfer-encoding", "chunked"]]],
    ["connection", [...post, ["connection", "close"]]],
    ["two lengths", [...post, ["content-length", "1"], ["content-length", "1"]]],
    ["a length that is none", [...post, ["content-length", "1x"]]],
    ["a name in upper case", [...post, ["X-A", "1"]]],
    ["no path", post.filter(([name]) => name !== ":path")],
    ["two paths", [...post, [":path", "/b"]]],
    ["a pseudo header behind the others", [["x-a", "1"], ...post]],
    ["a pseudo header that does not exist", [...post, [":x", "1"]]],
  ] as [string, [string, string][]][])(
    "with %s are refused; the connection survives",
    async (_, fields) => {
      const { server, recorder } = await listen({}, answering);
      const connection = begin(server)
        .write(frame(frameType.headers, flag.endHeaders | flag.endStream, 1, headerBlock(fields)))
        .write(frame(frameType.headers, flag.endHeaders | flag.endStream, 3, headerBlock(post)));
      const { text: received } = await connection.until((got) =>
        frames(got).some(({ type, stream }) => type === frameType.headers && stream === 3),
      );
      expect(frames(received).some(({ type, stream }) => type === 3 && stream === 1)).toBe(true);
      expect(recorder.receivers).toHaveLength(1);
    },
  );

  it.runIf(chosenEngine() === "bowline")("with a line break in a value are refused", async () => {
    const { server, recorder } = await listen({}, answering);
    const fields = [...post, ["x-a", "1\r\nx-b: 2"]] as const;
    const connection = begin(server).write(
      frame(frameType.headers, flag.endHeaders | flag.endStream, 1, headerBlock(fields as never)),
    );
    await connection.until((got) => frames(got).some(({ type }) => type === 3));
    expect(recorder.receivers).toEqual([]);
  });

  it.runIf(chosenEngine() === "node")(
    "with a line break in a value lose that field by Node's engine",
    async () => {
      const { server, recorder } = await listen({}, answering);
      const fields = [...post, ["x-a", "1\r\nx-b: 2"], ["x-c", "3"]] as const;
      begin(server).write(
        frame(frameType.headers, flag.endHeaders | flag.endStream, 1, headerBlock(fields as never)),
      );
      const { stream } = await recorder.next();
      expect([...stream.headers].map(([name]) => name)).toEqual(["host", "x-c"]);
    },
  );

  it("announce a length that the body keeps, or the request is broken", async () => {
    const { server, recorder } = await listen({}, answering);
    const fields = [...post, ["content-length", "3"]] as const;
    for (const [body, end] of [
      ["four", 0],
      ["tw", flag.endStream],
    ] as const) {
      const connection = begin(server);
      connection.write(frame(frameType.headers, flag.endHeaders, 1, headerBlock(fields as never)));
      const receiver = await recorder.next();
      connection.write(frame(frameType.data, end, 1, text(body)));
      await receiver.until(({ failure }) => failure !== undefined);
      expect(receiver.events).not.toContain("end");
      // Later versions of Node end the connection for it.
      expect(["malformed", "lost"]).toContain(receiver.failure?.kind);
    }
  });
});

describe("the first bytes", () => {
  it("decide for HTTP/2 wherever the preface is cut, and for HTTP/1.1 when it is none", async () => {
    const { server } = await listen({}, answering);
    const settings = frame(frameType.settings, 0, 0);
    const request = frame(
      frameType.headers,
      flag.endHeaders | flag.endStream,
      1,
      headerBlock(post),
    );
    const http2 = Buffer.concat([preface, settings, request]);
    const http1 = Buffer.from("PRI * HTTP/1.1\r\nhost: x\r\n\r\n", "latin1");
    const cuts = Array.from({ length: preface.length + 2 }, (_, at) => at);
    const split = async (bytes: Buffer, cut: number) => {
      const connection = raw(server);
      connection.socket.setNoDelay(true);
      if (cut > 0) connection.write(bytes.subarray(0, cut));
      await sleep(10);
      return connection.write(bytes.subarray(cut));
    };
    await Promise.all(
      cuts.map(async (cut) => {
        const connection = await split(http2, cut);
        const { text: received } = await connection.until((got) =>
          frames(got).some(({ type }) => type === frameType.headers),
        );
        expect(frames(received)[0]?.type, `cut at ${cut}`).toBe(frameType.settings);
        const other = await split(http1, cut);
        const answer = await other.until((got) => got.includes("\r\n\r\n"));
        // Node's parser knows this method for what it is: the beginning of HTTP/2.
        expect(answer.text, `cut at ${cut}`).toMatch(/^HTTP\/1\.1 400 /);
      }),
    );
  });

  it("come in time, or the connection is closed", async () => {
    const { server } = await listen({ headersTimeoutMs: 100 }, answering);
    const silent = raw(server);
    const cut = raw(server).write(preface.subarray(0, 20));
    const ungreeted = raw(server).write(preface);
    for (const connection of [silent, cut, ungreeted]) {
      expect((await connection.closed()).closed).toBe(true);
    }
    await eventually(() => server.connections.size === 0);
  });

  it("that break off leave nothing behind", async () => {
    const { server } = await listen({}, answering);
    for (let cut = 0; cut < preface.length; cut++) {
      const socket = createConnection(server.port, "127.0.0.1");
      socket.on("error", () => {});
      socket.write(preface.subarray(0, cut));
      await new Promise((resolve) => socket.once("connect", resolve));
      if (cut % 2 === 0) socket.resetAndDestroy();
      else socket.end();
    }
    await eventually(() => server.connections.size === 0);
  });
});

describe("a peer that takes its time", () => {
  it("over a header block is cut off", async () => {
    const { server } = await listen({ headersTimeoutMs: 100 }, answering);
    const connection = begin(server).write(
      frame(frameType.headers, flag.endStream, 1, headerBlock(post)),
    );
    expect((await connection.closed()).closed).toBe(true);
    await eventually(() => server.connections.size === 0);
  });

  it("is not, when its block was complete and refused", async () => {
    const { server, peer } = await start({ headersTimeoutMs: 100 }, answering);
    await new Promise((resolve) => peer.session.once("remoteSettings", resolve));
    await peer.send({ "x-a": "a".repeat(20_000), "x-b": "b".repeat(20_000) }).catch(() => {});
    await sleep(400);
    expect(peer.session.destroyed).toBe(false);
    expect((await peer.send()).status).toBe(200);
    expect(server.connections.size).toBe(1);
  });

  it("over a body is told so, and its stream reset", async () => {
    const { peer, recorder, server } = await start({ stallTimeoutMs: 100 });
    const request = peer.open();
    request.write("part");
    const answer = answerOf(request);
    const receiver = await recorder.next();
    await receiver.until(({ failure }) => failure !== undefined);
    expect(receiver.failure).toMatchObject({
      kind: "stalled",
      message: expect.stringMatching(/127\.0\.0\.1:\d+ sent, or took, nothing for 100 ms/),
    });
    expect(await answer).toMatchObject({ code: 8, status: undefined });
    await noStreams(server);
  });

  it("over a body still gets the answer that its receiver has for that", async () => {
    const { peer, server } = await start({ stallTimeoutMs: 100 }, (receiver) => {
      receiver.onEvent = (event) => {
        if (event.startsWith("interrupted")) receiver.stream.respond(504, []);
      };
    });
    const request = peer.open();
    request.write("part");
    expect(await answerOf(request)).toMatchObject({ status: 504, code: 0, ended: true });
    await noStreams(server);
  });

  it("over a response is cut off, whether the response is complete or not", async () => {
    const { peer, recorder, server } = await start({ stallTimeoutMs: 100 });
    for (const isComplete of [true, false]) {
      const request = peer.open();
      request.pause();
      request.end();
      const receiver = await recorder.next();
      receiver.stream.body.append(new Uint8Array(300_000));
      if (isComplete) receiver.stream.respond(200, []);
      else {
        receiver.stream.start(200, []);
        receiver.stream.flush();
      }
      await new Promise((resolve) => request.once("close", resolve));
      expect(request.rstCode).toBe(8);
      if (!isComplete) expect(receiver.failure?.kind).toBe("stalled");
      await noStreams(server);
    }
  });

  it("but moves, is left alone: a slow reader, a slow writer", async () => {
    let isSlowReader = false;
    const { peer, recorder } = await start({ stallTimeoutMs: 150 }, (each) => {
      if (!isSlowReader) answering(each);
    });
    const request = peer.open();
    const answer = answerOf(request);
    for (let sent = 0; sent < 10; sent++) {
      request.write("x");
      await sleep(40);
    }
    request.end();
    expect((await answer).status).toBe(200);
    isSlowReader = true;
    const slow = peer.open();
    slow.pause();
    slow.end();
    await recorder.next();
    const receiver = await recorder.next();
    receiver.stream.body.append(new Uint8Array(1_000_000));
    receiver.stream.respond(200, []);
    let got = 0;
    let ended = false;
    slow.on("end", () => {
      ended = true;
    });
    while (!ended && !slow.destroyed) {
      const piece: Buffer | null = slow.read();
      got += piece?.length ?? 0;
      await sleep(10);
    }
    expect(got).toBe(1_000_000);
  });

  it("is not stalled while the handler works, holds the body back, or rests between messages", async () => {
    const { peer, recorder, server } = await start({ stallTimeoutMs: 60 }, (receiver) => {
      if (receiver.stream.target === "/resting") Object.assign(receiver, { isResting: () => true });
      if (receiver.stream.target === "/paused") receiver.stream.pause();
    });
    const working = peer.send();
    const resting = answerOf(peer.open({ ":path": "/resting" }));
    const paused = peer.open({ ":path": "/paused" });
    paused.write("x");
    const last = answerOf(paused);
    const receivers = [await recorder.next(), await recorder.next(), await recorder.next()];
    await sleep(300);
    expect(receivers.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined]);
    for (const { stream } of receivers) stream.respond(200, []);
    expect((await working).status).toBe(200);
    expect((await resting).status).toBe(200);
    expect((await last).status).toBe(200);
    await noStreams(server);
  });

  it("and has no request under way gets GOAWAY", async () => {
    const { peer, server } = await start({ http2IdleTimeoutMs: 100 }, answering);
    const working = peer.open();
    const answer = answerOf(working);
    await sleep(300);
    expect(peer.goaway).toBeUndefined();
    working.end();
    expect((await answer).status).toBe(200);
    await peer.closed;
    expect(peer.goaway).toBe(0);
    await eventually(() => server.connections.size === 0);
  });

  it("and leaves its side of a closed connection open does not hold it", async () => {
    const { server } = await listen({ http2IdleTimeoutMs: 50 }, answering);
    const stubborn = createConnection({ port: server.port, allowHalfOpen: true });
    open.push(() => stubborn.destroy());
    stubborn.on("error", () => {});
    stubborn.write(Buffer.concat([preface, frame(frameType.settings, 0, 0)]));
    stubborn.resume();
    await new Promise((resolve) => stubborn.once("end", resolve));
    await eventually(() => server.connections.size === 0);
  });
});

it("refuses streams past their number, and goes on", async () => {
  const { peer, recorder, server } = await start({ streams: 3 });
  await new Promise((resolve) => peer.session.once("remoteSettings", resolve));
  expect(peer.session.remoteSettings.maxConcurrentStreams).toBe(3);
  const fields = headerBlock(post);
  const connection = raw(server)
    .write(preface)
    .write(frame(frameType.settings, 0, 0));
  for (let id = 1; id <= 9; id += 2) {
    connection.write(frame(frameType.headers, flag.endHeaders | flag.endStream, id, fields));
  }
  const { text: received } = await connection.until(
    (got) => frames(got).filter(({ type }) => type === frameType.rstStream).length === 2,
  );
  const refused = frames(received).filter(({ type }) => type === frameType.rstStream);
  expect(refused.map(({ stream, payload }) => [stream, payload.readUInt32BE(0)])).toEqual([
    [7, 7],
    [9, 7],
  ]);
  expect(recorder.receivers).toHaveLength(3);
  for (const { stream } of recorder.receivers) stream.respond(200, []);
  await connection.until(
    (got) => frames(got).filter(({ type }) => type === frameType.headers).length === 3,
  );
  connection.write(frame(frameType.headers, flag.endHeaders | flag.endStream, 11, fields));
  await eventually(() => recorder.receivers.length === 4);
});

it("takes no further request of a peer that leaves too many replies lying, until it takes some", async () => {
  const { peer, recorder, server } = await start({ queuedReplyBytes: 200_000 }, ({ stream }) => {
    stream.body.append(new Uint8Array(150_000));
    stream.respond(200, []);
  });
  const requests = Array.from({ length: 6 }, () => {
    const request = peer.open();
    request.pause();
    request.end();
    return request;
  });
  await eventually(() => server.connections.streams === 6);
  await sleep(50);
  const taken = recorder.receivers.length;
  expect(taken).toBeGreaterThan(1);
  expect(taken).toBeLessThan(6);
  const answers = requests.map((request) => answerOf(request));
  for (const request of requests) request.resume();
  for (const { body } of await Promise.all(answers)) expect(body).toHaveLength(150_000);
  expect(recorder.receivers).toHaveLength(6);
  await noStreams(server);
});

it("outlives garbage behind the preface, and closes such connections", async () => {
  const { server, recorder } = await listen({}, answering);
  const garbage = [
    Buffer.from("GET / HTTP/1.1\r\n\r\n"),
    frame(frameType.data, 0, 1, text("x")),
    frame(frameType.headers, flag.endHeaders, 2, headerBlock(post)),
    frame(frameType.headers, flag.endHeaders, 1, Buffer.alloc(6, 0xff)),
    frame(frameType.settings, 0, 0, Buffer.alloc(5)),
    frame(frameType.ping, 0, 0, Buffer.alloc(3)),
    frame(frameType.windowUpdate, 0, 0, Buffer.alloc(4)),
    frame(frameType.rstStream, 0, 1, Buffer.alloc(4)),
    frame(frameType.goaway, 0, 0, Buffer.of(0, 0, 0, 0, 0, 0, 0, 2)),
  ];
  await Promise.all(
    garbage.map(async (bytes) => {
      const { text: received } = await begin(server).write(bytes).closed();
      expect(frames(received).at(-1)?.type).toBe(frameType.goaway);
    }),
  );
  await eventually(() => server.connections.size === 0);
  const peer = connect(server);
  expect((await peer.send()).status).toBe(200);
  expect(recorder.receivers).toHaveLength(1);
});
