import type { Check } from "./validate.js";

/** Numbers from `start` up to but not including `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly what: "reserved" | "extension";
}

/** Refuses ranges that overlap. Returns them in order, for {@link rangeOf}. */
export function disjoint(check: Check, ranges: readonly Range[], where: string): Range[] {
  const sorted = [...ranges].sort((x, y) => x.start - y.start);
  for (let i = 1; i < sorted.length; i++) {
    const [before, after] = [sorted[i - 1]!, sorted[i]!];
    if (after.start < before.end)
      check.fail(`${where}, the ${shownRange(after)} overlaps the ${shownRange(before)}`);
  }
  return sorted;
}

function shownRange({ start, end, what }: Range): string {
  return `${what} range ${start} to ${end - 1}`;
}

/** The range that a number is in. */
export function rangeOf(sorted: readonly Range[], number: number): Range | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.start <= number) low = middle + 1;
    else high = middle;
  }
  const range = sorted[low - 1];
  return range !== undefined && number < range.end ? range : undefined;
}
