/**
 * How every bench reports: a table on the console, `bench/results/<area>.json`
 * (not in git), and a last line that says `N of M bars met`.
 */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** The middle of a list of numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median, least and greatest of a list of numbers. */
export function spread(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * A bar: the median of the rounds' ratios against what was promised.
 * `atMost` turns the comparison around.
 */
export function createBar(name, ratios, bar, { atMost = false } = {}) {
  const { median: ratio, min, max } = spread(ratios);
  return { name, ratio, min, max, bar, atMost, met: atMost ? ratio <= bar : ratio >= bar };
}

/** A bar that lacks one of its sides on this machine: it is reported with the reason, and is not met. */
export function createUnmeasuredBar(name, bar, absent, { atMost = false } = {}) {
  return { name, bar, atMost, met: false, absent };
}

/** What the figures were measured on. */
export function describeMachine() {
  const list = cpus();
  return {
    cpu: list[0]?.model ?? "unknown",
    cores: list.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch} ${release()}`,
    node: process.version,
    v8: process.versions.v8,
  };
}

/** Prints rows of cells as aligned columns, the first left-aligned. */
export function printTable(header, rows) {
  const all = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, i) => Math.max(...all.map((row) => (row[i] ?? "").length)));
  const line = (row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
  console.log(line(all[0]));
  console.log(widths.map((width) => "-".repeat(width)).join("  "));
  for (const row of all.slice(1)) console.log(line(row));
}

/** JSON with six digits a number, and a list of numbers on one line. */
function compact(document) {
  const short = (_key, value) =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  return JSON.stringify(document, short, 2).replace(/\[\s+([-\d.e+,\s]+?)\s+\]/g, (_, numbers) => {
    return `[${numbers.replace(/\s+/g, " ")}]`;
  });
}

/** Writes the result file, keeps a copy where `keep` names one, and prints the bars and the closing line. */
export function finish(area, result, { keep } = {}) {
  const bars = result.bars;
  if (bars.length > 0) {
    console.log();
    printTable(["bar", "ratio", "spread", "wanted", ""], bars.map(describeBar));
  }
  const document = { area, machine: describeMachine(), ...result };
  const path = join(folder, "results", `${area}.json`);
  mkdirSync(join(folder, "results"), { recursive: true });
  writeFileSync(path, `${compact(document)}\n`);
  if (keep !== undefined) {
    mkdirSync(join(folder, "history"), { recursive: true });
    copyFileSync(path, join(folder, "history", `${area}-${keep}.json`));
  }
  const unmeasured = bars.filter(({ absent }) => absent !== undefined).length;
  const rest = unmeasured > 0 ? `, ${unmeasured} not measured` : "";
  console.log(`\n${bars.filter((bar) => bar.met).length} of ${bars.length} bars met${rest}`);
}

function describeBar({ name, ratio, min, max, bar, atMost, met, absent }) {
  const wanted = `${atMost ? "≤" : "≥"} ${bar}`;
  if (absent !== undefined) return [name, "–", "–", wanted, `ABSENT: ${absent}`];
  const range = `${min.toFixed(2)}–${max.toFixed(2)}`;
  return [name, ratio.toFixed(2), range, wanted, met ? "met" : "MISSED"];
}
