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
