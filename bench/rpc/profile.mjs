/**
 * `node bench/rpc/profile.mjs FILE.cpuprofile…`: where the processor time went, by function and by package. Such files are
 * what `npm run bench:rpc -- --servers bowline --only … --node=--cpu-prof --node=--cpu-prof-dir=DIR` writes.
 */
import { readFileSync } from "node:fs";
import { printTable } from "../report.mjs";

const shown = 30;

for (const path of process.argv.slice(2)) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(path, "utf8"));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map();
  const packages = new Map();
  let busy = 0;
  const begin = endOfLoading(samples.map((id) => frames.get(id)));
  samples.forEach((id, i) => {
    const frame = frames.get(id);
    if (i < begin || frame.functionName === "(idle)") return;
    busy += timeDeltas[i];
    add(functions, `${frame.functionName || "(anonymous)"} ${place(frame)}`, timeDeltas[i]);
    add(packages, packageOf(frame), timeDeltas[i]);
  });
  console.log(`\n${path}`);
  for (const counts of [packages, functions]) print(counts, busy);
}

/** Behind the last sample of the first half that loads modules: what a program does before it serves is left out. */
function endOfLoading(list) {
  const isLoading = ({ url, functionName }) =>
    url.includes("internal/modules/") || functionName === "openFileHandle";
  return list.slice(0, list.length >> 1).findLastIndex(isLoading) + 1;
}

function add(counts, name, time) {
  counts.set(name, (counts.get(name) ?? 0) + time);
}

function place({ url, lineNumber }) {
  const file = url.replace(/^.*\/(packages|bench|\.cache)\//, "");
  return file === "" ? "" : `${file}:${lineNumber + 1}`;
}

/** Our package, a part of Node, or what V8 and Node do outside JavaScript. */
function packageOf({ url, functionName }) {
  const own = /\/packages\/([^/]+)\//.exec(url)?.[1];
  if (own !== undefined) return own;
  if (url.startsWith("node:")) return "node";
  return url === "" ? functionName || "native" : "bench";
}

function print(counts, busy) {
  const rows = [...counts].sort((a, b) => b[1] - a[1]).slice(0, shown);
  printTable(
    ["", "%"],
    rows.map(([name, time]) => [name, ((time / busy) * 100).toFixed(1)]),
  );
  console.log();
}
