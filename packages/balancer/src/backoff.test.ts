import fc from "fast-check";
import { expect, it } from "vitest";
import { Backoff } from "./backoff.js";

it("waits 1 s, then 1.6 times as long each time, up to 120 s, in the middle of the jitter", () => {
  const backoff = new Backoff({ random: () => 0.5 });
  const waits = Array.from({ length: 14 }, () => backoff.nextMs());
  expect(waits.slice(0, 4).map(Math.round)).toEqual([1_000, 1_600, 2_560, 4_096]);
  expect(waits.slice(-3)).toEqual([120_000, 120_000, 120_000]);
});

it("begins again after reset", () => {
  const backoff = new Backoff({ random: () => 0.5 });
  for (let i = 0; i < 5; i++) backoff.nextMs();
  backoff.reset();
  expect(backoff.nextMs()).toBe(1_000);
});

it("is 20 % longer or shorter at most", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const backoff = new Backoff({ random: () => random });
      for (const middle of [1_000, 1_600, 2_560]) {
        const wait = backoff.nextMs();
        expect(wait).toBeGreaterThanOrEqual(middle * 0.8 - 1e-6);
        expect(wait).toBeLessThanOrEqual(middle * 1.2 + 1e-6);
      }
    }),
  );
  expect(new Backoff({ random: () => 0 }).nextMs()).toBe(800);
});
