/**
 * `node bench/rpc/document.mjs bench/history/rpc-NAME.json`: writes the tables of docs/performance/rpc.md, and of RPC in
 * README.md, from a kept run.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../competitors/install.mjs";
import { median } from "../report.mjs";
import { compare } from "./ratios.mjs";

/** The files with a block of figures between markers, and what goes there. */
export const documents = {
  "docs/performance/rpc.md": renderReport,
  "README.md": renderSummary,
};

const start = "<!-- bench:rpc:start -->";
const end = "<!-- bench:rpc:end -->";

/** The marked block of a document, and the run that it was written from. */
export function block(document) {
  const [first, last] = [document.indexOf(start), document.indexOf(end)];
  if (first < 0 || last < first) throw new Error(`there is no ${start} … ${end}`);
  const text = document.slice(first, last + end.length);
  return { text, file: /bench\/history\/([\w.-]+)\)/.exec(text)?.[1] };
}

const short = (ratio) => (ratio >= 20 ? ratio.toFixed(0) : ratio.toFixed(ratio >= 10 ? 1 : 2));
const table = (header, rows) =>
  [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

const summaryRows = {
  "unary, 16 connections × 16 streams": ["grpc unary, 16×16, h2load", "bowline"],
  "unary, 1 × 1": ["grpc unary, 1×1, h2load", "bowline"],
  "unary, a new deadline and trace id each call": [
    "grpc unary, 16×16, changing, literal",
    "bowline",
  ],
  "stream of 100": ["grpc stream of 100, 4×4", "bowline"],
  "log ingest, 22 KB": ["grpc ingest, 4×4", "bowline-views"],
};
const summaryPeers = ["grpc-js", "connect-node", "grpc-go", "tonic", "connectrpc"];

/** The README's table. */
export function renderSummary(run, file) {
  const cells = ([scenario, row]) =>
    summaryPeers.map((peer) => {
      const own = roundsOf(run, scenario);
      if (own?.[row] === undefined || own[peer] === undefined) return "–";
      const missed = run.bars.find(
        (each) => each.name === `${row}, ${scenario}, vs ${peer}` && !each.met,
      );
      const figure = short(compare(own[row], own[peer]).cpu);
      return missed === undefined ? figure : `${figure} (bar ${missed.bar})`;
    });
  const rows = Object.entries(summaryRows).map(([name, row]) => [name, ...cells(row)]);
  const { met, all } = count(run);
  return [
    start,
    table(["gRPC over HTTP/2: requests a CPU-second ÷ theirs", ...summaryPeers], rows),
    "",
    `${met} of ${all} bars met; one that is missed shows its bar. Node ${version(run)}, ${run.machine.cores} cores; raw data: [${file}](bench/history/${file}).`,
    end,
  ].join("\n");
}

const roundsOf = (run, scenario) =>
  [...run.measured, ...run.clients].find(({ name }) => name === scenario)?.rounds;
const version = ({ machine }) => machine.node.replace(/^v/, "");
const count = ({ bars }) => ({ met: bars.filter(({ met }) => met).length, all: bars.length });

/** The figures of docs/performance/rpc.md. */
export function renderReport(run, file) {
  const { met, all } = count(run);
  const measured = run.measured.filter(({ chart }) => chart === undefined);
  const named = (test) => measured.filter(({ name, rate }) => rate === undefined && test(name));
  const isTls = (name) => name.includes("TLS");
  const isHttp1 = (name) => name.startsWith("connect 1.1");
  const isHttp2 = (name) => !isTls(name) && !isHttp1(name) && !name.startsWith("protocols");
  return [
    start,
    `Figures of a kept run, [\`${file}\`](../../bench/history/${file}): ${run.pace.rounds} rounds of ${run.pace.roundMs} ms, Node ${version(run)}, ${run.machine.cores} cores. ${met} of ${all} bars are met.`,
    "",
    renderPeers(run),
    "",
    "## Bars",
    "",
    "The figure that the bar is about is bold, the other stands beside it; the spread is of single rounds.",
    "",
    renderBars(run.bars),
    ...section("gRPC and Connect over HTTP/2", named(isHttp2)),
    ...section("Over TLS", named(isTls)),
    ...section("HTTP/1.1", named(isHttp1)),
    ...section("Clients", run.clients),
    "",
    "## What a protocol costs",
    "",
    renderProtocols(run),
    "",
    "## Latency",
    "",
    "p50 / p99 in ms, counted from when a request was due.",
    "",
    renderLatency(run),
    "",
    "## Memory",
    "",
    renderMemory(run.memory),
    end,
  ].join("\n");
}

function renderPeers({ libraries, absent }) {
  const list = libraries.map(({ name, version: own, options }) => `- ${name} ${own}: ${options}`);
  const missing = Object.entries(absent).map(([name, reason]) => `- ${name}: absent, ${reason}`);
  return [...list, ...missing].join("\n");
}

function renderBars(bars) {
  const rows = bars.map(({ name, ratio, min, max, bar, atMost, met, cpu, wall, absent }) => {
    const wanted = `${atMost ? "≤" : "≥"} ${bar}`;
    if (absent !== undefined) return [name, "–", "–", "–", wanted, `absent: ${absent}`];
    const range = `${short(min)}–${short(max)}`;
    if (cpu === undefined) return [name, `**${short(ratio)}**`, "–", range, wanted, verdict(met)];
    const ofWall = name.includes(", wall");
    const figures = [cpu, wall].map((figure, i) =>
      (i === 1) === ofWall ? `**${short(figure)}**` : short(figure),
    );
    return [name, ...figures, range, wanted, verdict(met)];
  });
  return table(["bar", "per CPU-second", "wall", "spread", "wanted", ""], rows);
}

const verdict = (met) => (met ? "met" : "**missed**");

/** A table a figure: how many times as many requests our row answers as each other one. */
function section(title, scenarios) {
  if (scenarios.length === 0) return [];
  const names = [...new Set(scenarios.flatMap(({ rounds }) => Object.keys(rounds)))];
  const peers = names.filter((name) => name !== "bowline");
  const part = (figure) => {
    const rows = scenarios.map(({ name, rounds }) => [
      name,
      ...peers.map((peer) =>
        rounds[peer] === undefined ? "" : short(compare(rounds.bowline, rounds[peer])[figure]),
      ),
    ]);
    return table(["bowline ÷", ...peers], rows);
  };
  return [
    "",
    `## ${title}`,
    "",
    "Requests a second of the server's processor time:",
    "",
    part("cpu"),
    "",
    "Requests a second of wall time, where the load generator's core may be the limit:",
    "",
    part("wall"),
  ];
}

function renderProtocols(run) {
  const own = run.measured.find(({ name }) => name.startsWith("protocols"))?.rounds;
  if (own === undefined) return "Not measured.";
  const [first] = Object.values(own);
  const rows = Object.entries(own).map(([label, rounds]) => [
    label,
    compare(rounds, first).cpu.toFixed(2),
  ]);
  return table(["one server, 48 bytes, 16 calls at a time", "calls a CPU-second"], rows);
}

function renderLatency(run) {
  const rows = run.measured
    .filter(({ rate }) => rate !== undefined)
    .flatMap(({ name, rounds }) =>
      Object.entries(rounds).map(([label, own]) => {
        const at = (share) => median(own.map((round) => round[share])).toFixed(2);
        const late = own.some(({ requests, due }) => requests !== due);
        return [name, label, `${at("p50")} / ${at("p99")}${late ? ", rate not reached" : ""}`];
      }),
    );
  return table(["load", "server", "ms"], rows);
}

function renderMemory(list) {
  const of = (unit) => (bytes) => (Number.isFinite(bytes) ? (bytes / unit).toFixed(1) : "–");
  const [kib, mib] = [of(1024), of(2 ** 20)];
  const rows = list.map(({ name, http, loaded, idle }) => [
    `${name}, HTTP/${http}`,
    mib(loaded.rss),
    mib(loaded.heapUsed + loaded.external),
    kib(idle.rss),
    kib(idle.heap),
  ]);
  const header = [
    "",
    "RSS under load, MiB",
    "heap after it, MiB",
    "idle connection, RSS, KiB",
    "its heap, KiB",
  ];
  return table(header, rows);
}

function main([path]) {
  if (path === undefined)
    throw new Error("name the run: node bench/rpc/document.mjs bench/history/rpc-NAME.json");
  const run = JSON.parse(readFileSync(path, "utf8"));
  for (const [name, render] of Object.entries(documents)) {
    const file = join(root, name);
    const document = readFileSync(file, "utf8");
    const { text } = block(document);
    writeFileSync(
      file,
      document.replace(text, () => render(run, basename(path))),
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
