/**
 * `npm run bench:protobuf`: decode and encode beside other libraries, by the
 * method that bench/README.md describes.
 */
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { createBar, finish, median, printTable, spread } from "../report.mjs";
import * as bars from "./bars.mjs";
import * as bowline from "./bowline.mjs";
import { workloads } from "./datasets.mjs";
import { core, startChild } from "./process.mjs";

const { values: options } = readArguments(
  "npm run bench:protobuf [-- OPTION…]\n\nThe options are in bench/README.md.",
  {
    only: { type: "string", multiple: true },
    op: { type: "string" },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    shapes: { type: "boolean", default: false },
    ours: { type: "string" },
    libraries: { type: "string" },
    keep: { type: "string" },
    node: { type: "string", multiple: true },
  },
);

const rounds = Number(options.rounds ?? (options.quick ? 5 : 9));
const roundMs = options.quick ? 60 : 150;
const warmUpMs = options.quick ? 250 : 500;
const ops = options.op === undefined ? ["decode", "encode"] : [options.op];

const libraries = await prepareLibraries();
const chosen = chooseWorkloads();
console.log(
  `${rounds} rounds of ${roundMs} ms after ${2 * warmUpMs} ms of warm-up, interleaved, ` +
    `${core === undefined ? "not pinned" : `pinned to core ${core}`}, node ${process.version}`,
);
for (const { info } of libraries) console.log(`  ${info.name} ${info.version} (${info.options})`);
console.log();

const measured = [];
for (const workload of chosen.filter((entry) => entry.group !== "depth"))
  measured.push(...(await measureWorkload(workload)));
printRatios();
const depths = await measureDepths();
finish(
  "protobuf",
  {
    libraries: libraries.map(({ info }) => describe(info)),
    rounds,
    roundMs,
    measured,
    depths,
    bars: collectBars(),
  },
  { keep: options.keep },
);

async function prepareLibraries() {
  const wanted = options.libraries?.split(",");
  const list = [];
  if (
    options.ours !== undefined ||
    (bowline.exists() && (wanted === undefined || wanted.includes("bowline")))
  )
    list.push({
      key: "bowline",
      url: new URL("./bowline.mjs", import.meta.url).href,
      info: bowline.prepare(options.ours),
    });
  for (const key of ["protobuf-es", "protobufjs", "ts-proto"]) {
    if (wanted !== undefined && !wanted.includes(key)) continue;
    const url = new URL(`../competitors/${key}/codec.mjs`, import.meta.url).href;
    list.push({ key, url, info: (await import(url)).prepare() });
  }
  return list;
}

function chooseWorkloads() {
  const names = options.only?.flatMap((entry) => entry.split(","));
  if (names === undefined)
    return workloads.filter(({ group }) => group !== "shapes" || options.shapes);
  const unknown = names.filter(
    (name) => !workloads.some((entry) => entry.name === name || entry.group === name),
  );
  if (unknown.length > 0)
    throw new Error(
      `no workload ${unknown.join(", ")}; there are ${workloads.map(({ name }) => name).join(", ")}`,
    );
  return workloads.filter(({ name, group }) => names.includes(name) || names.includes(group));
}

/** Starts one child a library for this workload, checks that they agree, and measures in turns. */
async function measureWorkload(workload) {
  const children = await startAgreeing(workload);
  const results = [];
  for (const op of ops) {
    for (const child of children)
      await child.ask({ do: "measure", workload: workload.name, op, ms: warmUpMs });
  }
  for (const op of ops) {
    for (const child of children)
      await child.ask({ do: "measure", workload: workload.name, op, ms: warmUpMs });
    const times = Object.fromEntries(children.map(({ key }) => [key, []]));
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < children.length; turn++) {
        const child = children[(turn + round) % children.length];
        times[child.key].push(
          await child.ask({ do: "measure", workload: workload.name, op, ms: roundMs }),
        );
      }
    }
    results.push({ workload: workload.name, op, bytes: children[0].bytes, times });
  }
  for (const child of children) await child.stop();
  return results;
}

async function startAgreeing(workload) {
  const children = [];
  for (const { key, url, info } of libraries) {
    const child = await startChild(url, info, options.node);
    const prepared = await child.ask({ do: "prepare", workload: workload.name });
    if (prepared === undefined) await child.stop();
    else children.push({ ...child, key, ...prepared });
  }
  for (const { key, digest, again } of children) {
    if (again !== digest)
      throw new Error(`${key} does not reproduce its own bytes on ${workload.name}`);
    if (digest !== children[0].digest)
      throw new Error(`${key} and ${children[0].key} write different bytes on ${workload.name}`);
  }
  return children;
}

/** Encodes 4 MiB under one level and under 100, in turns, for every library. */
async function measureDepths() {
  const pairs = [
    ["nest1", "nest100"],
    ["chunks1", "chunks100"],
  ].filter((pair) => pair.every((name) => chosen.some((entry) => entry.name === name)));
  const results = [];
  for (const { key, url, info } of pairs.length > 0 ? libraries : []) {
    const child = await startChild(url, info, options.node);
    for (const [flat, deep] of pairs) {
      const prepared = [];
      for (const workload of [flat, deep])
        prepared.push(await child.ask({ do: "prepare", workload }));
      if (prepared.includes(undefined)) continue;
      const time = (workload, ms) => child.ask({ do: "measure", workload, op: "encode", ms });
      await time(flat, warmUpMs);
      await time(deep, warmUpMs);
      const ratios = [];
      for (let round = 0; round < rounds; round++) {
        const first = await time(flat, roundMs);
        ratios.push((await time(deep, roundMs)) / first);
      }
      results.push({ library: key, pair: flat.replace("1", ""), ratios });
    }
    await child.stop();
  }
  if (results.length > 0) {
    console.log();
    printTable(
      ["encode 4 MiB, 100 levels ÷ 1", "ratio", "spread"],
      results.map(({ library, pair, ratios }) => [
        `${library}, ${pair}`,
        median(ratios).toFixed(2),
        range(ratios),
      ]),
    );
  }
  return results;
}

function printRatios() {
  if (measured.length === 0) return;
  const base = libraries.some(({ key }) => key === "protobuf-es")
    ? "protobuf-es"
    : libraries[0].key;
  console.log(`speed, ${base} = 1.0, median of rounds (least–greatest), higher is faster`);
  printTable(
    ["", "bytes", ...libraries.map(({ key }) => key), `ns an operation of ${base}`],
    measured.map(({ workload, op, bytes, times }) => [
      `${op} ${workload}`,
      bytes,
      ...libraries.map(({ key }) => {
        if (times[key] === undefined || times[base] === undefined) return "–";
        const ratios = ratiosOf(times[base], times[key]);
        return key === base ? "1" : `${median(ratios).toFixed(2)} (${range(ratios)})`;
      }),
      times[base] === undefined ? "–" : Math.round(median(times[base])),
    ]),
  );
}

function range(values) {
  const { min, max } = spread(values);
  return `${min.toFixed(2)}–${max.toFixed(2)}`;
}

/** Round by round, how many times as fast the second is as the first. */
function ratiosOf(slower, faster) {
  return slower.map((time, round) => time / faster[round]);
}

function collectBars() {
  const out = [];
  for (const [key, table] of [
    ["protobuf-es", bars.againstProtobufEs],
    ["protobufjs", bars.againstProtobufjs],
  ]) {
    for (const { workload, op, times } of measured) {
      const bar = table[op][workload];
      if (bar === undefined || times.bowline === undefined || times[key] === undefined) continue;
      out.push(createBar(`${op} ${workload} vs ${key}`, ratiosOf(times[key], times.bowline), bar));
    }
  }
  const depth = depths.find(({ library, pair }) => library === "bowline" && pair === "nest");
  if (depth !== undefined)
    out.push(createBar("encode 4 MiB, 100 levels ÷ 1", depth.ratios, bars.depth, { atMost: true }));
  return out;
}

function describe({ name, version, options: how }) {
  return { name, version, options: how };
}
