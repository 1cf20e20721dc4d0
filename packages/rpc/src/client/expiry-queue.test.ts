import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ExpiryQueue } from "./expiry-queue.js";

let queue: ExpiryQueue;
let told: string[];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  queue = new ExpiryQueue();
  told = [];
});
afterEach(() => vi.useRealTimers());

function wait(name: string, timeoutMs: number, then: () => void = () => {}) {
  const expired = () => {
    told.push(`${name} ${performance.now() - startedAt}`);
    then();
  };
  const startedAt = performance.now();
  return queue.add({ expired }, timeoutMs, startedAt);
}

it("tells each call when its time is over, in whatever order they came, and not before", () => {
  wait("c", 30);
  wait("a", 10);
  wait("b", 20);
  wait("a2", 10);
  vi.advanceTimersByTime(9);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(100);
  expect([...told].sort()).toEqual(["a 10", "a2 10", "b 20", "c 30"]);
  expect(vi.getTimerCount()).toBe(0);
});

it("tells a call once, and never one that has left", () => {
  const first = wait("a", 10);
  const middle = wait("b", 10);
  wait("c", 10);
  middle.stop();
  middle.stop();
  vi.advanceTimersByTime(50);
  first.stop();
  expect([...told].sort()).toEqual(["a 10", "c 10"]);
});

it("waits with one timer for any number of calls, and has none left when they are over", () => {
  const waiting = Array.from({ length: 1_000 }, (_, i) => wait("x", 1_000 + (i % 100)));
  expect(vi.getTimerCount()).toBe(1);
  for (const each of waiting) each.stop();
  expect([told, vi.getTimerCount()]).toEqual([[], 0]);
  wait("later", 5);
  vi.advanceTimersByTime(5);
  expect([told, vi.getTimerCount()]).toEqual([["later 5"], 0]);
});

it("waits longer than one timer of the platform reaches", () => {
  wait("month", 30 * 86_400_000);
  vi.advanceTimersByTime(2 ** 31);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(30 * 86_400_000);
  expect(told).toEqual([`month ${30 * 86_400_000}`]);
});

it("takes calls that begin when others expire", () => {
  wait("a", 10, () => wait("b", 5));
  wait("c", 40);
  vi.advanceTimersByTime(100);
  expect(told).toEqual(["a 10", "b 5", "c 40"]);
});
