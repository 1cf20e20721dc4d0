import { afterEach, expect, it, vi } from "vitest";
import { tickNow } from "./tick-clock.js";

afterEach(() => {
  vi.useRealTimers();
});

it("stands still for what runs in one go, and goes on with the next", async () => {
  vi.useFakeTimers({ now: 1_000 });
  const began = tickNow();
  vi.advanceTimersByTime(50);
  expect(tickNow()).toBe(began);
  await null;
  expect(tickNow()).toBe(began + 50);
  await null;
});
