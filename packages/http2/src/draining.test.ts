import { describe, expect, it } from "vitest";
import { Draining } from "./draining.js";

describe("draining", () => {
  it("has no end and no notice before it has begun", () => {
    const draining = new Draining(5_000);
    expect(draining.hasBegun).toBe(false);
    expect(draining.isNoticeOver(1e9)).toBe(false);
    expect(draining.isOver(1e9)).toBe(false);
    expect(draining.leftMs(1e9)).toBe(Infinity);
  });

  it("gives a peer a second to see the announcement, and streams their time", () => {
    const draining = new Draining(5_000);
    draining.begin(100);
    expect(draining.hasBegun).toBe(true);
    expect([1_099, 1_100].map((now) => draining.isNoticeOver(now))).toEqual([false, true]);
    expect([5_099, 5_100].map((now) => draining.isOver(now))).toEqual([false, true]);
    expect([100, 5_000, 6_000].map((now) => draining.leftMs(now))).toEqual([5_000, 100, 0]);
  });

  it("needs no notice once new streams are refused, and has no end with a time of 0", () => {
    const draining = new Draining(0);
    draining.begin(0);
    draining.isFinal = true;
    expect(draining.isNoticeOver(2_000)).toBe(false);
    expect(draining.isOver(1e9)).toBe(false);
    expect(draining.leftMs(1e9)).toBe(Infinity);
  });
});
