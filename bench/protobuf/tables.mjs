/** The tables of a run: one for each operation, one for allocations, one for the depth of nesting. */
import { median, printTable, spread } from "../report.mjs";
import { ratiosOf } from "./bars.mjs";

/** Speed beside `base`, workload by workload. */
export function printRatios(measured, keys, base) {
  for (const op of new Set(measured.map((one) => one.op))) {
    const rows = measured.filter((one) => one.op === op && one.times[base] !== undefined);
    if (rows.length === 0) continue;
    const columns = keys.filter((key) => rows.some(({ times }) => times[key] !== undefined));
    console.log(`\n${op}: speed, ${base} = 1, median of the rounds, higher is faster`);
    printTable(
      ["", "bytes", ...columns, `ns, ${base}`],
      rows.map(({ workload, bytes, times }) => [
        workload,
        bytes,
        ...columns.map((key) => ratioCell(times, key, base)),
        Math.round(median(times[base])),
      ]),
    );
  }
}

function ratioCell(times, key, base) {
  if (key === base) return "1";
  if (times[key] === undefined) return "–";
  return median(ratiosOf(times[base], times[key])).toFixed(2);
}

/** Bytes allocated an operation. */
export function printAllocations(allocations, keys) {
  for (const op of new Set(allocations.map((one) => one.op))) {
    const rows = allocations.filter((one) => one.op === op);
    const columns = keys.filter((key) => rows.some(({ bytes }) => bytes[key] !== undefined));
    console.log(`\n${op}: bytes allocated an operation`);
    printTable(
      ["", ...columns],
      rows.map(({ workload, bytes }) => [
        workload,
        ...columns.map((key) => (bytes[key] === undefined ? "–" : Math.round(bytes[key]))),
      ]),
    );
  }
}

export function printDepths(depths) {
  if (depths.length === 0) return;
  console.log();
  printTable(
    ["encode 4 MiB, 100 levels ÷ 1", "ratio", "spread"],
    depths.map(({ library, pair, ratios }) => {
      const { min, max } = spread(ratios);
      return [
        `${library}, ${pair}`,
        median(ratios).toFixed(2),
        `${min.toFixed(2)}–${max.toFixed(2)}`,
      ];
    }),
  );
}
