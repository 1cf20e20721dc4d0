import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WatchedDeadline } from "./watched-deadline.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watch(timeoutMs: number): { told: number; readonly deadline: WatchedDeadline } {
  const seen = { told: 0, deadline: undefined as unknown as WatchedDeadline };
  seen.deadline = new WatchedDeadline(timeoutMs, {
    expire: () => {
      seen.told++;
    },
  });
  return seen;
}

describe("a deadline that is watched", () => {
  it.each([1, 200, 511, 512, 513, 1_000, 10_000, 3_600_000])(
    "tells once when %i ms have passed, and not before",
    (timeoutMs) => {
      const seen = watch(timeoutMs);
      vi.advanceTimersByTime(timeoutMs - 1);
      expect(seen.told).toBe(0);
      vi.advanceTimersByTime(2);
      expect(seen.told).toBe(1);
      vi.advanceTimersByTime(10_000);
      expect(seen.told).toBe(1);
    },
  );

  it("further away than a timer reaches is waited for", () => {
    const month = 31 * 24 * 3_600_000;
    const seen = watch(month);
    vi.advanceTimersByTime(month - 1);
    expect(seen.told).toBe(0);
    vi.advanceTimersByTime(2);
    expect(seen.told).toBe(1);
  });

  it("that never passes tells nobody", () => {
    const never = watch(Number.POSITIVE_INFINITY);
    const seen = watch(1_000);
    vi.advanceTimersByTime(1_001);
    expect([never.told, seen.told]).toEqual([0, 1]);
    never.deadline.stop();
  });

  it("tells nobody once it is stopped, wherever it waits", () => {
    const all = Array.from({ length: 300 }, (_, i) => watch(i * 40));
    for (const [i, { deadline }] of all.entries()) if (i % 3 === 0) deadline.stop();
    vi.advanceTimersByTime(6_000);
    for (const [i, { deadline }] of all.entries()) if (i % 3 === 1) deadline.stop();
    vi.advanceTimersByTime(6_001);
    const told = all.map((each) => each.told);
    expect(told).toEqual(all.map((_, i) => (i % 3 === 2 || (i % 3 === 1 && i <= 150) ? 1 : 0)));
  });

  it("can be stopped twice", () => {
    const first = watch(5_000);
    const second = watch(5_000);
    first.deadline.stop();
    first.deadline.stop();
    vi.advanceTimersByTime(5_001);
    expect([first.told, second.told]).toEqual([0, 1]);
  });

  it("does not keep a process that has nothing else to do, once all are stopped", () => {
    vi.useRealTimers();
    const timers = () => process.getActiveResourcesInfo().filter((each) => each === "Timeout");
    const before = timers().length;
    const first = watch(60_000);
    expect(timers().length).toBe(before + 1);
    first.deadline.stop();
    expect(timers().length).toBe(before);
    const second = watch(61_000);
    expect(timers().length).toBe(before + 1);
    second.deadline.stop();
    expect(timers().length).toBe(before);
  });

  it("is told of after others were stopped, and their timer with them", () => {
    watch(1_000).deadline.stop();
    const seen = watch(1_100);
    vi.advanceTimersByTime(1_101);
    expect(seen.told).toBe(1);
    const later = watch(2_000);
    vi.advanceTimersByTime(2_001);
    expect(later.told).toBe(1);
  });

  it("is told of on the clock that there is now, when another one was left behind", () => {
    const forgotten = watch(2_000);
    vi.useRealTimers();
    vi.useFakeTimers();
    const seen = watch(3_000);
    vi.advanceTimersByTime(3_001);
    expect(seen.told).toBe(1);
    forgotten.deadline.stop();
  });

  it("that lies far from the others does not look through all of them", () => {
    const waiting = Array.from({ length: 1_000 }, (_, at) => watch(1e6 + at * 1_000));
    const slots = vi.spyOn(Map.prototype, Symbol.iterator);
    for (let at = 0; at < 10_000; at++) watch(1e8 + at * 1_000).deadline.stop();
    const looks = slots.mock.calls.length;
    slots.mockRestore();
    for (const each of waiting) each.deadline.stop();
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(20);
  });
});
