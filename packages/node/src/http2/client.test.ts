import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import type { BalancedTransport } from "@bowline/balancer";
import type { ClientStream } from "@bowline/rpc/internal";
import { afterEach, expect, it } from "vitest";
import type { NodeChannelOptions } from "../channel.js";
import {
  data,
  frame,
  goaway,
  type Http2PeerConnection,
  headers,
  ping,
  rstStream,
  settings,
  settingsAck,
  startHttp2Peer,
  windowUpdate,
} from "../fixtures/http2-script.js";
import { Recorder, requestHead, sendRequest } from "../fixtures/recorder.js";
import { createNodeTransport } from "../transport.js";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

function transportTo(url: string, options: NodeChannelOptions = {}): BalancedTransport {
  const transport = createNodeTransport(url, { httpVersion: "2", ...options });
  open.push(() => transport.close());
  return transport;
}

/** A server of `node:http2`. */
async function serveHttp2(
  onStream: (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void,
): Promise<{ url: string; server: Http2Server }> {
  const server = createServer();
  server.on("stream", (stream, fields) => {
    stream.on("error", () => {});
    onStream(stream, fields);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, server };
}

/** A scripted peer that has exchanged SETTINGS when the script begins. */
async function scripted(
  script: (connection: Http2PeerConnection, index: number) => void | Promise<void>,
  values: Parameters<typeof settings>[0] = {},
  unacknowledged = false,
): Promise<string> {
  const peer = await startHttp2Peer(async (connection, index) => {
    connection.write(settings(values));
    await connection.frame("settings");
    if (!unacknowledged) connection.write(settingsAck);
    await script(connection, index);
  });
  open.push(() => peer[Symbol.asyncDispose]());
  return peer.url;
}

const ok = { ":status": "200", "x-b": "2" };

function openStreams(transport: BalancedTransport): number | undefined {
  return transport.describe().subchannels[0]?.connection?.openStreams;
}

it("carries a request and its response, headers and trailers", async () => {
  const { url } = await serveHttp2((stream, fields) => {
    stream.respond(
      { ":status": 200, "x-path": String(fields[":path"]) },
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => stream.sendTrailers({ "x-t": ["a", "b"] as never }));
    stream.pipe(stream);
  });
  const { received } = sendRequest(transportTo(url), "hello", {
    headers: ["x-a", "1", "x-a", "2"],
  });
  await received.over();
  expect(received.events).toEqual(["200", "data", "end"]);
  expect(received.text).toBe("hello");
  expect(received.headers?.get("x-path")).toBe("/x/Y");
  expect(received.headers?.has(":status")).toBe(false);
  expect(received.trailers?.get("x-t")).toBe("a, b");
});

it("shares one connection between calls, and says in which state it is", async () => {
  let sessions = 0;
  const { url, server } = await serveHttp2((stream) => {
    stream.respond({ ":status": 200 }, { endStream: true });
    stream.resume();
  });
  server.on("session", () => sessions++);
  const transport = transportTo(url);
  expect(transport.describe()).toMatchObject({ state: "idle" });
  const calls = Array.from({ length: 20 }, () => sendRequest(transport, "x").received.over());
  expect(transport.describe()).toMatchObject({ state: "connecting", waitingStreams: 20 });
  for (const call of await Promise.all(calls)) expect(call.events).toEqual(["200", "end"]);
  expect(sessions).toBe(1);
  expect(transport.describe()).toMatchObject({
    state: "ready",
    waitingStreams: 0,
    subchannels: [{ state: "ready", connection: { httpVersion: "2" } }],
  });
});

it("streams both ways at the same time, with backpressure", async () => {
  const { url } = await serveHttp2((stream) => {
    stream.respond({ ":status": 200 });
    stream.pipe(stream);
  });
  const received = new Recorder();
  const stream = transportTo(url).open(requestHead(), received);
  stream.start();
  await received.until(() => received.status === 200);
  stream.body.append(Buffer.from("ping"));
  expect(stream.flush()).toBe(true);
  await received.until(() => received.text === "ping");
  const piece = Buffer.alloc(1_000_000, "x");
  for (let i = 0; i < 10; i++) {
    stream.body.append(piece);
    const before = received.drains;
    if (!stream.flush()) await received.until(() => received.drains > before);
  }
  stream.end();
  await received.over();
  expect(received.bytes).toBe(10_000_004);
  expect(received.drains).toBeGreaterThan(0);
});

it("stops taking a response while it is paused: the peer gets no more window", async () => {
  const window = 1_048_576;
  let granted = true;
  const url = await scripted(async (connection) => {
    const { stream } = await connection.frame("headers");
    connection.write(headers(stream, ok));
    for (let sent = 0; sent < window; sent += 16_384)
      connection.write(data(stream, Buffer.alloc(16_384)));
    connection.write(ping);
    await connection.frame("ping");
    granted = connection.frames.some((each) => each.type === 8 && each.stream === stream);
    connection.write(headers(stream, { "x-t": "1" }, { endStream: true }));
  });
  const { stream, received } = sendRequest(transportTo(url));
  stream.pause();
  await received.until(() => received.status === 200);
  await expect.poll(() => granted).toBe(false);
  expect(received.bytes).toBe(0);
  stream.resume();
  await received.over();
  expect(received.bytes).toBe(window);
  expect(received.events).toEqual(["200", "data", "end"]);
});

it.each([
  [0, "malformed"],
  [1, "malformed"],
  [2, "malformed"],
  [5, "malformed"],
  [8, "canceled"],
  [11, "exhausted"],
  [12, "denied"],
  [0xabcd, "malformed"],
] as const)(
  "RST_STREAM with code %i before the end means %s, before the head and after it",
  async (code, kind) => {
    const url = await scripted(async (connection) => {
      const first = await connection.frame("headers");
      connection.write(rstStream(first.stream, code));
      const second = await connection.frame("headers");
      connection.write(headers(second.stream, ok), data(second.stream, "abc"));
      connection.write(rstStream(second.stream, code));
    });
    const transport = transportTo(url);
    const before = await sendRequest(transport, "x").received.over();
    expect(before.events).toEqual([kind]);
    const after = await sendRequest(transport, "x").received.over();
    expect(after.events[0]).toBe("200");
    expect(after.events.at(-1)).toBe(kind);
  },
);

it.each([0, 8])(
  "a response that is complete stays complete when RST_STREAM(%i) follows it",
  async (code) => {
    const url = await scripted(async (connection) => {
      for (let i = 0; i < 3; i++) {
        const { stream } = await connection.frame("headers");
        if (i === 0)
          connection.write(headers(stream, ok, { endStream: true }), rstStream(stream, code));
        if (i === 1)
          connection.write(
            headers(stream, ok),
            data(stream, "abc", { endStream: true }),
            rstStream(stream, code),
          );
        if (i === 2) {
          const trailers = headers(stream, { "x-t": "1" }, { endStream: true });
          connection.write(
            headers(stream, ok),
            data(stream, "abc"),
            trailers,
            rstStream(stream, code),
          );
        }
      }
    });
    const transport = transportTo(url);
    const large = Buffer.alloc(500_000);
    const events = [];
    for (let i = 0; i < 3; i++) {
      const { received } = sendRequest(transport, large);
      events.push((await received.over()).events.join());
    }
    expect(events).toEqual(["200,end", "200,data,end", "200,data,end"]);
  },
);

it("frees the peer when the response is complete before the request", async () => {
  const codes: number[] = [];
  const url = await scripted(async (connection) => {
    const { stream } = await connection.frame("headers");
    connection.write(headers(stream, ok, { endStream: true }));
    codes.push((await connection.frame("rstStream")).payload.readUInt32BE(0));
    connection.write(windowUpdate(0, 1));
  });
  const received = new Recorder();
  const stream = transportTo(url).open(requestHead(), received);
  stream.start();
  await received.over();
  expect(received.events).toEqual(["200", "end"]);
  expect(stream.flush()).toBe(true);
  stream.end();
  await expect.poll(() => codes).toEqual([8]);
});

it("reset tells the peer by RST_STREAM(CANCEL), and nothing comes any more", async () => {
  const codes: number[] = [];
  const url = await scripted(async (connection) => {
    const { stream } = await connection.frame("headers");
    connection.write(headers(stream, ok), data(stream, "a"));
    codes.push((await connection.frame("rstStream", stream)).payload.readUInt32BE(0));
    const next = await connection.frame("headers");
    connection.write(data(stream, "late"), headers(next.stream, ok, { endStream: true }));
  });
  const transport = transportTo(url);
  const { stream, received } = sendRequest(transport, "x");
  await received.until(() => received.text === "a");
  stream.reset();
  expect((await sendRequest(transport, "x").received.over()).events).toEqual(["200", "end"]);
  expect(codes).toEqual([8]);
  expect(received.events).toEqual(["200", "data"]);
});

it("frees a stream that is given up while a complete response waits to be read", async () => {
  const url = await scripted(async (connection) => {
    const { stream } = await connection.frame("headers");
    connection.write(headers(stream, ok), data(stream, "unread", { endStream: true }));
  });
  const transport = transportTo(url);
  const { stream, received } = sendRequest(transport);
  stream.pause();
  await received.until(() => received.status === 200);
  stream.reset();
  await expect.poll(() => openStreams(transport)).toBe(0);
  expect(received.events).toEqual(["200"]);
});

it("frees a stream that is given up in the moment in which its response comes", async () => {
  let asked: (respond: () => void) => void = () => {};
  const answer = new Promise<() => void>((resolve) => {
    asked = resolve;
  });
  const url = await scripted(async (connection) => {
    const { stream } = await connection.frame("headers");
    const response = [headers(stream, ok), data(stream, "unread", { endStream: true })];
    asked(() => connection.write(...response));
  });
  const transport = transportTo(url);
  const { stream, received } = sendRequest(transport);
  const respond = await answer;
  // In a timer: what came is read before what waits for the end of the turn.
  await new Promise<void>((resolve) => {
    setTimeout(() => {
      respond();
      stream.reset();
      resolve();
    });
  });
  await expect.poll(() => openStreams(transport)).toBe(0);
  expect(received.events).toEqual([]);
});

it("opens a refused stream once more, unseen, with everything that was sent", async () => {
  const bodies: string[] = [];
  const url = await scripted(async (connection) => {
    for (let i = 0; i < 2; i++) {
      const { stream } = await connection.frame("headers");
      bodies.push((await connection.frame("data", stream)).payload.toString());
      if (i === 0) connection.write(rstStream(stream, 7));
      else connection.write(headers(stream, ok, { endStream: true }));
    }
  });
  const { received } = sendRequest(transportTo(url), "hello");
  expect((await received.over()).events).toEqual(["200", "end"]);
  expect(bodies).toEqual(["hello", "hello"]);
});

it.each([
  ["nothing", (_: ClientStream) => {}, ""],
  ["one piece", ({ body }: ClientStream) => body.append(Buffer.from("abc")), "abc"],
  [
    "one message",
    ({ body }: ClientStream) => {
      body.openEnvelope(1);
      body.append(Buffer.from("abc"));
      body.closeEnvelope();
    },
    "\x01\0\0\0\x03abc",
  ],
  [
    "an empty message",
    ({ body }: ClientStream) => {
      body.openEnvelope(0);
      body.closeEnvelope();
    },
    "\0\0\0\0\0",
  ],
  [
    "several pieces",
    ({ body }: ClientStream) => {
      body.append(Buffer.from("a"));
      body.append(Buffer.from("bc"));
    },
    "abc",
  ],
])(
  "opens a whole request once more on a connection that was there before, with %s",
  async (_, write, expected) => {
    const bodies: string[] = [];
    const url = await scripted(async (connection) => {
      const first = await connection.frame("headers");
      connection.write(headers(first.stream, ok, { endStream: true }));
      for (let i = 0; i < 2; i++) {
        const { stream, flags } = await connection.frame("headers");
        const isWhole = (flags & 1) !== 0;
        bodies.push(isWhole ? "" : (await connection.frame("data", stream)).payload.toString());
        if (i === 0) connection.write(rstStream(stream, 7));
        else connection.write(headers(stream, ok, { endStream: true }));
      }
    });
    const transport = transportTo(url);
    await sendRequest(transport).received.over();
    const received = new Recorder();
    const stream = transport.open(requestHead({ isWhole: true }), received);
    write(stream);
    stream.send();
    expect((await received.over()).events).toEqual(["200", "end"]);
    expect(bodies).toEqual([expected, expected]);
    await expect.poll(() => openStreams(transport)).toBe(0);
  },
);

it("keeps a whole request for that up to its bound, and gives it up when it is reset meanwhile", async () => {
  const url = await scripted(async (connection) => {
    const first = await connection.frame("headers");
    connection.write(headers(first.stream, ok, { endStream: true }));
    for (;;) connection.write(rstStream((await connection.frame("headers")).stream, 7));
  });
  const transport = transportTo(url);
  await sendRequest(transport).received.over();
  const head = { isWhole: true };
  const large = sendRequest(transport, new Uint8Array(262_145), head).received;
  expect((await large.over()).events).toEqual(["refused"]);
  const twice = sendRequest(transport, "x", head).received;
  expect((await twice.over()).events).toEqual(["refused"]);
  const reset = sendRequest(transport, "x", head);
  reset.stream.reset();
  await sendRequest(transport, "x", head).received.over();
  expect(reset.received.events).toEqual([]);
  expect(transport.describe()).toMatchObject({ waitingStreams: 0 });
});

it("opens it once more only: a second refusal is the outcome", async () => {
  const url = await scripted(async (connection) => {
    for (let i = 0; i < 2; i++)
      connection.write(rstStream((await connection.frame("headers")).stream, 7));
  });
  expect((await sendRequest(transportTo(url), "x").received.over()).events).toEqual(["refused"]);
});

it("repeats streams above GOAWAY's last on a new connection, and lets the others finish", async () => {
  const url = await scripted(async (connection, index) => {
    if (index === 0) {
      const first = await connection.frame("headers");
      await connection.frame("headers");
      connection.write(
        goaway(first.stream, 0),
        headers(first.stream, { ...ok, "x-c": "0" }, { endStream: true }),
      );
    } else {
      const { stream } = await connection.frame("headers");
      connection.write(headers(stream, { ...ok, "x-c": "1" }, { endStream: true }));
    }
  });
  const transport = transportTo(url);
  const calls = [sendRequest(transport, "a"), sendRequest(transport, "b")];
  const over = await Promise.all(calls.map(({ received }) => received.over()));
  expect(over.map((each) => each.headers?.get("x-c"))).toEqual(["0", "1"]);
});

it("a GOAWAY with an error: the streams above its last are repeated, the others are lost", async () => {
  const url = await scripted(async (connection, index) => {
    const first = await connection.frame("headers");
    if (index > 0) connection.write(headers(first.stream, ok, { endStream: true }));
    else {
      await connection.frame("headers");
      connection.write(goaway(first.stream, 2));
    }
  });
  const transport = transportTo(url);
  const calls = [sendRequest(transport, "a"), sendRequest(transport, "b")];
  const over = await Promise.all(calls.map(({ received }) => received.over()));
  expect(over.map((each) => each.events.join())).toEqual(["lost", "200,end"]);
});

it("obeys the peer's number of concurrent streams; those beyond wait their turn", async () => {
  let running = 0;
  let most = 0;
  const url = await scripted(
    async (connection) => {
      for (let i = 0; i < 10; i++) {
        const { stream } = await connection.frame("headers");
        most = Math.max(most, ++running);
        setTimeout(() => {
          running--;
          connection.write(headers(stream, ok, { endStream: true }));
        }, 5);
      }
    },
    { maxConcurrentStreams: 2 },
  );
  const transport = transportTo(url);
  const calls = Array.from({ length: 10 }, () => sendRequest(transport, "x").received.over());
  for (const call of await Promise.all(calls)) expect(call.events).toEqual(["200", "end"]);
  expect(most).toBe(2);
});

it("keeps what waits for room off connections that have died, and in its order", async () => {
  const url = await scripted(
    async (connection, index) => {
      for (;;) {
        const { stream } = await connection.frame("headers");
        if (index < 2) return void connection.socket.destroy();
        const { payload } = await connection.frame("data");
        const fields = { ...ok, "x-said": payload.toString() };
        connection.write(headers(stream, fields, { endStream: true }));
      }
    },
    { maxConcurrentStreams: 1 },
  );
  const transport = transportTo(url);
  const finished: string[] = [];
  const calls = ["a", "b", "c", "d", "e"].map(async (name) => {
    const { received } = sendRequest(transport, name);
    const { events, headers: head } = await received.over();
    finished.push(`${name}: ${head?.get("x-said") ?? events.join()}`);
  });
  await Promise.all(calls);
  // Two were on their way when their connection died; the server never saw the others before.
  expect(finished).toEqual(["a: lost", "b: lost", "c: c", "d: d", "e: e"]);
});

/** Fields whose list has this size by RFC 9113: name, value and 32 bytes each; none is large by itself. */
function fieldsOf(size: number, first: Record<string, string>): Record<string, string> {
  const fields = { ...first };
  const measured = () =>
    Object.entries(fields).reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
  for (let i = 0; measured() + 1_100 < size; i++)
    fields[`x-${String(i).padStart(3, "0")}`] = "y".repeat(800);
  fields["x-z"] = "y".repeat(size - measured() - 35);
  return fields;
}

it.each([
  ["headers", "limit - 1", 9_999, "200,end"],
  ["headers", "limit", 10_000, "200,end"],
  ["headers", "limit + 1", 10_001, "limit"],
  ["headers", "twice the limit", 20_000, "limit"],
  ["trailers", "limit - 1", 9_999, "200,data,end"],
  ["trailers", "limit", 10_000, "200,data,end"],
  ["trailers", "limit + 1", 10_001, "200,limit"],
] as const)("bounds the %s of a response: %s", async (where, _, size, outcome) => {
  for (const unacknowledged of [false, true]) {
    const url = await scripted(
      async (connection) => {
        const { stream } = await connection.frame("headers");
        const fields = fieldsOf(size, where === "headers" ? { ":status": "200" } : {});
        if (where === "trailers") connection.write(headers(stream, ok), data(stream, "abc"));
        connection.write(headers(stream, fields, { endStream: true }));
        const next = await connection.frame("headers");
        connection.write(headers(next.stream, ok, { endStream: true }));
      },
      {},
      unacknowledged,
    );
    const transport = transportTo(url, { limits: { headerListBytes: 10_000 } });
    const { received } = sendRequest(transport, "x");
    await received.over();
    expect(
      received.events.filter((each) => outcome.includes("data") || each !== "data").join(),
    ).toBe(outcome);
    expect((await sendRequest(transport, "x").received.over()).events).toEqual(["200", "end"]);
  }
});

it.each([
  ["limit", 5_000, "200,end"],
  ["limit + 1", 5_001, "limit"],
] as const)("bounds a single field of a response: %s", async (_, size, outcome) => {
  const url = await scripted(async (connection) => {
    for (let i = 0; i < 2; i++) {
      const { stream } = await connection.frame("headers");
      const fields = i === 0 ? { ...ok, "x-z": "y".repeat(size - 3) } : ok;
      connection.write(headers(stream, fields, { endStream: true }));
    }
  });
  const transport = transportTo(url, { limits: { headerListBytes: 10_000 } });
  expect((await sendRequest(transport, "x").received.over()).events.join()).toBe(outcome);
  expect((await sendRequest(transport, "x").received.over()).events).toEqual(["200", "end"]);
});

it("connects anew after an invalid frame for which nobody ends the connection", async () => {
  let refused = false;
  const url = await scripted(async (connection, index) => {
    for (let call = 0; call < (index === 0 ? 1 : 2); call++) {
      const { stream } = await connection.frame("headers");
      if (index > 0) connection.write(headers(stream, ok, { endStream: true }));
      else connection.write(headers(stream, ok), frame(0, 0, stream, Buffer.alloc(20_000)));
      if (index > 0 && refused) return;
    }
  });
  const transport = transportTo(url);
  const first = sendRequest(transport, "x");
  await first.received.until(() => first.received.status === 200);
  const second = await sendRequest(transport, "x").received.over();
  refused = second.failure?.kind === "refused";
  const third = await sendRequest(transport, "x").received.over();
  expect(third.events).toEqual(["200", "end"]);
  expect((await first.received.over()).failure?.kind).toBe("malformed");
});

it("says so when the peer is gone in the middle", async () => {
  const url = await scripted(async (connection) => {
    const { stream } = await connection.frame("headers");
    connection.write(headers(stream, ok), data(stream, "abc"));
    connection.socket.end();
  });
  const { received } = sendRequest(transportTo(url), "x");
  await received.over();
  expect(received.events.at(-1)).toBe("lost");
});

it("ends a stream of which the peer takes nothing", async () => {
  const url = await scripted(
    async (connection) => {
      await connection.frame("rstStream");
    },
    { initialWindowSize: 10 },
  );
  const { received } = sendRequest(
    transportTo(url, { limits: { stallTimeoutMs: 100 } }),
    "x".repeat(100),
  );
  expect((await received.over()).events).toEqual(["stalled"]);
});

it("fails what a server that speaks HTTP/1.1 only makes of HTTP/2, and names it", async () => {
  const { createServer: createHttp1 } = await import("node:http");
  const server = createHttp1((_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => server.close());
  const { port } = server.address() as { port: number };
  const { received } = sendRequest(transportTo(`http://127.0.0.1:${port}`), "x");
  await received.over();
  expect(received.failure).toMatchObject({
    kind: "unsupported",
    message: expect.stringContaining("HTTP/2"),
  });
});

it("takes headers that the server does not for what they are, and hurts nobody else's call", async () => {
  let came: (stream: ServerHttp2Stream) => void = () => {};
  const first = new Promise<ServerHttp2Stream>((resolve) => {
    came = resolve;
  });
  const { url } = await serveHttp2((stream) => {
    stream.resume();
    came(stream);
  });
  const transport = transportTo(url);
  const slow = sendRequest(transport, "x").received;
  const stream = await first;
  for (const headers of [
    ["x-a", "a".repeat(1_000_000)],
    Array.from({ length: 3_000 }, (_, i) => [`x-${i}`, "a"]).flat(),
  ]) {
    const { received } = sendRequest(transport, "x", { headers });
    await received.over();
    expect(received.failure).toMatchObject({
      kind: "limit",
      message: expect.stringMatching(/was not sent: its headers are \d+ bytes/),
    });
  }
  stream.respond({ ":status": 200 }, { endStream: true });
  expect((await slow.over()).events).toEqual(["200", "end"]);
});

it.each([
  [-1, ["200", "end"]],
  [0, ["200", "end"]],
  [1, ["limit"]],
])(
  "sends headers of twice the server's limit and %i bytes, or says that it does not",
  async (past, events) => {
    const url = await scripted(
      async (connection) => {
        const { stream } = await connection.frame("headers");
        connection.write(headers(stream, ok, { endStream: true }));
      },
      { maxHeaderListSize: 500 },
    );
    const transport = transportTo(url);
    const { host } = new URL(url);
    const own = `:methodPOST:schemehttp:path/x/Y:authority${host}`.length + 4 * 32;
    const { received } = sendRequest(transport, "", {
      headers: ["x-a", "a".repeat(1_000 - own - 35 + past)],
    });
    await received.over();
    expect(received.events).toEqual(events);
  },
);
