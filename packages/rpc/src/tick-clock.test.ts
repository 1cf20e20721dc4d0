import { afterEach, expect, it, vi } from "vitest";
import { currentTick } from "./tick-clock.js";

afterEach(() => {
  vi.useRealTimers();
});

it("stands still for what runs in one go, and goes on with the next", async () => {
  vi.useFakeTimers({ now: 1_000 });
  const began = currentTick().now;
  vi.advanceTimersByTime(50);
  expect(currentTick().now).toBe(began);
  await null;
  expect(currentTick().now).toBe(began + 50);
  await null;
});

it("tells what lasts longer than a tick, once, behind answers that wait for nothing else", async () => {
  const seen: string[] = [];
  const lasting = (name: string) => ({ outlast: () => void seen.push(name) });
  const tick = currentTick();
  tick.watch(lasting("first"));
  currentTick().watch(lasting("second"));
  expect(currentTick()).toBe(tick);
  const answer = async () => null;
  await (async () => await answer())().then(() => seen.push("answer"));
  expect(seen).toEqual(["answer"]);
  await new Promise((resolve) => setTimeout(resolve));
  expect(seen).toEqual(["answer", "first", "second"]);
});
