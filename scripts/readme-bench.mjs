// `node scripts/readme-bench.mjs bench/history/NAME.json`: writes the benchmark table of README.md from a kept run.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { root, runScript } from "./driver/steps.mjs";

/** @typedef {{ name: string, ratio: number, bar: number, met: boolean }} Bar */

const workloads = {
  a: "log batch, 22 KB",
  b: "small request, 48 B",
  c: "packed numbers",
  d: "1 MiB of bytes",
  e: "41 scalars",
};
const columns = [
  ["decode", "protobuf-es"],
  ["decode", "protobufjs"],
  ["encode", "protobuf-es"],
  ["encode", "protobufjs"],
];

/**
 * The table of a run of `npm run bench:protobuf`, with its markers.
 *
 * @param {{ bars: Bar[], machine: { cpu: string, cores: number, node: string } }} run
 * @param {string} file name of the run's file in bench/history
 */
export function table(run, file) {
  const cell = (/** @type {Bar | undefined} */ bar) =>
    bar ? `${bar.ratio.toFixed(1)}${bar.met ? "" : ` (bar ${bar.bar})`}` : "–";
  const rows = Object.entries(workloads).map(([workload, about]) => {
    const cells = columns.map(([op, peer]) =>
      cell(run.bars.find((bar) => bar.name === `${op} ${workload} vs ${peer}`)),
    );
    return `| ${about} | ${cells.join(" | ")} |`;
  });
  const met = run.bars.filter((bar) => bar.met).length;
  return [
    "<!-- bench:start -->",
    `| times faster than | ${columns.map(([op, peer]) => `${op}, ${peer}`).join(" | ")} |`,
    "|---|---|---|---|---|",
    ...rows,
    "",
    `${met} of ${run.bars.length} bars met; one that is missed shows its bar. Node ${run.machine.node.replace(/^v/, "")}, ${run.machine.cores} cores; raw data: [${file}](bench/history/${file}).`,
    "<!-- bench:end -->",
  ].join("\n");
}

/** The marked block of a README, and the run that it was written from, if any. @param {string} readme */
export function block(readme) {
  const text = /<!-- bench:start -->[\s\S]*<!-- bench:end -->/.exec(readme)?.[0];
  if (text === undefined)
    throw new Error("README.md has no <!-- bench:start --> … <!-- bench:end -->");
  return { text, file: /\(bench\/history\/([^)]+)\)/.exec(text)?.[1] };
}

await runScript(import.meta, () => {
  const path = process.argv[2];
  if (!path) throw new Error("name the run: node scripts/readme-bench.mjs bench/history/NAME.json");
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const run = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(
    join(root, "README.md"),
    readme.replace(block(readme).text, () => table(run, basename(path))),
  );
});
