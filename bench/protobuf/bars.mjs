/** The bars of this area: the ratios that a run is held to, and what a run made of them. */
import { createBar } from "../report.mjs";

const shapes = [
  "ApiResponse",
  "LogRecord",
  "AnalyticsEvent",
  "GoogleMessage1",
  "MediaFrame",
  "ColumnBatch",
  "PackedTile",
  "TriMesh",
];

const all = (names, bar) => Object.fromEntries(names.map((name) => [name, bar]));

/** By row and peer: for each operation, how many times as fast the row has to be as the peer. */
const tables = [
  {
    row: "bowline",
    peer: "protobuf-es",
    bars: {
      decode: { a: 3.5, b: 5, c: 2.2, d: 4.5, e: 4.5 },
      encode: { a: 3, b: 4.5, c: 4.5, d: 3, e: 5.5 },
      "json-encode": { a: 2, ...all(shapes, 1) },
      "json-decode": { a: 2.7, ...all(shapes, 2) },
    },
  },
  {
    row: "bowline",
    peer: "protobufjs",
    bars: {
      decode: { a: 2.2, b: 1.6, c: 1.0, d: 1.8, e: 1.6 },
      encode: { a: 2, b: 2.8, c: 1.4, d: 2, e: 3.5 },
    },
  },
  {
    row: "bowline",
    peer: "go-protobuf",
    bars: { decode: all(shapes, 1), encode: all(shapes, 1) },
  },
  {
    row: "bowline-typed",
    peer: "go-protobuf",
    bars: { decode: { ColumnBatch: 1 }, encode: { ColumnBatch: 1 } },
  },
  {
    row: "bowline-lazy",
    peer: "protobuf-es",
    bars: { "touch-three": { a: 20 }, "re-encode": { a: 100 } },
  },
  { row: "bowline-validated", peer: "protobuf-es", bars: { "touch-three": { a: 8 } } },
];

/** Of the eight shapes, so many have to be so many times as fast as in Go. */
const ahead = { peer: "go-protobuf", shapes: 6, ratio: 1.5 };

/** Re-encoding a view as its own bytes takes no copy: 20 KB may cost at most this much of what 48 bytes cost. */
const shared = { row: "bowline-shared", large: "a", small: "b", ratio: 2 };

/** Encoding 4 MiB under 100 levels may cost at most this much of encoding it under one. */
const depth = 2;

/** Whether an operation on a workload has a bar: then it is measured longer. */
export function hasBar(op, workload) {
  return tables.some(({ bars }) => bars[op]?.[workload] !== undefined);
}

/** Round by round, how many times as fast the second is as the first. */
export function ratiosOf(slower, faster) {
  return slower.map((time, round) => time / faster[round]);
}

/** Every bar of which both sides were measured. */
export function collectBars(measured, depths) {
  const list = [...peerBars(measured), ...sharedBars(measured), ...aheadBars(measured)];
  return [...list, ...depthBars(depths)];
}

const subjects = {
  "bowline-lazy": "lazy view, ",
  "bowline-validated": "validated view, ",
  "bowline-typed": "typed arrays, ",
};

function peerBars(measured) {
  const out = [];
  for (const { row, peer, bars } of tables)
    for (const { workload, op, times } of measured) {
      const bar = bars[op]?.[workload];
      if (bar === undefined || times[row] === undefined || times[peer] === undefined) continue;
      const subject = subjects[row] ?? "";
      const ratios = ratiosOf(times[peer], times[row]);
      out.push(createBar(`${subject}${op} ${workload} vs ${peer}`, ratios, bar));
    }
  return out;
}

function sharedBars(measured) {
  const { row, large, small, ratio } = shared;
  const timesOf = (name) =>
    measured.find(({ workload, op }) => op === "re-encode" && workload === name)?.times[row];
  const [slow, fast] = [timesOf(large), timesOf(small)];
  if (slow === undefined || fast === undefined) return [];
  const ratios = fast.map((time, round) => slow[round] / time);
  return [
    createBar(`shared view, re-encode, ${large} ÷ ${small}`, ratios, ratio, { atMost: true }),
  ];
}

/** How many of the shapes are that far ahead, round by round. */
function aheadBars(measured) {
  return ["decode", "encode"].flatMap((op) => {
    const both = measured.filter(
      (one) =>
        one.op === op &&
        shapes.includes(one.workload) &&
        one.times.bowline !== undefined &&
        one.times[ahead.peer] !== undefined,
    );
    if (both.length < shapes.length) return [];
    const ratios = both.map(({ times }) => ratiosOf(times[ahead.peer], times.bowline));
    const counts = ratios[0].map(
      (_, round) => ratios.filter((one) => one[round] >= ahead.ratio).length,
    );
    const name = `${op}, shapes at ${ahead.ratio} × ${ahead.peer}`;
    return [createBar(name, counts, ahead.shapes)];
  });
}

function depthBars(depths) {
  const nest = depths.find(({ library, pair }) => library === "bowline" && pair === "nest");
  if (nest === undefined) return [];
  return [createBar("encode 4 MiB, 100 levels ÷ 1", nest.ratios, depth, { atMost: true })];
}
