import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Ticker } from "./ticker.js";

/** What is to run once all that has come is read; what is not taken from here runs at once. */
let behindReads: (() => void)[] | undefined;
beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
  });
  behindReads = undefined;
  vi.stubGlobal("setImmediate", (action: () => void) => {
    if (behindReads === undefined) action();
    else behindReads.push(action);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Ticks every second for some time, with a moment at a time of its own. Returns when it ticked. */
function ticksOf(forMs: number, dueAt: () => number): number[] {
  const began = Date.now();
  const at: number[] = [];
  const ticker = new Ticker({
    tick: () => at.push(Date.now() - began),
    get dueMs() {
      return dueAt() - (Date.now() - began);
    },
  });
  ticker.every(1_000);
  vi.advanceTimersByTime(forMs);
  ticker.stop();
  vi.advanceTimersByTime(10_000);
  return at;
}

it("ticks now and then, and at the moment that is due", () => {
  expect(ticksOf(3_000, () => Infinity)).toEqual([1_000, 2_000, 3_000]);
  expect(ticksOf(3_000, () => 1_234)).toEqual([1_000, 1_234, 2_000, 3_000]);
  expect(ticksOf(2_000, () => 999.5)).toEqual([1_000, 1_000, 2_000]);
});

it("ticks at once if the moment has passed when it begins, and does not dwell on it", () => {
  expect(ticksOf(2_000, () => -5)).toEqual([0, 1_000, 2_000]);
});

it("follows a moment that moves", () => {
  const began = Date.now();
  const moments = [500, 900, 1_300, 5_000];
  const next = () => moments.find((each) => each > Date.now() - began) ?? Infinity;
  expect(ticksOf(2_000, next)).toEqual([500, 900, 1_000, 1_300, 2_000]);
});

it("ticks behind what has come, as after a while in which the process was busy", () => {
  behindReads = [];
  let ticks = 0;
  const ticker = new Ticker({ tick: () => ticks++, dueMs: 500 });
  ticker.every(1_000);
  vi.advanceTimersByTime(500);
  expect(ticks).toBe(0);
  for (const action of behindReads) action();
  expect(ticks).toBe(1);
  vi.advanceTimersByTime(500);
  ticker.stop();
  for (const action of behindReads) action();
  expect(ticks).toBe(1);
});
