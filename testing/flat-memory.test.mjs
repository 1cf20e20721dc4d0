import { expect, it } from "vitest";
import { judgeMemory } from "./flat-memory.mjs";

const samples = (count, sizeOf) => Array.from({ length: count }, (_, i) => sizeOf(i) * 2 ** 20);

it("takes memory that settles and wavers for flat", () => {
  const { isFlat, text } = judgeMemory(samples(24, (i) => (i < 12 ? 40 + i : 52 + (i % 3) * 0.5)));
  expect(isFlat).toBe(true);
  expect(text).toMatch(/^memory 52\.5 MiB, growth over the last half -?0\.00 % \(24 samples\)$/);
});

it("takes memory that grows by more than a hundredth over the last half for no such thing", () => {
  expect(judgeMemory(samples(24, (i) => 50 + i * 0.03)).isFlat).toBe(true);
  expect(judgeMemory(samples(24, (i) => 50 + i * 0.06)).isFlat).toBe(false);
});

it("does not judge fewer than 20 samples", () => {
  expect(judgeMemory(samples(19, () => 50)).isFlat).toBe(false);
});
