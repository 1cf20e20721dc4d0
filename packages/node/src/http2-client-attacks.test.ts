/**
 * Attacks by HTTP/2 on clients as users make them: by `createChannel`, over a socket, in a process of its own, with a call
 * to an honest server beside them. As for servers (`http2-floods.test.ts`, `http2-attacks.test.ts`): for each script what
 * the client may hold while the attack stands, that nothing is left of it, and a control in which the same script, with
 * that defence off, goes through or makes the client hold more.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { NodeChannelOptions } from "./channel.js";
import {
  type AttackedClient,
  type Calls,
  measureClient,
  outcomeOf,
} from "./fixtures/attacked-client.js";
import { removeAttackedScripts } from "./fixtures/attacked-process.js";
import type { Change } from "./fixtures/bundle.js";
import {
  enhanceYourCalm,
  expectFlat,
  leftBytes,
  literal,
  MiB,
  message,
  off,
  streamOf,
  times,
  uint32,
} from "./fixtures/http2-attacker.js";
import { headerBlock } from "./fixtures/http2-frames.js";
import {
  data,
  frame,
  frameTypes,
  goaway,
  headers,
  ping,
  rstStream,
  settings,
  windowUpdate,
} from "./fixtures/http2-script.js";
import { chosenEngine } from "./http2/engine.js";

afterAll(removeAttackedScripts);
const suite = chosenEngine() === "bowline" ? describe : describe.skip;

const endHeaders = 4;
const [protocolError, flowControlError] = [1, 3];
const type = ["content-type", "application/grpc+proto"] as const;
const fields = headerBlock([type]);
const head = (stream: number) => headers(stream, Object.fromEntries([[":status", "200"], type]));
const informed = headers(1, { ":status": "103", link: "a" });

interface Flood {
  readonly name: string;
  /** What is changed about the channel's options, or its source, in the control. */
  readonly off: NodeChannelOptions | Change;
  readonly rounds: number;
  /** The code of the GOAWAY. Default: ENHANCE_YOUR_CALM. */
  readonly code?: number;
  round(index: number): Buffer;
}

const floods: readonly Flood[] = [
  {
    name: "SETTINGS",
    off: { http2: { budgets: { settings: off } } },
    rounds: 500,
    round: (i) => settings({ initialWindowSize: i }),
  },
  {
    name: "PING",
    off: { http2: { budgets: { pings: off } } },
    rounds: 10_000,
    round: () => ping,
  },
  {
    name: "GOAWAY",
    off: { http2: { budgets: { settings: off } } },
    rounds: 500,
    round: () => goaway(2 ** 31 - 1, 0),
  },
  {
    name: "informational responses",
    off: { http2: { budgets: { strays: off } } },
    rounds: 10_000,
    round: () => informed,
  },
  {
    name: "PRIORITY",
    off: { http2: { budgets: { priorities: off } } },
    rounds: 10_000,
    round: (i) => frame(frameTypes.priority, 0, streamOf(i), Buffer.of(0, 0, 0, 0, 8)),
  },
  {
    name: "WINDOW_UPDATE",
    off: { http2: { budgets: { windowUpdates: off } } },
    rounds: 10_000,
    round: (i) => windowUpdate(i % 2, 1),
  },
  {
    name: "empty DATA",
    off: { http2: { budgets: { emptyData: off } } },
    rounds: 10_000,
    round: (i) => (i === 0 ? head(1) : data(1, "")),
  },
  {
    name: "DATA of one byte (CVE-2026-84304)",
    off: { http2: { budgets: { tinyData: off } } },
    rounds: 10_000,
    // The beginning of a message of 16 KB.
    round: (i) => (i === 0 ? head(1) : data(1, Buffer.of(i === 4 ? 0x40 : 0))),
  },
  {
    name: "RST_STREAM on streams that are over",
    off: { http2: { budgets: { strays: off } } },
    rounds: 10_000,
    round: () => rstStream(1, 8),
  },
  {
    name: "frames of unknown types",
    off: { http2: { budgets: { strays: off } } },
    rounds: 10_000,
    round: () => frame(0x42, 0, 0, Buffer.of(1)),
  },
  {
    name: "PUSH_PROMISE, which was switched off,",
    off: {
      file: "connection.ts",
      from: 'throw protocolError("PUSH_PROMISE, which is not enabled");',
      to: "return;",
    },
    code: protocolError,
    rounds: 500,
    round: () => frame(5, endHeaders, 1, Buffer.concat([uint32(2), Buffer.alloc(16_000, 0x90)])),
  },
];

suite("a flood over a connection of a channel", () => {
  const calls: Calls = { kind: "unary", count: 2 };
  it.each(floods)(
    "of $name ends that connection, and nobody else's",
    { timeout: 60_000 },
    async ({ off: without, rounds, round, code: wanted = enhanceYourCalm }) => {
      const play = async ({ connection, until }: AttackedClient) => {
        connection.write(...times(rounds, round));
        const code = await outcomeOf(connection);
        if (code !== undefined) {
          await connection.untilClosed();
          await until(({ open }) => open === 0);
        }
        return code;
      };
      const limited = await measureClient({}, calls, play);
      expect(limited.outcome).toBe(wanted);
      expectFlat(limited, 1 * MiB);
      const [options, change] = "file" in without ? [{}, without] : [without, undefined];
      const control = await measureClient(options, calls, play, change);
      expect(control.outcome).toBeUndefined();
      expect(control.left).toBeLessThan(leftBytes);
    },
  );
});

interface Siege {
  readonly name: string;
  readonly calls: Calls;
  /** The limits under which the client is attacked, and what is changed about them, or about its source, in the control. */
  readonly options?: NodeChannelOptions;
  readonly off: NodeChannelOptions | Change;
  /** What the client holds at most; the control holds more than twice as much. */
  readonly heldBytes: number;
  /** The code of the GOAWAY with which the client ends it, if it does; and what becomes of the calls. */
  readonly goaway?: number;
  readonly ended?: Readonly<Record<string, number>>;
  /** Says it all. */
  play(client: AttackedClient, isLimited: boolean): Promise<void>;
}

/** Messages of 16 KB, as large as a frame may be. */
const junk = (id: number, count: number) =>
  times(count, () => data(id, message("j".repeat(16_000))));
const inFrames = (id: number, content: Buffer) =>
  times(Math.ceil(content.length / 16_384), (i) =>
    data(id, content.subarray(i * 16_384, (i + 1) * 16_384)),
  );
const one: Calls = { kind: "unary", count: 1 };
const wide = { limits: { headerListBytes: 1e9 } };

const sieges: readonly Siege[] = [
  {
    name: "a response's CONTINUATION without content, and without end (CVE-2024-27983)",
    calls: one,
    off: { http2: { continuations: Infinity } },
    heldBytes: 1 * MiB,
    goaway: enhanceYourCalm,
    ended: { internal: 1 },
    async play({ connection }) {
      connection.write(frame(frameTypes.headers, 0, 1, Buffer.of(0x88)));
      connection.write(...times(50_000, () => frame(frameTypes.continuation, 0, 1)));
    },
  },
  {
    name: "trailers without end",
    calls: one,
    off: { ...wide, http2: { continuations: Infinity } },
    heldBytes: 2 * MiB,
    goaway: enhanceYourCalm,
    ended: { internal: 1 },
    async play({ connection }) {
      const piece = Buffer.alloc(16_000, 0x90);
      connection.write(head(1), frame(frameTypes.headers, 1, 1, piece));
      connection.write(...times(500, () => frame(frameTypes.continuation, 0, 1, piece)));
    },
  },
  {
    name: "responses whose HPACK names one field thousands of times (HPACK bomb)",
    calls: { kind: "stream", count: 60 },
    off: wide,
    heldBytes: 2 * MiB,
    ended: { internal: 60 },
    async play({ connection }) {
      const bomb = literal(
        Buffer.concat([Buffer.of(0x40, 3), Buffer.from("x-a")]),
        Buffer.alloc(4_000, 97),
      );
      const named = Buffer.alloc(12_000, 0x80 | 62);
      for (let i = 0; i < 60; i++) {
        const parts = [Buffer.of(0x88), fields, i === 0 ? bomb : Buffer.alloc(0), named];
        connection.write(frame(frameTypes.headers, endHeaders, streamOf(i), Buffer.concat(parts)));
      }
      await outcomeOf(connection);
    },
  },
  {
    name: "content beyond the window of a stream that nobody reads",
    calls: { kind: "stream", count: 1 },
    off: {
      file: "flow-control.ts",
      from: "return this.#credit >= 0;",
      to: "return true;",
    },
    heldBytes: 4 * MiB,
    async play({ connection }, isLimited) {
      connection.write(head(1), ...junk(1, 1_500));
      if (!isLimited) return;
      const reset = await connection.frame("rstStream", 1);
      expect(reset.payload.readUInt32BE(0)).toBe(flowControlError);
    },
  },
  {
    name: "messages that nobody reads, on many streams",
    calls: { kind: "stream", count: 20 },
    options: { limits: { processPartialMessageBytes: 2 * MiB } },
    off: {},
    // Each stream has 64 KiB and one message in its queue, which are its own.
    heldBytes: 8 * MiB,
    async play({ connection, taken }) {
      for (let i = 0; i < 20; i++) connection.write(head(streamOf(i)), ...junk(streamOf(i), 1));
      // Behind what opens the window of the connection.
      for (let i = 0; i < 20; i++) {
        connection.write(...junk(streamOf(i), 59));
        await taken();
      }
    },
  },
  {
    name: "beginnings of messages",
    calls: { kind: "unary", count: 60 },
    options: { limits: { partialMessageBytes: 2 * MiB } },
    off: {},
    heldBytes: 4 * MiB,
    async play({ connection, taken }) {
      const begun = message("p".repeat(300_000)).subarray(0, 200_000);
      for (let i = 0; i < 60; i++) {
        connection.write(head(streamOf(i)), ...inFrames(streamOf(i), begun));
        await taken();
      }
    },
  },
  {
    name: "thousands of messages of nothing in a frame that nobody reads",
    calls: { kind: "stream", count: 60 },
    off: { file: "envelope-reader.ts", from: "if (this.#pauses > 0) {", to: "if (false) {" },
    heldBytes: 16 * MiB,
    async play({ connection }) {
      const nothings = Buffer.alloc(16_380);
      for (let i = 0; i < 60; i++) {
        connection.write(head(streamOf(i)), ...times(4, () => data(streamOf(i), nothings)));
      }
      await outcomeOf(connection);
    },
  },
  {
    name: "a server that opens no window for requests",
    calls: { kind: "unary", count: 60, characters: 200_000 },
    options: { limits: { stallTimeoutMs: 200 } },
    off: {},
    heldBytes: 2 * MiB,
    ended: { unavailable: 60 },
    async play({ until }, isLimited) {
      if (isLimited) await until(({ open }) => open === 0);
    },
  },
];

suite("what a server makes a client hold", () => {
  it.each(sieges)(
    "is bounded: $name",
    { timeout: 60_000 },
    async ({ calls, options = {}, off: without, heldBytes, goaway: code, ended, play }) => {
      const script = (isLimited: boolean) => async (client: AttackedClient) => {
        const { connection } = client;
        const left = connection.frame("goaway").then(({ payload }) => payload.readUInt32BE(4));
        left.catch(() => {});
        await play(client, isLimited);
        if (isLimited && code !== undefined) {
          expect(await left).toBe(code);
          await connection.untilClosed();
        } else await client.taken();
        if (isLimited && ended !== undefined) {
          expect((await client.until(({ open }) => open === 0)).ended).toEqual(ended);
        }
      };
      const limited = await measureClient(options, calls, script(true));
      expectFlat(limited, heldBytes);
      const [changed, change] = "file" in without ? [options, without] : [without, undefined];
      const control = await measureClient(changed, calls, script(false), change);
      expect(control.held).toBeGreaterThan(2 * heldBytes);
      expect(control.left).toBeLessThan(leftBytes);
    },
  );
});

suite("resets by a server", () => {
  it("of thousands of calls, before and behind their answers, leave nothing", async () => {
    const calls: Calls = { kind: "unary", count: 100 };
    const measured = await measureClient({}, calls, async ({ connection, until }) => {
      for (let i = 0; i < 100; i++) {
        if (i % 2 === 0) connection.write(head(streamOf(i)));
        connection.write(rstStream(streamOf(i), 8), rstStream(streamOf(i), 8));
      }
      expect(await outcomeOf(connection)).toBeUndefined();
      return until(({ open }) => open === 0);
    });
    expect(measured.ended).toEqual({ canceled: 100 });
    expectFlat(measured, 1 * MiB);
  });
});
