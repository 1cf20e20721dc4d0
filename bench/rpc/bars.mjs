/** The bars of this area: by which factor our server has to be ahead, and when. */
import { createBar } from "../report.mjs";
import { perCpuSecond } from "./measure.mjs";

const bar = (scenario, peer, wanted, options = {}) => ({
  scenario,
  row: "bowline",
  peer,
  wanted,
  ...options,
});
const views = { row: "bowline-views" };
/** The row that runs on our engine beside the row that runs on Node's. */
const onEngine = (row) => row.replace("bowline", "bowline-engine");

/** Due now. wrk is the judge where it is there, our own generator elsewhere. */
const http1Bars = (judge) => [bar(judge, "node:http", 0.85), bar(judge, "connect-node", 9)];

/** Due when our HTTP/2 engine serves by default; until then that is `node:http2`, whose own figure bounds them. */
const http2Bars = [
  bar("grpc unary, 16×16, h2load", "grpc-js", 20),
  bar("grpc unary, 16×16, h2load", "connect-node", 100),
  bar("grpc unary, 4×4, h2load", "grpc-js", 10),
  bar("grpc unary, 1×1, h2load", "grpc-js", 3.5),
  bar("grpc unary, 16×16, changing, literal", "grpc-js", 20),
  bar("grpc unary, 16×16, changing, inserted", "grpc-js", 20),
  bar("connect 2 unary, 16×16, h2load", "connect-node", 40),
  bar("grpc stream of 100, 4×4", "grpc-js", 15),
  bar("grpc stream of 100, 4×4", "connect-node", 15),
  bar("grpc 64 KiB echo, 4×4", "grpc-js", 2.5),
  bar("grpc ingest, 4×4", "grpc-js", 8, views),
  bar("grpc ingest, 4×4", "connect-node", 8, views),
  bar("client, grpc unary, 100 in flight", "grpc-js", 40),
];

const latencyBar = "latency at 5,000/s, grpc, 4 connections";

/** The bars that are due, of which both sides were measured. */
export function collectBars(measured) {
  const names = measured.map(({ name }) => name);
  const judge = ["connect 1.1 unary, c=64, wrk", "connect 1.1 unary, c=64"].find((name) =>
    names.includes(name),
  );
  return judge === undefined ? [] : evaluate(http1Bars(judge), measured);
}

/** The bars that are due later, as figures. */
export function collectLaterBars(measured) {
  const latency = measured.find(({ name }) => name === latencyBar)?.rounds;
  const list = evaluate(
    http2Bars.flatMap((each) => [each, { ...each, row: onEngine(each.row) }]),
    measured,
  );
  if (latency?.["grpc-js"] === undefined) return list;
  for (const row of ["bowline", "bowline-engine"].filter((name) => latency[name] !== undefined))
    for (const share of ["p50", "p99"]) {
      const ratios = latency[row].map((one, i) => one[share] / latency["grpc-js"][i][share]);
      const name = `${row}, ${latencyBar}, ${share}, ÷ grpc-js`;
      list.push(createBar(name, ratios, 1, { atMost: true }));
    }
  return list;
}

function evaluate(bars, measured) {
  return bars.flatMap(({ scenario, row, peer, wanted }) => {
    const rounds = measured.find(({ name }) => name === scenario)?.rounds;
    if (rounds?.[row] === undefined || rounds[peer] === undefined) return [];
    const name = `${row}, ${scenario}, vs ${peer}`;
    return [createBar(name, ratiosOf(rounds[row], rounds[peer]), wanted)];
  });
}

/** Round by round, how many times as many requests a CPU-second the first answers as the second. */
export function ratiosOf(rounds, peer) {
  const theirs = perCpuSecond(peer);
  return perCpuSecond(rounds).map((figure, round) => figure / theirs[round]);
}
