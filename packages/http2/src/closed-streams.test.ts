import { describe, expect, it } from "vitest";
import { ClosedStreams } from "./closed-streams.js";

const streamOf = (index: number) => 2 * index + 1;
const ids = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => streamOf(from + i * step));

function closed(...streams: readonly number[]): ClosedStreams {
  const table = new ClosedStreams();
  for (const id of streams) table.add(id);
  return table;
}

describe("streams that were reset", () => {
  it("are known, and no others", () => {
    const table = closed(...ids(0, 2_000, 2));
    expect(ids(0, 2_000).filter((id) => table.has(id))).toEqual(ids(0, 2_000, 2));
  });

  it("are known in any order, far apart, and twice", () => {
    const some = [1_000_001, 7, 9, 4_099, 7, 0x7fff_ffff, 1];
    const table = closed(...some);
    for (const id of some) expect(table.has(id)).toBe(true);
    expect([3, 5, 11, 999_999, 1_000_003, 0x7fff_fffd].filter((id) => table.has(id))).toEqual([]);
  });

  it("are forgotten once, one by one", () => {
    const table = closed(1, 3, 5);
    expect(table.delete(3)).toBe(true);
    expect(table.delete(3)).toBe(false);
    expect(table.delete(7)).toBe(false);
    expect([1, 3, 5].map((id) => table.has(id))).toEqual([true, false, true]);
  });

  it("past 2,048 leave a mark: up to there nobody knows", () => {
    const table = closed(...ids(0, 2_048, 1));
    expect(table.has(streamOf(2_048))).toBe(false);
    expect(table.delete(1)).toBe(true);
    expect(table.has(1)).toBe(false);
    for (const id of ids(2_048, 3_048)) table.add(id);
    expect(ids(0, 3_048).every((id) => table.has(id))).toBe(true);
    expect(table.delete(streamOf(999))).toBe(false);
    expect(table.has(streamOf(3_048))).toBe(false);
  });
});
