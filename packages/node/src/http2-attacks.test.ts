/**
 * The attacks on HTTP/2 against a server as users start it: by `serve`, over a socket, with an honest client beside them.
 * For each limit a control: with that one off the same script goes through.
 */
import { createClient } from "@bowline/rpc";
import { afterEach, describe, expect, it } from "vitest";
import { createChannel } from "./channel.js";
import { EchoService, echoService } from "./fixtures/echo-service.js";
import { flag, frame, framesOf, frameType, headerBlock, preface } from "./fixtures/http2-frames.js";
import { RawConnection } from "./fixtures/raw-connection.js";
import { eventually } from "./fixtures/transport-server.js";
import { chosenEngine } from "./http2/engine.js";
import type { FrameOptions } from "./http2/frame-options.js";
import { type RpcServer, type ServeOptions, serve } from "./serve.js";
import type { ServerLimits } from "./server-limits.js";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const off = { burst: Infinity, perSecond: 0 };
const enhanceYourCalm = 11;
const streamOf = (index: number) => 2 * index + 1;
const uint32 = (value: number) => Buffer.of(value >>> 24, value >>> 16, value >>> 8, value);

const fields = headerBlock([
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/test.v1.EchoService/Echo"],
  [":authority", "x"],
  ["content-type", "application/grpc+proto"],
  ["te", "trailers"],
]);
const head = (id: number, flags = 0) =>
  frame(frameType.headers, flag.endHeaders | flags, id, fields);
/** A call that its handler does not answer. */
const call = (id: number) =>
  Buffer.concat([head(id), frame(frameType.data, flag.endStream, id, Buffer.alloc(5))]);
const first = (i: number, frames: Buffer) => (i === 0 ? head(1) : frames);

/** A server whose handlers answer `name` at once, and others never. */
async function start(options: Partial<ServeOptions>): Promise<RpcServer> {
  const service = echoService((request, { signal }) =>
    request.name === ""
      ? new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
      : request,
  );
  const server = await serve({ port: 0, services: [service], signals: false, ...options });
  open.push(() => server.stop({ graceMs: 0 }));
  return server;
}

function greet(server: RpcServer, settings = Buffer.alloc(0)): RawConnection {
  const raw = new RawConnection(server.port);
  open.push(() => raw.end());
  return raw.write(preface).write(frame(frameType.settings, 0, 0, settings));
}

/** Somebody else goes on being served. */
async function serves(server: RpcServer): Promise<void> {
  const channel = createChannel(server.url, { protocol: "grpc" });
  const answer = await createClient(EchoService, channel).echo({ name: "honest" });
  expect(answer.name).toBe("honest");
  channel.close();
}

/** Waits until the server has seen what was sent, or has ended the connection. Returns the code of its GOAWAY. */
async function outcome(raw: RawConnection): Promise<number | undefined> {
  const mark = Buffer.from("outcome!");
  raw.write(frame(6, 0, 0, mark));
  const frames = () => framesOf(raw.received);
  const goaway = () => frames().find(({ type }) => type === frameType.goaway);
  const isAnswered = () =>
    frames().some(({ type, flags, payload }) => type === 6 && flags === 1 && payload.equals(mark));
  await raw.until(() => goaway() !== undefined || isAnswered());
  return goaway()?.payload.readUInt32BE(4);
}

interface Flood {
  readonly name: string;
  readonly options: FrameOptions;
  readonly rounds: number;
  round(index: number): Buffer;
}

const floods: readonly Flood[] = [
  {
    name: "rapid reset (CVE-2023-44487)",
    options: { budgets: { resets: off } },
    rounds: 5_000,
    round: (i) =>
      Buffer.concat([call(streamOf(i)), frame(frameType.rstStream, 0, streamOf(i), uint32(8))]),
  },
  {
    name: "MadeYouReset by WINDOW_UPDATE of 0 (CVE-2025-8671)",
    options: { budgets: { resets: off, windowUpdates: off } },
    rounds: 5_000,
    round: (i) => Buffer.concat([call(streamOf(i)), frame(8, 0, streamOf(i), uint32(0))]),
  },
  {
    name: "MadeYouReset by DATA behind END_STREAM",
    options: { budgets: { resets: off } },
    rounds: 5_000,
    round: (i) =>
      Buffer.concat([call(streamOf(i)), frame(frameType.data, 0, streamOf(i), Buffer.alloc(9))]),
  },
  {
    name: "CONTINUATION without content (CVE-2024-27983)",
    options: { continuations: Infinity },
    rounds: 100,
    round: (i) => {
      if (i === 0) return frame(frameType.headers, 0, 1, fields);
      return frame(9, i === 99 ? flag.endHeaders : 0, 1);
    },
  },
  {
    name: "SETTINGS",
    options: { budgets: { settings: off } },
    rounds: 500,
    round: (i) => frame(frameType.settings, 0, 0, Buffer.concat([Buffer.of(0, 4), uint32(i)])),
  },
  {
    name: "PING",
    options: { budgets: { pings: off } },
    rounds: 3_000,
    round: () => frame(6, 0, 0, Buffer.alloc(8)),
  },
  {
    name: "PRIORITY",
    options: { budgets: { priorities: off } },
    rounds: 3_000,
    round: (i) => frame(2, 0, streamOf(i), Buffer.of(0, 0, 0, 0, 9)),
  },
  {
    name: "WINDOW_UPDATE",
    options: { budgets: { windowUpdates: off } },
    rounds: 10_000,
    round: () => frame(8, 0, 0, uint32(1)),
  },
  {
    name: "empty DATA",
    options: { budgets: { emptyData: off } },
    rounds: 1_000,
    round: (i) => first(i, frame(frameType.data, 0, 1)),
  },
  {
    name: "DATA of one byte (CVE-2026-84304)",
    options: { budgets: { tinyData: off } },
    rounds: 6_000,
    round: (i) => first(i, frame(frameType.data, 0, 1, Buffer.of(i === 3 ? 1 : 0))),
  },
  {
    name: "frames of unknown types",
    options: { budgets: { strays: off } },
    rounds: 3_000,
    round: () => frame(0x42, 0, 0, Buffer.of(1)),
  },
  {
    name: "bad requests, one stream after the other",
    options: { budgets: { resets: off } },
    rounds: 3_000,
    round: (i) =>
      frame(
        frameType.headers,
        flag.endHeaders | flag.endStream,
        streamOf(i),
        headerBlock([[":path", "/"]]),
      ),
  },
];

const suite = chosenEngine() === "bowline" ? describe : describe.skip;

suite("a flood over the server that users start", () => {
  it.each(floods)("of $name ends its connection, and nobody else's", async (flood) => {
    const script = async (options: FrameOptions) => {
      const pings = { idleMs: 0, activeMs: 0 };
      const server = await start({ http2: options, pings });
      const raw = greet(server);
      const frames = Array.from({ length: flood.rounds }, (_, i) => flood.round(i));
      raw.write(Buffer.concat(frames));
      const code = await outcome(raw);
      await serves(server);
      if (code !== undefined) {
        expect((await raw.closed()).closed).toBe(true);
        await eventually(() => server.describe().streams === 0);
      }
      raw.end();
      await eventually(() => server.describe().connections === 0);
      expect(server.describe().streams).toBe(0);
      return code;
    };
    expect(await script({})).toBe(enhanceYourCalm);
    expect(await script(flood.options)).toBeUndefined();
  });
});

suite("a client in good faith of the server that users start", () => {
  it("may have 1,500 calls at once that come to their deadline on both sides, and loses no other", async () => {
    const server = await start({ limits: { streams: 10_000 } });
    const channel = createChannel(server.url, { protocol: "grpc" });
    open.push(() => channel.close());
    const client = createClient(EchoService, channel);
    const stays = new AbortController();
    const other = client.echo({ name: "" }, { signal: stays.signal }).catch((error) => error.code);
    await eventually(() => server.describe().streams === 1);
    const late = Array.from({ length: 1_500 }, () => client.echo({ name: "" }, { timeoutMs: 60 }));
    const codes = await Promise.all(late.map((call) => call.catch((error) => error.code)));
    expect(new Set(codes)).toEqual(new Set(["deadline_exceeded"]));
    await eventually(() => server.describe().streams === 1);
    expect(server.describe().connections).toBe(1);
    stays.abort();
    expect(await other).toBe("canceled");
  });
});

suite("a peer on the server that users start", () => {
  it("cannot make much of little: a field of 4 KB that is named a thousand times (HPACK bomb)", async () => {
    // A literal that is put into the dynamic table, which all further bytes name.
    const value = Buffer.alloc(4_000, 97);
    const length = Buffer.of(0x7f, ((4_000 - 127) & 0x7f) | 0x80, (4_000 - 127) >> 7);
    const bomb = Buffer.concat([fields, Buffer.of(0x40, 3), Buffer.from("x-a"), length, value]);
    const named = Buffer.alloc(1_000, 0x80 | 62);
    const script = async (limits: ServerLimits) => {
      const server = await start({ limits });
      const raw = greet(server);
      raw.write(frame(frameType.headers, flag.endHeaders, 1, Buffer.concat([bomb, named])));
      expect(await outcome(raw)).toBeUndefined();
      await serves(server);
      return framesOf(raw.received).some(({ stream }) => stream === 1);
    };
    // Answered, with 431; without a limit it is a call like others, whose handler waits.
    expect(await script({})).toBe(true);
    expect(await script({ headerListBytes: 16_000_000, headerFieldBytes: 16_000_000 })).toBe(false);
  });

  it("whose windows are shut is owed no more than the bound, then loses its streams", async () => {
    const script = async (limits: ServerLimits) => {
      let handled = 0;
      const service = echoService((request) => {
        handled++;
        return request.name === "honest" ? request : { name: "a".repeat(100_000) };
      });
      const server = await start({ services: [service], limits });
      const raw = greet(server, Buffer.concat([Buffer.of(0, 4), uint32(0)]));
      raw.write(Buffer.concat(Array.from({ length: 200 }, (_, i) => call(streamOf(i)))));
      expect(await outcome(raw)).toBeUndefined();
      await new Promise((resolve) => setTimeout(resolve, 30));
      const once = handled;
      await serves(server);
      await new Promise((resolve) => setTimeout(resolve, 400));
      return { once, streams: server.describe().streams };
    };
    const { once, streams } = await script({ queuedReplyBytes: 300_000, stallTimeoutMs: 100 });
    expect(once).toBeGreaterThan(2);
    expect(once).toBeLessThan(10);
    expect(streams).toBeLessThan(200);
    expect(await script({ queuedReplyBytes: Infinity, stallTimeoutMs: 0 })).toEqual({
      once: 200,
      streams: 200,
    });
  });

  it.each([
    ["that never reads", false],
    ["that leaves its streams half-open behind GOAWAY (CVE-2026-21714)", true],
  ])("%s loses its streams after a while", async (_, leaves) => {
    const script = async (stallTimeoutMs: number) => {
      const service = echoService((request) =>
        request.name === "honest" ? request : { name: "a".repeat(1_000_000) },
      );
      const server = await start({ services: [service], limits: { stallTimeoutMs } });
      const raw = greet(server, Buffer.concat([Buffer.of(0, 4), uint32(2 ** 31 - 1)]));
      if (!leaves) raw.socket.pause();
      const request = leaves ? (id: number) => head(id) : call;
      raw.write(frame(8, 0, 0, uint32(2 ** 30)));
      raw.write(Buffer.concat(Array.from({ length: 50 }, (_, i) => request(streamOf(i)))));
      if (leaves) raw.write(frame(frameType.goaway, 0, 0, Buffer.alloc(8)));
      await eventually(() => server.describe().streams > 5);
      await serves(server);
      await new Promise((resolve) => setTimeout(resolve, 600));
      return server.describe().streams;
    };
    expect(await script(100)).toBe(0);
    expect(await script(0)).toBeGreaterThan(5);
  });

  it.each([
    ["HPACK that names nothing", Buffer.of(0xff, 0xff, 0xff, 0xff, 0x0f)],
    ["HPACK that is cut", Buffer.of(0x40, 0x7f)],
    ["a Huffman code that ends nowhere", Buffer.of(0x40, 0x81, 0xff, 0x81, 0xff)],
    ["a table of gigabytes", Buffer.of(0x3f, 0xff, 0xff, 0xff, 0xff, 0x07)],
  ])(
    "with bad HEADERS, %s, ends its connection and not the process (CVE-2025-59465)",
    async (_, block) => {
      const server = await start({});
      const raw = greet(server);
      raw.write(frame(frameType.headers, flag.endHeaders, 1, block));
      expect(await outcome(raw)).toBeGreaterThan(0);
      expect((await raw.closed()).closed).toBe(true);
      await serves(server);
    },
  );
});
