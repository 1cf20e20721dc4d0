/**
 * `node bench/rpc/plot.mjs bench/history/rpc-NAME.json`: draws how the cost of a call grows with connections and with
 * message size, into docs/performance/.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../competitors/install.mjs";
import { median } from "../report.mjs";
import { drawFigure } from "./chart.mjs";

const figures = [
  {
    file: "rpc-connections.svg",
    title: "Processor time of a call by number of connections",
    panels: [
      { chart: "connections-1", subtitle: "one call at a time on each connection" },
      { chart: "connections-4", subtitle: "four calls at a time on each connection" },
    ],
    xTitle: "connections",
    xLabel: (x) => x.toLocaleString("en-US"),
    about: "bowline, one call at a time on one connection = 1",
  },
  {
    file: "rpc-message-size.svg",
    title: "Processor time of a call by size of its messages",
    panels: [{ chart: "message-size", subtitle: "echo, 4 connections with 4 calls at a time" }],
    xTitle: "bytes each way",
    xLabel: sizeLabel,
    about: "bowline with 16 bytes = 1",
  },
];

const kib = 1024;
function sizeLabel(bytes) {
  if (bytes < kib) return String(bytes);
  return bytes < kib * kib ? `${bytes / kib} Ki` : `${bytes / kib / kib} Mi`;
}

const costOf = (rounds) => median(rounds.map(({ cpuMicros, requests }) => cpuMicros / requests));

/** The points of a chart, in order. */
function pointsOf(measured, chart) {
  const points = measured.filter((one) => one.chart === chart).sort((a, b) => a.x - b.x);
  if (points.length === 0)
    throw new Error(`the run holds no chart ${chart}: run the group scaling`);
  return points;
}

/** The lines of a chart: points by row, as multiples of a unit. */
function seriesOf(points, unit) {
  return Object.keys(points[0].rounds).map((name) => ({
    name,
    points: points.map(({ x, rounds }) => ({ x, y: costOf(rounds[name]) / unit })),
  }));
}

const [path] = process.argv.slice(2);
if (path === undefined)
  throw new Error("name the run: node bench/rpc/plot.mjs bench/history/rpc-NAME.json");
const { measured } = JSON.parse(readFileSync(path, "utf8"));
for (const { file, panels, ...figure } of figures) {
  const charts = panels.map(({ chart }) => pointsOf(measured, chart));
  const unit = costOf(charts[0][0].rounds.bowline);
  const drawn = panels.map(({ subtitle }, i) => ({ subtitle, series: seriesOf(charts[i], unit) }));
  const to = join(root, "docs", "performance", file);
  writeFileSync(to, drawFigure({ ...figure, panels: drawn }));
  console.log(to);
}
