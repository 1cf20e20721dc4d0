/**
 * `npm run bench:protobuf`: our codecs beside other libraries', by the method
 * that bench/README.md describes.
 */
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { finish } from "../report.mjs";
import { startAgreeing } from "./agreement.mjs";
import { allocationFlags } from "./allocation.mjs";
import { collectBars, hasBar } from "./bars.mjs";
import { workloads } from "./datasets.mjs";
import { prepareLibraries, rowNames } from "./libraries.mjs";
import { allocationOps, operations } from "./operations.mjs";
import { core, startChild } from "./process.mjs";
import { readSchema } from "./schema.mjs";
import { printAllocations, printDepths, printRatios } from "./tables.mjs";

const { values: options } = readArguments(
  "npm run bench:protobuf [-- OPTION…]\n\nThe options are in bench/README.md.",
  {
    only: { type: "string", multiple: true },
    op: { type: "string", multiple: true },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    allocations: { type: "boolean", default: false },
    ours: { type: "string" },
    libraries: { type: "string", multiple: true },
    keep: { type: "string" },
    node: { type: "string", multiple: true },
  },
);

const started = performance.now();
const rounds = Number(options.rounds ?? (options.quick ? 3 : 9));
/** What has a bar is measured longer than what is only shown. */
const pace = options.quick
  ? { roundMs: 40, shownRounds: 3, shownMs: 30, warmUpMs: 100 }
  : { roundMs: 100, shownRounds: 5, shownMs: 60, warmUpMs: 200 };
const ops = chooseFrom(options.op, Object.keys(operations), "operation");
const chosen = chooseWorkloads();
const wanted = options.libraries && chooseFrom(options.libraries, rowNames, "library");
const { list: libraries, skipped } = await prepareLibraries(wanted, options.ours);
const keys = libraries.map(({ key }) => key);
const schema = readSchema();

console.log(
  `${rounds} rounds of ${pace.roundMs} ms (${pace.shownRounds} of ${pace.shownMs} ms without a bar) after ` +
    `${2 * pace.warmUpMs} ms of warm-up, interleaved, ` +
    `${core === undefined ? "not pinned" : `pinned to core ${core}`}, node ${process.version}`,
);
for (const { info } of libraries) console.log(`  ${info.name} ${info.version} (${info.options})`);
for (const reason of skipped) console.log(`  ${reason}`);

const measured = [];
const allocations = [];
for (const workload of chosen.filter(({ group }) => group !== "depth")) {
  measured.push(...(await measureWorkload(workload)));
  if (options.allocations || !options.quick)
    allocations.push(...(await measureAllocations(workload)));
  console.error(`${seconds()} s: ${workload.name}`);
}
printRatios(measured, keys, keys.includes("protobuf-es") ? "protobuf-es" : keys[0]);
printAllocations(allocations, keys);
const depths = await measureDepths();
printDepths(depths);
console.log(`\nmeasured for ${seconds()} s`);
finish(
  "protobuf",
  {
    libraries: libraries.map(({ info }) => describe(info)),
    skipped,
    rounds,
    pace,
    measured,
    allocations,
    depths,
    bars: collectBars(measured, depths),
  },
  { keep: options.keep },
);

function seconds() {
  return Math.round((performance.now() - started) / 1000);
}

/** The names that a list on the command line stands for, all where there is none. */
function chooseFrom(given, names, what) {
  const list = given?.flatMap((entry) => entry.split(","));
  const unknown = list?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0)
    throw new Error(`no ${what} ${unknown.join(", ")}; there are ${names.join(", ")}`);
  return list ?? names;
}

function chooseWorkloads() {
  const groups = [...new Set(workloads.map(({ group }) => group))];
  const names = [...workloads.map(({ name }) => name), ...groups];
  const list = chooseFrom(options.only, names, "workload");
  return workloads.filter(({ name, group }) => list.includes(name) || list.includes(group));
}

/** One child a library for this workload, checked to agree, measured in turns. */
async function measureWorkload(workload) {
  const children = await startAgreeing(workload, libraries, schema, options.node);
  const time = (child, op, ms) => child.ask({ do: "measure", workload: workload.name, op, ms });
  const doing = ops.map((op) => ({ op, able: children.filter((child) => child.ops.includes(op)) }));
  for (const { op, able } of doing) for (const child of able) await time(child, op, pace.warmUpMs);
  const results = [];
  for (const { op, able } of doing) {
    for (const child of able) await time(child, op, pace.warmUpMs);
    const long = hasBar(op, workload.name);
    const times = Object.fromEntries(able.map(({ key }) => [key, []]));
    for (let round = 0; round < (long ? rounds : pace.shownRounds); round++)
      for (let turn = 0; turn < able.length; turn++) {
        const child = able[(turn + round) % able.length];
        times[child.key].push(await time(child, op, long ? pace.roundMs : pace.shownMs));
      }
    results.push({ workload: workload.name, op, bytes: children[0].bytes, times });
  }
  for (const child of children) await child.stop();
  return results;
}

/** What each operation allocates, in children whose young generation holds it all. */
async function measureAllocations(workload) {
  const flags = [...(options.node ?? []), ...allocationFlags];
  const children = await startAgreeing(workload, libraries, schema, flags);
  const results = [];
  for (const op of ops.filter((one) => allocationOps.includes(one))) {
    const bytes = {};
    for (const child of children.filter((one) => one.ops.includes(op))) {
      const ask = (request) => child.ask({ ...request, workload: workload.name, op });
      await ask({ do: "measure", ms: 100 });
      bytes[child.key] = await ask({ do: "allocation" });
    }
    results.push({ workload: workload.name, op, bytes });
  }
  for (const child of children) await child.stop();
  return results;
}

/** Encodes 4 MiB under one level and under 100, in turns, for every library that can make them. */
async function measureDepths() {
  const pairs = [
    ["nest1", "nest100"],
    ["chunks1", "chunks100"],
  ].filter((pair) => pair.every((name) => chosen.some((entry) => entry.name === name)));
  const results = [];
  const able = libraries.filter(({ key, info }) => !info.needs && !key.startsWith("bowline-"));
  for (const { key, url, info } of pairs.length > 0 && ops.includes("encode") ? able : []) {
    const child = await startChild(url, info, schema, options.node);
    for (const [flat, deep] of pairs) {
      const prepared = [];
      for (const workload of [flat, deep])
        prepared.push(await child.ask({ do: "prepare", workload, binary: true }));
      if (prepared.includes(undefined)) continue;
      const time = (workload, ms) => child.ask({ do: "measure", workload, op: "encode", ms });
      await time(flat, pace.warmUpMs);
      await time(deep, pace.warmUpMs);
      const ratios = [];
      for (let round = 0; round < rounds; round++) {
        const first = await time(flat, pace.roundMs);
        ratios.push((await time(deep, pace.roundMs)) / first);
      }
      results.push({ library: key, pair: flat.replace("1", ""), ratios });
    }
    await child.stop();
  }
  return results;
}

function describe({ name, version, options: how }) {
  return { name, version, options: how };
}
