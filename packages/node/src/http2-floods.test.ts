/**
 * Floods of HTTP/2 frames against a server as users start it: by `serve`, over a socket, in a process of its own, with an
 * honest client beside them. For each budget a control: with that one off the same script goes through. For each script the
 * memory that the server may hold at most; where a flood is on memory, the control holds more.
 */
import { describe, expect, it } from "vitest";
import type { AttackedServer } from "./fixtures/attacked-server.js";
import {
  call,
  cleanUp,
  data,
  enhanceYourCalm,
  expectFlat,
  first,
  greet,
  leftBytes,
  MiB,
  measure,
  off,
  outcome,
  streamOf,
  times,
  uint32,
  windowUpdate,
} from "./fixtures/http2-attacker.js";
import { flag, frame, frameType, headerBlock } from "./fixtures/http2-frames.js";
import { chosenEngine } from "./http2/engine.js";
import type { ServeOptions } from "./serve.js";

cleanUp();

interface Flood {
  readonly name: string;
  readonly options: Partial<ServeOptions>;
  readonly rounds: number;
  /** What the server holds at most. `isOnMemory`: and the control more than twice as much. */
  readonly heldBytes: number;
  readonly isOnMemory?: boolean;
  round(index: number): Buffer;
}

const floods: readonly Flood[] = [
  {
    name: "rapid reset (CVE-2023-44487)",
    options: { http2: { budgets: { resets: off } } },
    rounds: 8_000,
    heldBytes: 12 * MiB,
    isOnMemory: true,
    round: (i) =>
      Buffer.concat([
        call(streamOf(i), "deaf"),
        frame(frameType.rstStream, 0, streamOf(i), uint32(8)),
      ]),
  },
  {
    name: "MadeYouReset by WINDOW_UPDATE of 0 (CVE-2025-8671)",
    options: { http2: { budgets: { resets: off, windowUpdates: off } } },
    rounds: 8_000,
    heldBytes: 12 * MiB,
    isOnMemory: true,
    round: (i) => Buffer.concat([call(streamOf(i), "deaf"), windowUpdate(streamOf(i), 0)]),
  },
  {
    name: "MadeYouReset by DATA behind END_STREAM",
    options: { http2: { budgets: { resets: off } } },
    rounds: 8_000,
    heldBytes: 12 * MiB,
    isOnMemory: true,
    round: (i) => Buffer.concat([call(streamOf(i), "deaf"), data(streamOf(i), Buffer.alloc(9))]),
  },
  {
    name: "SETTINGS",
    options: { http2: { budgets: { settings: off } } },
    rounds: 500,
    heldBytes: 1 * MiB,
    round: (i) => frame(frameType.settings, 0, 0, Buffer.concat([Buffer.of(0, 4), uint32(i)])),
  },
  {
    name: "PING",
    options: { http2: { budgets: { pings: off } } },
    rounds: 10_000,
    heldBytes: 1 * MiB,
    round: () => frame(6, 0, 0, Buffer.alloc(8)),
  },
  {
    name: "PRIORITY",
    options: { http2: { budgets: { priorities: off } } },
    rounds: 10_000,
    heldBytes: 1 * MiB,
    round: (i) => frame(2, 0, streamOf(i), Buffer.of(0, 0, 0, 0, 9)),
  },
  {
    name: "WINDOW_UPDATE",
    options: { http2: { budgets: { windowUpdates: off } } },
    rounds: 10_000,
    heldBytes: 1 * MiB,
    round: () => windowUpdate(0, 1),
  },
  {
    name: "empty DATA",
    options: { http2: { budgets: { emptyData: off } } },
    rounds: 10_000,
    heldBytes: 1 * MiB,
    round: (i) => first(i, data(1, Buffer.alloc(0))),
  },
  {
    name: "DATA of one byte (CVE-2026-84304)",
    options: { http2: { budgets: { tinyData: off } } },
    rounds: 10_000,
    heldBytes: 1 * MiB,
    round: (i) => first(i, data(1, Buffer.of(i === 3 ? 1 : 0))),
  },
  {
    name: "frames of unknown types",
    options: { http2: { budgets: { strays: off } } },
    rounds: 10_000,
    heldBytes: 1 * MiB,
    round: () => frame(0x42, 0, 0, Buffer.of(1)),
  },
  {
    name: "bad requests, one stream after the other",
    options: { http2: { budgets: { resets: off } } },
    rounds: 10_000,
    heldBytes: 1 * MiB,
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
  it.each(floods)(
    "of $name ends its connection, and nobody else's",
    { timeout: 60_000 },
    async (flood) => {
      const { options, rounds, heldBytes, isOnMemory = false } = flood;
      const play = async (server: AttackedServer) => {
        const raw = greet(server);
        raw.write(Buffer.concat(times(rounds, (i) => flood.round(i))));
        const code = await outcome(raw);
        if (code !== undefined) {
          expect((await raw.closed()).closed).toBe(true);
          await server.until(({ streams }) => streams === 0);
        }
        return code;
      };
      const pings = { idleMs: 0, activeMs: 0 };
      const limited = await measure({ pings }, play);
      expect(limited.outcome).toBe(enhanceYourCalm);
      expectFlat(limited, heldBytes);
      const control = await measure({ pings, ...options }, play);
      expect(control.outcome).toBeUndefined();
      expect(control.left).toBeLessThan(leftBytes);
      if (isOnMemory) expect(control.held).toBeGreaterThan(2 * heldBytes);
    },
  );
});
