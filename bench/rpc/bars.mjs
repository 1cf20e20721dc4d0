/** The bars of this area: by which factor our server and client have to be ahead. */
import { createBar, createUnmeasuredBar, median } from "../report.mjs";
import { ratiosOf, wallRatiosOf } from "./ratios.mjs";

/** `figure`: what is compared, requests a second of processor time (`cpu`) or of wall time (`wall`). */
const bar = (scenario, peer, wanted, options = {}) => ({
  scenario,
  row: "bowline",
  peer,
  wanted,
  figure: "cpu",
  ...options,
});
/** One bar against each of several peers. */
const bars = (scenario, wanted, options) =>
  Object.entries(wanted).map(([peer, ratio]) => bar(scenario, peer, ratio, options));
const views = { row: "bowline-views" };
const wall = { figure: "wall" };

const ratioBars = [
  ...bars("connect 1.1 unary, c=64, wrk", { "node:http": 0.85, "connect-node": 9 }),
  ...bars("grpc unary, 16×16, h2load", { "grpc-js": 20, "connect-node": 100 }, wall),
  ...bars("grpc unary, 4×4, h2load", { "grpc-js": 10 }, wall),
  ...bars("grpc unary, 1×1, h2load", { "grpc-js": 3.5 }),
  ...bars("grpc unary, 16×16, h2load", { tonic: 2.5, connectrpc: 2.5, "grpc-go": 8 }),
  ...bars("grpc unary, 4×4, h2load", { tonic: 1.3, connectrpc: 1.3, "grpc-go": 4 }),
  ...bars("grpc unary, 1×1, h2load", { tonic: 0.9, connectrpc: 0.9, "grpc-go": 1.7 }),
  // What any server on Node costs at least (ADR 0011).
  ...bars("grpc unary, 1×1, h2load", { "node:net": 0.85 }),
  ...bars("grpc unary, 16×16, changing, literal", { "grpc-js": 20, tonic: 2 }),
  ...bars("grpc unary, 16×16, changing, inserted", { "grpc-js": 20, tonic: 2 }),
  ...bars("grpc unary, TLS, 16×16", { "grpc-js": 15 }),
  ...bars("client, grpc unary, 100 in flight", { "grpc-js": 40 }),
  ...bars("connect 2 unary, 16×16, h2load", { "connect-node": 40 }),
  ...bars("grpc stream of 100, 4×4", { "grpc-js": 15, "connect-node": 15 }),
  ...bars("grpc 64 KiB echo, 4×4", { "grpc-js": 2.5 }),
  ...bars(
    "grpc ingest, 4×4",
    { "grpc-js": 8, "connect-node": 8, tonic: 2, connectrpc: 0.8 },
    views,
  ),
];

const latencyScenario = "latency at 5,000/s, grpc, 4 connections";
const latencyBars = ["p50", "p99"].map((figure) =>
  bar(latencyScenario, "grpc-js", 1, { figure, atMost: true }),
);

const idleLimitKib = 10;
const kib = (bytes) => bytes / 1024;

/** The rows that a scenario's bars compare. */
export function rowsWithBars(scenario) {
  const own = [...ratioBars, ...latencyBars].filter((each) => each.scenario === scenario);
  return new Set(own.flatMap(({ row, peer }) => [row, peer]));
}

/**
 * The bars of what was asked for. One that lacks a side, because a peer or a load generator is not on this machine, is
 * listed with the reason. `measured`: scenarios with their rounds; `isAsked(scenario, row)`; `reasonFor(scenario, row)`.
 */
export function collectBars(measured, memory, { isAsked, reasonFor }) {
  const list = [...ratioBars, ...latencyBars]
    .filter(({ scenario, row, peer }) => isAsked(scenario, row) && isAsked(scenario, peer))
    .map((each) => evaluate(each, measured, reasonFor));
  const idle = memory.find(({ name, http }) => name === "bowline" && http === "2")?.idle;
  if (idle === undefined) return list;
  for (const share of ["rss", "heap"]) {
    const name = `bowline, KiB of an idle HTTP/2 connection, ${share}`;
    list.push(createBar(name, [kib(idle[share])], idleLimitKib, { atMost: true }));
  }
  return list;
}

function evaluate({ scenario, row, peer, wanted, figure, atMost = false }, measured, reasonFor) {
  const how = { wall: ", wall", cpu: "" }[figure] ?? `, ${figure}`;
  const name = `${row}, ${scenario}${how}, ${atMost ? "÷" : "vs"} ${peer}`;
  const rounds = measured.find((each) => each.name === scenario)?.rounds;
  const missing = [row, peer].find((each) => rounds?.[each] === undefined);
  if (missing !== undefined)
    return createUnmeasuredBar(name, wanted, reasonFor(scenario, missing), { atMost });
  const [own, theirs] = [rounds[row], rounds[peer]];
  if (atMost) {
    const ratios = own.map((one, round) => one[figure] / theirs[round][figure]);
    return createBar(name, ratios, wanted, { atMost });
  }
  const ratios = { cpu: ratiosOf(own, theirs), wall: wallRatiosOf(own, theirs) };
  const beside = { cpu: median(ratios.cpu), wall: median(ratios.wall) };
  return { ...createBar(name, ratios[figure], wanted), ...beside };
}
