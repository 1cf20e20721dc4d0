import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Deadline, onExpiry } from "./deadline.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("fires once, when the time has passed and not before", () => {
  const expired = vi.fn();
  onExpiry(Deadline.after(500), expired);
  vi.advanceTimersByTime(499);
  expect(expired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(expired).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(10_000);
  expect(expired).toHaveBeenCalledTimes(1);
});

it("does not fire after it was stopped, and leaves no timer", () => {
  const expired = vi.fn();
  onExpiry(Deadline.after(500), expired)();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(expired).not.toHaveBeenCalled();
});

it("fires a deadline of 0 at the next turn, not inside the call", () => {
  const expired = vi.fn();
  onExpiry(Deadline.after(0), expired);
  expect(expired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(expired).toHaveBeenCalledTimes(1);
});

it("a deadline of ten digits, past 2^31 ms, waits its full length through a chain of timers", () => {
  const delays = vi.spyOn(globalThis, "setTimeout");
  const expired = vi.fn();
  onExpiry(Deadline.after(9_999_999_999), expired);
  vi.advanceTimersByTime(2 ** 31);
  expect(expired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(9_999_999_998 - 2 ** 31);
  expect(expired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(expired).toHaveBeenCalledTimes(1);
  for (const [, delay] of delays.mock.calls) expect(delay).toBeLessThan(2 ** 31);
});

it("counts down to 0 and no further", () => {
  const deadline = Deadline.after(100);
  expect(deadline.remainingMs()).toBe(100);
  expect(deadline.toDate().getTime()).toBe(Date.now() + 100);
  vi.advanceTimersByTime(60);
  expect(deadline.remainingMs()).toBe(40);
  vi.advanceTimersByTime(60);
  expect(deadline.remainingMs()).toBe(0);
});
