/**
 * Attacks by HTTP/2 on the memory of a server as users start it: by `serve`, over a socket, in a process of its own, with an
 * honest client beside them. For each script the memory that the server may hold while the attack stands, that nothing is
 * left of it, and a control: with the limit off the same script makes the server hold more.
 */
import { describe, expect, it } from "vitest";
import type { AttackedServer } from "./fixtures/attacked-server.js";
import type { AttackedState } from "./fixtures/attacked-server-child.js";
import type { Change } from "./fixtures/bundle.js";
import {
  call,
  cleanUp,
  data,
  expectFlat,
  fields,
  greet,
  head,
  leftBytes,
  literal,
  MiB,
  measure,
  message,
  outcome,
  streamOf,
  taken,
  times,
  uint32,
  windowUpdate,
} from "./fixtures/http2-attacker.js";
import { flag, frame, frameType } from "./fixtures/http2-frames.js";
import type { RawConnection } from "./fixtures/raw-connection.js";
import { chosenEngine } from "./http2/engine.js";
import type { ServeOptions } from "./serve.js";

cleanUp();
const suite = chosenEngine() === "bowline" ? describe : describe.skip;

interface Siege {
  readonly name: string;
  /** The limits under which the server is attacked, and what is changed about them, or about its source, in the control. */
  readonly options?: Partial<ServeOptions>;
  readonly off: Partial<ServeOptions> | Change;
  /** What the server holds at most; the control holds more than twice as much. */
  readonly heldBytes: number;
  /** Sends it all, and waits for what becomes of it; the control differs where that does. */
  play(server: AttackedServer, before: AttackedState, isLimited: boolean): Promise<void>;
}

/** Waits until the server has read all, and ended so many of the connections. */
async function ended(
  server: AttackedServer,
  before: AttackedState,
  raws: readonly RawConnection[],
  count: number,
): Promise<void> {
  await taken(server, before, raws);
  await server.until(({ connections }) => connections === raws.length - count);
}

/** Waits until the server has ended all streams, or long enough to see that it does not. */
async function streamless(server: AttackedServer, isLimited: boolean): Promise<void> {
  if (isLimited) await server.until(({ streams }) => streams === 0);
  else await new Promise((resolve) => setTimeout(resolve, 500));
}

const noWindow = Buffer.concat([Buffer.of(0, 4), uint32(0)]);
const wideWindow = Buffer.concat([Buffer.of(0, 4), uint32(2 ** 31 - 1)]);
/** Content in frames as large as may be. */
const inFrames = (id: number, content: Buffer) =>
  Buffer.concat(
    times(Math.ceil(content.length / 16_384), (i) =>
      data(id, content.subarray(i * 16_384, (i + 1) * 16_384)),
    ),
  );
/** Messages of 16 KB. */
const junk = (id: number, count: number) =>
  Buffer.concat(times(count, () => data(id, message("j".repeat(16_000)))));
/** A stream whose handler reads one message. */
const unread = (id: number) => Buffer.concat([head(id, "Join"), data(id, message("never"))]);

const sieges: readonly Siege[] = [
  {
    name: "CONTINUATION without content, and without end (CVE-2024-27983)",
    off: { http2: { continuations: Infinity } },
    heldBytes: 1 * MiB,
    play(server, before, isLimited) {
      const raw = greet(server).write(frame(frameType.headers, 0, 1, fields));
      raw.write(Buffer.concat(times(50_000, () => frame(frameType.continuation, 0, 1))));
      return ended(server, before, [raw], isLimited ? 1 : 0);
    },
  },
  {
    name: "header blocks that are large, on many connections",
    off: { limits: { headerListBytes: 1e9, headerFieldBytes: 1e9 } },
    heldBytes: 2 * MiB,
    play(server, before, isLimited) {
      const piece = frame(frameType.continuation, 0, 1, Buffer.alloc(16_000, 0x90));
      const raws = times(40, () =>
        greet(server)
          .write(frame(frameType.headers, 0, 1, fields))
          .write(Buffer.concat(times(15, () => piece))),
      );
      return ended(server, before, raws, isLimited ? 40 : 0);
    },
  },
  {
    name: "header blocks that each connection may have, on many of them",
    options: { limits: { processPartialMessageBytes: 1_000_001 } },
    off: {},
    heldBytes: 2 * MiB,
    play(server, before, isLimited) {
      const piece = frame(frameType.continuation, 0, 1, Buffer.alloc(16_000, 0x90));
      const raws = times(100, () =>
        greet(server)
          .write(frame(frameType.headers, 0, 1, Buffer.alloc(16_000, 0x90)))
          .write(Buffer.concat(times(3, () => piece))),
      );
      // 15 of them fit.
      return ended(server, before, raws, isLimited ? 85 : 0);
    },
  },
  {
    name: "HPACK that names one field thousands of times (HPACK bomb)",
    off: { limits: { headerListBytes: 1e9, headerFieldBytes: 1e9 } },
    heldBytes: 2 * MiB,
    async play(server) {
      const raw = greet(server);
      const bomb = literal(
        Buffer.concat([Buffer.of(0x40, 3), Buffer.from("x-a")]),
        Buffer.alloc(4_000, 97),
      );
      const named = Buffer.alloc(12_000, 0x80 | 62);
      for (let i = 0; i < 60; i++) {
        const block = Buffer.concat([fields, i === 0 ? bomb : Buffer.alloc(0), named]);
        raw.write(frame(frameType.headers, flag.endHeaders, streamOf(i), block));
      }
      await outcome(raw);
    },
  },
  {
    name: "a peer whose windows are shut, and that asks for more and more",
    options: { limits: { stallTimeoutMs: 0 } },
    off: { limits: { stallTimeoutMs: 0, queuedReplyBytes: Infinity } },
    heldBytes: 4 * MiB,
    async play(server, before) {
      const raw = greet(server, noWindow);
      for (let i = 0; i < 240; i += 10) {
        raw.write(Buffer.concat(times(10, (j) => call(streamOf(i + j), "big 100000"))));
        await taken(server, before, [raw]);
      }
    },
  },
  {
    name: "a peer whose windows stay shut",
    options: { limits: { stallTimeoutMs: 100 } },
    off: { limits: { stallTimeoutMs: 0 } },
    heldBytes: 1 * MiB,
    async play(server, _, isLimited) {
      const raw = greet(server, noWindow);
      raw.write(Buffer.concat(times(40, (i) => call(streamOf(i), "big 100000"))));
      await outcome(raw);
      return streamless(server, isLimited);
    },
  },
  {
    name: "a peer that never reads, and asks for more and more",
    options: { limits: { stallTimeoutMs: 0 } },
    off: { limits: { stallTimeoutMs: 0, queuedReplyBytes: Infinity } },
    heldBytes: 6 * MiB,
    async play(server, before) {
      const raw = greet(server, wideWindow);
      raw.socket.pause();
      raw.write(windowUpdate(0, 2 ** 30));
      // What the kernel holds for it is not the server's.
      for (let i = 0; i < 60; i++) {
        raw.write(call(streamOf(i), "big 500000"));
        await taken(server, before, [raw]);
      }
    },
  },
  {
    name: "a peer that never reads errors, which have no content",
    off: {
      file: "engine-socket.ts",
      from: "const mostBytes = 1_048_576;",
      to: "const mostBytes = Infinity;",
    },
    heldBytes: 4 * MiB,
    async play(server, before, isLimited) {
      const raw = greet(server);
      raw.socket.pause();
      for (let i = 0; i < 3_000; i += 100) {
        raw.write(Buffer.concat(times(100, (j) => call(streamOf(i + j), "fail 6000"))));
        const isTaken = taken(server, before, [raw], isLimited ? 500 : undefined);
        // It stops reading.
        if (
          isLimited &&
          (await isTaken.then(
            () => false,
            () => true,
          ))
        )
          return;
        await isTaken;
      }
      expect(isLimited).toBe(false);
    },
  },
  {
    name: "a peer that never reads, for long",
    options: { limits: { stallTimeoutMs: 100 } },
    off: { limits: { stallTimeoutMs: 0 } },
    heldBytes: 1 * MiB,
    async play(server, before, isLimited) {
      const raw = greet(server, wideWindow);
      raw.socket.pause();
      raw.write(windowUpdate(0, 2 ** 30));
      raw.write(Buffer.concat(times(20, (i) => call(streamOf(i), "big 1000000"))));
      await taken(server, before, [raw]);
      if (isLimited) await server.until(({ connections }) => connections === 0);
      return streamless(server, isLimited);
    },
  },
  {
    name: "streams that are left half-open behind GOAWAY (CVE-2026-21714)",
    options: { limits: { stallTimeoutMs: 100 } },
    off: { limits: { stallTimeoutMs: 0 } },
    heldBytes: 1 * MiB,
    async play(server, before, isLimited) {
      const raw = greet(server);
      const begun = message("p".repeat(100_000)).subarray(0, 60_000);
      for (let i = 0; i < 100; i++)
        raw.write(head(streamOf(i))).write(inFrames(streamOf(i), begun));
      raw.write(frame(frameType.goaway, 0, 0, Buffer.alloc(8)));
      await taken(server, before, [raw]);
      return streamless(server, isLimited);
    },
  },
  {
    name: "beginnings of messages on a connection",
    options: { limits: { partialMessageBytes: 2 * MiB } },
    off: {},
    heldBytes: 4 * MiB,
    play(server, before) {
      const raw = greet(server);
      const begun = message("p".repeat(300_000)).subarray(0, 200_000);
      for (let i = 0; i < 60; i++) raw.write(head(streamOf(i))).write(inFrames(streamOf(i), begun));
      return taken(server, before, [raw]);
    },
  },
  {
    name: "beginnings of messages on many connections",
    options: { limits: { processPartialMessageBytes: 2 * MiB } },
    off: {},
    heldBytes: 6 * MiB,
    play(server, before) {
      const begun = message("p".repeat(300_000)).subarray(0, 200_000);
      const raws = times(20, () => {
        const raw = greet(server);
        for (let i = 0; i < 3; i++)
          raw.write(head(streamOf(i))).write(inFrames(streamOf(i), begun));
        return raw;
      });
      return taken(server, before, raws);
    },
  },
  {
    name: "messages that no handler reads",
    options: { limits: { processPartialMessageBytes: 2 * MiB } },
    off: {},
    heldBytes: 6 * MiB,
    play(server, before) {
      const raws = times(10, () => {
        const raw = greet(server);
        for (let i = 0; i < 6; i++) raw.write(unread(streamOf(i))).write(junk(streamOf(i), 15));
        return raw;
      });
      return taken(server, before, raws);
    },
  },
  {
    name: "messages of nothing that no handler reads",
    off: {
      file: "held-content.ts",
      from: "if (isMostOfIt && !isLent) {",
      to: "if (length > 0) return void this.#pieces.push(bytes.slice(start, end));\n{",
    },
    heldBytes: 2 * MiB,
    play(server, before) {
      const raw = greet(server).write(unread(1)).write(junk(1, 5));
      raw.write(Buffer.concat(times(30_000, () => data(1, message("")))));
      return taken(server, before, [raw]);
    },
  },
  {
    name: "thousands of messages of nothing in a frame that no handler reads",
    off: { file: "envelope-reader.ts", from: "if (this.#pauses > 0) {", to: "if (false) {" },
    heldBytes: 16 * MiB,
    play(server, before) {
      const raw = greet(server);
      const nothings = Buffer.alloc(16_380);
      for (let i = 0; i < 60; i++) {
        raw.write(unread(streamOf(i)));
        for (let j = 0; j < 4; j++) raw.write(data(streamOf(i), nothings));
      }
      return taken(server, before, [raw]);
    },
  },
  {
    name: "a little of each read that waits for the end of its request",
    off: { file: "pieces.ts", from: "byteLength > smallBytes && ", to: "byteLength < 0 && " },
    heldBytes: 2 * MiB,
    play(server, before) {
      const raw = greet(server).write(head(1, "Join"));
      for (let i = 1; i < 200; i++) {
        raw
          .write(head(streamOf(i)))
          .write(data(streamOf(i), message("")))
          .write(junk(1, 4));
      }
      return taken(server, before, [raw]);
    },
  },
];

suite("what a peer makes the server that users start hold", () => {
  it.each(sieges)(
    "is bounded: $name",
    { timeout: 60_000 },
    async ({ options = {}, off, heldBytes, play }) => {
      const limited = await measure(options, (server, before) => play(server, before, true));
      expectFlat(limited, heldBytes);
      const change = "file" in off ? off : undefined;
      const control = await measure(
        "file" in off ? options : off,
        (server, before) => play(server, before, false),
        change,
      );
      expect(control.held).toBeGreaterThan(2 * heldBytes);
      expect(control.left).toBeLessThan(leftBytes);
    },
  );
});

suite("a peer on the server that users start", () => {
  it.each([
    ["HPACK that names nothing", Buffer.of(0xff, 0xff, 0xff, 0xff, 0x0f)],
    ["HPACK that is cut", Buffer.of(0x40, 0x7f)],
    ["a Huffman code that ends nowhere", Buffer.of(0x40, 0x81, 0xff, 0x81, 0xff)],
    ["a table of gigabytes", Buffer.of(0x3f, 0xff, 0xff, 0xff, 0xff, 0x07)],
  ])(
    "with bad HEADERS, %s, ends its connection and not the process (CVE-2025-59465)",
    async (_, block) => {
      const measured = await measure({}, async (server) => {
        for (let i = 0; i < 50; i++) {
          const raw = greet(server);
          raw.write(frame(frameType.headers, flag.endHeaders, 1, block));
          expect(await outcome(raw)).toBeGreaterThan(0);
          expect((await raw.closed()).closed).toBe(true);
        }
      });
      expectFlat(measured, 2 * MiB);
    },
  );
});
