/** What is measured: each scenario is one kind of load on several servers, in turns. */

const http1Servers = ["bowline", "connect-node", "node:http"];
const grpcServers = [
  "bowline",
  "bowline-engine",
  "grpc-js",
  "nice-grpc",
  "connect-node",
  "node:http2",
];
const withViews = (servers) =>
  servers.flatMap((name) => (name.startsWith("bowline") ? [name, `${name}-views`] : name));
const without = (servers, name) => servers.filter((each) => each !== name);

/** `rows`: server names, or `[label, server, overrides]` where one server takes part several times. */
function scenario(name, group, load, rows) {
  const whole = { tool: "own", changing: "none", method: "Echo", ...load };
  const list = rows.map((row) =>
    typeof row === "string"
      ? { label: row, server: row, load: whole }
      : { label: row[0], server: row[1], load: { ...whole, ...row[2] } },
  );
  return { name, group, load: whole, rows: list };
}

const connect1 = { http: "1.1", protocol: "connect", count: 64, streams: 1 };
const grpc = { http: "2", protocol: "grpc", count: 4, streams: 4 };
const many = { count: 16, streams: 16 };
const single = { count: 1, streams: 1 };
const h2load = { tool: "h2load" };

export const scenarios = [
  scenario("connect 1.1 unary, c=64, wrk", "http1", { ...connect1, tool: "wrk" }, http1Servers),
  scenario("connect 1.1 unary, c=64", "http1", connect1, http1Servers),
  scenario("connect 1.1 unary, c=8", "http1", { ...connect1, count: 8 }, http1Servers),
  scenario(
    "connect 1.1 unary, c=64, changing",
    "http1",
    { ...connect1, changing: "literal" },
    http1Servers,
  ),
  scenario(
    "connect 1.1 ingest, c=64",
    "http1",
    { ...connect1, method: "Ingest" },
    withViews(http1Servers),
  ),
  scenario(
    "connect 1.1 64 KiB echo, c=64",
    "http1",
    { ...connect1, method: "EchoPayload" },
    http1Servers,
  ),
  scenario(
    "connect 1.1 stream of 100, c=16",
    "http1",
    { ...connect1, count: 16, method: "Download" },
    without(http1Servers, "node:http"),
  ),
  scenario("connect 1.1 Redis, c=64", "http1", { ...connect1, method: "Lookup" }, http1Servers),

  scenario("grpc unary, 16×16, h2load", "http2", { ...grpc, ...many, ...h2load }, grpcServers),
  scenario("grpc unary, 4×4, h2load", "http2", { ...grpc, ...h2load }, grpcServers),
  scenario("grpc unary, 1×1, h2load", "http2", { ...grpc, ...single, ...h2load }, grpcServers),
  scenario("grpc unary, 16×16", "http2", { ...grpc, ...many }, grpcServers),
  scenario(
    "grpc unary, 16×16, changing, literal",
    "http2",
    { ...grpc, ...many, changing: "literal" },
    grpcServers,
  ),
  scenario(
    "grpc unary, 16×16, changing, inserted",
    "http2",
    { ...grpc, ...many, changing: "inserted" },
    grpcServers,
  ),
  scenario("grpc ingest, 4×4", "http2", { ...grpc, method: "Ingest" }, withViews(grpcServers)),
  scenario("grpc 64 KiB echo, 4×4", "http2", { ...grpc, method: "EchoPayload" }, grpcServers),
  scenario(
    "grpc stream of 100, 4×4",
    "http2",
    { ...grpc, method: "Download" },
    without(grpcServers, "node:http2"),
  ),
  scenario(
    "grpc Redis, 4×4",
    "http2",
    { ...grpc, method: "Lookup" },
    without(grpcServers, "node:http2"),
  ),
  scenario(
    "connect 2 unary, 16×16, h2load",
    "http2",
    { ...grpc, ...many, ...h2load, protocol: "connect" },
    ["bowline", "bowline-engine", "connect-node", "node:http2"],
  ),

  scenario(
    "protocols on one server, 16 at a time",
    "protocols",
    { ...grpc, count: 4, streams: 4 },
    [
      ["grpc, HTTP/2", "bowline", {}],
      ["grpc-web, HTTP/2", "bowline", { protocol: "grpc-web" }],
      ["connect, HTTP/2", "bowline", { protocol: "connect" }],
      ["connect, HTTP/1.1", "bowline", { ...connect1, count: 16 }],
      ["grpc-web, HTTP/1.1", "bowline", { ...connect1, count: 16, protocol: "grpc-web" }],
    ],
  ),

  {
    ...scenario(
      "latency at 5,000/s, connect 1.1, 64 connections",
      "latency",
      connect1,
      http1Servers,
    ),
    rate: 5000,
  },
  {
    ...scenario(
      "latency at 1,000/s, connect 1.1, 64 connections",
      "latency",
      connect1,
      http1Servers,
    ),
    rate: 1000,
  },
  {
    ...scenario(
      "latency at 5,000/s, grpc, 4 connections",
      "latency",
      { ...grpc, streams: 100 },
      grpcServers,
    ),
    rate: 5000,
  },
  {
    ...scenario(
      "latency at 1,000/s, grpc, 4 connections",
      "latency",
      { ...grpc, streams: 100 },
      grpcServers,
    ),
    rate: 1000,
  },
];

/** The groups that scenarios belong to, and those that are measured otherwise. */
export const groups = [...new Set(scenarios.map(({ group }) => group)), "clients", "memory"];
