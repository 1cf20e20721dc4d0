/** What is measured: each scenario is one kind of load on several servers, in turns. */
import { payloadSizes } from "./messages.mjs";

const http1Servers = ["bowline", "connect-node", "node:http"];
const nodeServers = ["bowline", "grpc-js", "nice-grpc", "connect-node", "node:http2"];
const nativeServers = ["grpc-go", "connect-go", "tonic", "connectrpc"];
const grpcServers = [...nodeServers, ...nativeServers];
/** The servers of a scenario that differs from another in one thing: the best known of each kind. */
const fewServers = ["bowline", "grpc-js", "grpc-go", "tonic", "connectrpc"];
const someServers = [
  ...fewServers.slice(0, 2),
  "connect-node",
  "node:http2",
  ...fewServers.slice(2),
];

const withViews = (servers) =>
  servers.flatMap((name) => (name === "bowline" ? [name, `${name}-views`] : name));
const without = (servers, ...names) => servers.filter((each) => !names.includes(each));

/** `rows`: server names, or `[label, server, overrides]` where one server takes part several times. */
function scenario(name, group, load, rows, options = {}) {
  const whole = { tool: "own", changing: "none", method: "Echo", ...load };
  const list = rows.map((row) =>
    typeof row === "string"
      ? { label: row, server: row, load: whole }
      : { label: row[0], server: row[1], load: { ...whole, ...row[2] } },
  );
  return { name, group, load: whole, rows: list, ...options };
}

const connect1 = { http: "1.1", protocol: "connect", count: 64, streams: 1 };
const grpc = { http: "2", protocol: "grpc", count: 4, streams: 4 };
const many = { count: 16, streams: 16 };
const single = { count: 1, streams: 1 };
const h2load = { tool: "h2load" };
const tls = { tls: true };

const http1 = [
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
];

const ingest = { ...grpc, method: "Ingest" };
const payload = { ...grpc, method: "EchoPayload" };
const stream = { ...grpc, method: "Download" };
const streamServers = without(grpcServers, "node:http2");

const http2 = [
  scenario("grpc unary, 16×16, h2load", "http2", { ...grpc, ...many, ...h2load }, [
    ...grpcServers,
    "bowline-node",
  ]),
  scenario("grpc unary, 4×4, h2load", "http2", { ...grpc, ...h2load }, grpcServers),
  scenario("grpc unary, 1×1, h2load", "http2", { ...grpc, ...single, ...h2load }, [
    ...without(grpcServers, "nice-grpc"),
    "node:net",
  ]),
  scenario("grpc unary, 16×16", "http2", { ...grpc, ...many }, someServers),
  ...["literal", "inserted"].map((changing) =>
    scenario(
      `grpc unary, 16×16, changing, ${changing}`,
      "http2",
      { ...grpc, ...many, changing },
      someServers,
    ),
  ),
  scenario(
    "connect 2 unary, 16×16, h2load",
    "http2",
    { ...grpc, ...many, ...h2load, protocol: "connect" },
    ["bowline", "connect-node", "node:http2", "connect-go", "connectrpc"],
  ),
  scenario("grpc stream of 100, 4×4", "http2", stream, streamServers),
  scenario("grpc ingest, 4×4", "http2", ingest, withViews(grpcServers)),
  scenario("grpc 64 KiB echo, 4×4", "http2", payload, without(grpcServers, "nice-grpc")),
  scenario(
    "grpc Redis, 4×4",
    "http2",
    { ...grpc, method: "Lookup" },
    without(nodeServers, "node:http2"),
  ),
];

const overTls = [
  scenario("grpc unary, TLS, 16×16", "tls", { ...grpc, ...many, ...tls }, someServers),
  scenario("grpc unary, TLS, 1×1", "tls", { ...grpc, ...single, ...tls }, [...fewServers]),
  ...["literal", "inserted"].map((changing) =>
    scenario(
      `grpc unary, TLS, 16×16, changing, ${changing}`,
      "tls",
      { ...grpc, ...many, ...tls, changing },
      ["bowline", "grpc-js", "tonic"],
    ),
  ),
  scenario("grpc stream of 100, TLS, 4×4", "tls", { ...stream, ...tls }, fewServers),
  scenario("grpc ingest, TLS, 4×4", "tls", { ...ingest, ...tls }, withViews(fewServers)),
  scenario("grpc 64 KiB echo, TLS, 4×4", "tls", { ...payload, ...tls }, fewServers),
];

const protocols = scenario(
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
);

const rate = 5000;
const latency = [
  scenario("latency at 5,000/s, connect 1.1, 64 connections", "latency", connect1, http1Servers, {
    rate,
  }),
  scenario(
    "latency at 5,000/s, grpc, 4 connections",
    "latency",
    { ...grpc, streams: 100 },
    someServers,
    { rate },
  ),
];

/** How the cost of a call grows: drawn by plot.mjs, a chart each. */
const scaling = [
  ...[1, 4].flatMap((streams) =>
    [1, 16, 256, 4096].map((count) =>
      scenario(
        `grpc unary, ${count.toLocaleString("en-US")} × ${streams}`,
        "scaling",
        { ...grpc, count, streams },
        fewServers,
        { chart: `connections-${streams}`, x: count },
      ),
    ),
  ),
  ...payloadSizes.map(({ bytes, label, method }) =>
    scenario(`grpc echo of ${label}, 4×4`, "scaling", { ...grpc, method }, fewServers, {
      chart: "message-size",
      x: bytes,
    }),
  ),
];

export const scenarios = [...http1, ...http2, ...overTls, protocols, ...latency, ...scaling];

/** The groups that scenarios belong to, and those that are measured otherwise. */
export const groups = [...new Set(scenarios.map(({ group }) => group)), "clients", "memory"];
