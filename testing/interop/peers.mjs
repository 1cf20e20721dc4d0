/**
 * The peers, and what is run with each. A leg is one direction: our server with a client of the peer, or a server of the
 * peer with our client. Its runs are ways to speak: a protocol over an HTTP version, over TLS, compressed.
 *
 * @typedef {object} Run
 * @property {string} way what it is called in the table
 * @property {boolean} [tls]
 * @property {string} [protocol] connect, grpc or grpc-web
 * @property {"1.1" | "2"} [http]
 * @property {boolean} [gzip]
 * @property {"proto" | "json"} [codec]
 * @property {string} [at] which of the server's ports, by its name, if not the usual one
 * @property {boolean} [answersPlain] the peer compresses no responses, so only what is sent to it is
 * @property {string[]} cases
 *
 * @typedef {import("./processes.mjs").Command} Command
 *
 * @typedef {object} Leg
 * @property {"client" | "server" | "proxy"} role what the peer is
 * @property {string} name what it is called in the table
 * @property {Run[]} runs
 * @property {boolean} [fetches] our side is a client on fetch, whose HTTP is the platform's
 * @property {boolean} [ownEngine] what it is about only our HTTP/2 engine has
 * @property {() => Promise<{ server: Command, clients: (runs: object[]) => Command[], front?: (port: number) => Command }>} prepare
 *
 * @typedef {object} Peer
 * @property {string} name
 * @property {() => string} version
 * @property {boolean} [ofSystem] its version is the machine's
 * @property {Leg[]} legs
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  allCases,
  fetchCases,
  grpcSuite,
  gzipCases,
  http1Cases,
  keepaliveCases,
  manyCases,
  permittedCases,
  pingCases,
  without,
} from "./case-lists.mjs";
import { buildGo, buildRust, findProgram, installGo, installNpm } from "./install.mjs";
import { here, root, tls } from "./paths.mjs";

const node = process.execPath;
const keyPair = JSON.stringify({ cert: tls.cert, key: tls.key });
const ourServer = [node, "servers/bowline.mjs", keyPair];
const ourClient = (runs) => [[node, "clients/bowline.mjs", JSON.stringify(runs)]];

/** In JSON, which has bytes as base64, the message near the limit is past it. */
const jsonCases = without(fetchCases, "near_limit_unary");

/** What a peer's client runs against our server. */
const toUs = (prepareClients, runs, extra = {}) => ({
  role: "client",
  name: "client → Bowline's server",
  runs,
  prepare: async () => ({ server: ourServer, clients: await prepareClients() }),
  ...extra,
});

/** What our client runs against a peer's server. */
const fromUs = (prepareServer, runs) => ({
  role: "server",
  name: "Bowline's client → server",
  runs,
  prepare: async () => ({ server: await prepareServer(), clients: ourClient }),
});

const fetchRuns = () => [
  { way: "Connect, fetch", protocol: "connect", http: "1.1", cases: fetchCases },
  {
    way: "Connect, JSON, fetch",
    protocol: "connect",
    http: "1.1",
    codec: "json",
    cases: jsonCases,
  },
  { way: "gRPC-Web, fetch", protocol: "grpc-web", http: "1.1", cases: fetchCases },
];

/** What our client for the web runs against a peer's server. */
const fromOurWeb = (prepareServer) => ({
  role: "server",
  name: "Bowline's fetch client → server",
  runs: fetchRuns(),
  fetches: true,
  prepare: async () => ({
    server: await prepareServer(),
    clients: (runs) => [[node, "clients/bowline-web.mjs", JSON.stringify(runs)]],
  }),
});

/** A script in tools/ that drives a program of the peer's. */
const tool = (file, prepare) => async () => {
  const program = await prepare();
  return (runs) => [[node, `tools/${file}`, JSON.stringify({ program, runs })]];
};

const connectRuns = (cases, ...left) =>
  [
    { way: "Connect, HTTP/1.1", protocol: "connect", http: "1.1", cases: http1Cases },
    {
      way: "Connect, JSON, HTTP/1.1",
      protocol: "connect",
      http: "1.1",
      codec: "json",
      cases: jsonCases,
    },
    { way: "Connect, HTTP/2", protocol: "connect", http: "2", cases },
    { way: "Connect, HTTP/2, gzip", protocol: "connect", http: "2", gzip: true, cases: gzipCases },
    { way: "Connect, HTTP/2, TLS", protocol: "connect", http: "2", tls: true, cases },
    {
      way: "Connect, HTTP/1.1, TLS",
      protocol: "connect",
      http: "1.1",
      tls: true,
      cases: http1Cases,
    },
    { way: "gRPC-Web, HTTP/1.1", protocol: "grpc-web", http: "1.1", cases: http1Cases },
    { way: "gRPC-Web, HTTP/2", protocol: "grpc-web", http: "2", cases },
    ...grpcRuns(cases),
  ].map((run) => ({ ...run, cases: run.cases.filter((name) => !left.includes(name)) }));

const grpcRuns = (cases) => [
  { way: "gRPC", protocol: "grpc", http: "2", cases },
  { way: "gRPC, TLS", protocol: "grpc", http: "2", tls: true, cases },
  { way: "gRPC, gzip", protocol: "grpc", http: "2", gzip: true, cases: gzipCases },
];

/** Servers on grpc-js decompress, and compress nothing. */
const grpcJsRuns = grpcRuns(allCases).map((run) =>
  run.gzip ? { ...run, answersPlain: true } : run,
);

const suiteRuns = (cases) => [
  { way: "gRPC's suite", protocol: "grpc", http: "2", suite: "grpc", cases },
  { way: "gRPC's suite, TLS", protocol: "grpc", http: "2", suite: "grpc", tls: true, cases },
];

/** The Go clients, with `client` for which of them. */
const goClients = (client) => async () => {
  const program = await buildGo("client");
  return (runs) => [[program, JSON.stringify(runs.map((run) => ({ ...run, client })))]];
};

const rustClients = async () => {
  const program = await buildRust();
  return (runs) =>
    runs.map(({ label, url, ca = "-", gzip, cases }) => [
      program,
      "client",
      label,
      url,
      ca,
      gzip ? "gzip" : "plain",
      cases.join(","),
    ]);
};

const npmClients =
  (file, more = {}) =>
  async () => {
    await installNpm();
    return (runs) => [
      [node, `clients/${file}`, JSON.stringify(runs.map((run) => ({ ...run, ...more })))],
    ];
  };

const npmServer = (file) => async () => {
  await installNpm();
  return [node, `servers/${file}`, keyPair];
};

/** A version that one of our manifests pins. */
const pinnedBy = (file, pattern) => () => pattern.exec(readFileSync(join(here, file), "utf8"))[1];
const npmVersion = (name) => () =>
  JSON.parse(readFileSync(join(here, "npm", "package.json"), "utf8")).dependencies[name];

/** What a program says of its version. */
const saidBy =
  (command, pattern, ...args) =>
  () => {
    const path = `${process.env.PATH}:/usr/sbin`;
    const { stdout = "", stderr = "" } = spawnSync(command, args, {
      encoding: "utf8",
      env: { ...process.env, PATH: path },
    });
    return pattern.exec(`${stdout}${stderr}`)?.[1] ?? "?";
  };

const grpcGo = "v1.71.0";
const grpcGoProgram = (name) => () =>
  installGo(`google.golang.org/grpc/interop/${name}`, grpcGo, `interop-${name}`);
const grpcurl = { path: "github.com/fullstorydev/grpcurl/cmd/grpcurl", version: "v1.9.4" };
const ghz = { path: "github.com/bojand/ghz/cmd/ghz", version: "v0.93.0" };

const bufVersion = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies[
  "@bufbuild/buf"
];

/** What programs run that call methods by name. */
const callerCases = [
  "empty_unary",
  "large_unary",
  "error_details",
  "metadata",
  "deadline",
  "unimplemented_method",
  "server_streaming",
  "server_streaming_error",
  "client_streaming",
  "bidi",
];
const curlCases = [
  "unary_json",
  "unary_proto",
  "large_unary",
  "over_limit",
  "get",
  "error_details",
  "metadata",
  "deadline",
  "gzip",
  "unimplemented",
  "server_streaming",
  "server_streaming_error",
  "client_streaming",
];
const loads = ["unary_load", "server_streaming_load", "client_streaming_load", "bidi_load"];
const h2loads = ["connect_unary_load", "grpc_unary_load", "large_responses", "one_connection"];

/** A proxy between our server and a client of grpc-go, and between our client and a server of connect-go. */
const proxyLegs = (file, program) => {
  const runs = grpcRuns(allCases).filter(({ gzip }) => !gzip);
  const prepare = (servers, clients, reuse) => async () => {
    const path = await findProgram(program);
    const front = ({ port }) => [node, `servers/${file}`, path, String(port), keyPair, reuse];
    return { server: await servers(), clients: await clients(), front };
  };
  const goServer = async () => [await buildGo("server"), keyPair];
  return [
    {
      role: "client",
      name: "grpc-go → proxy → Bowline's server",
      runs,
      prepare: prepare(async () => ourServer, goClients("grpc"), "reuse"),
    },
    {
      role: "server",
      name: "Bowline's client → proxy → connect-go",
      runs,
      // Go's server resets a stream that it answered early, after nginx has handed the connection to the next call, and
      // nginx 1.22 fails that one with 502: "upstream sent frame for unknown stream". HAProxy knows such frames.
      prepare: prepare(goServer, async () => ourClient, "no-reuse"),
    },
  ];
};

const pingPolicy = JSON.stringify({ pings: { idleMs: 50 } });

/** Who asks whether the other side is still there, how often, and what becomes of it. */
const keepaliveLegs = [
  {
    role: "client",
    name: "client's PINGs → Bowline's server",
    runs: [{ way: "gRPC", protocol: "grpc", http: "2", cases: pingCases }],
    ownEngine: true,
    prepare: async () => ({
      server: [...ourServer, pingPolicy],
      clients: await goClients("keepalive")(),
    }),
  },
  {
    role: "server",
    name: "Bowline's client's PINGs → server",
    runs: [
      { way: "default policy", protocol: "grpc", http: "2", cases: keepaliveCases },
      {
        way: "MinTime of 50 ms",
        protocol: "grpc",
        http: "2",
        at: "lenientPort",
        cases: permittedCases,
      },
    ],
    ownEngine: true,
    prepare: async () => ({
      server: [await buildGo("keepalive")],
      clients: (runs) => [[node, "clients/bowline-keepalive.mjs", JSON.stringify(runs)]],
    }),
  },
];

/** @type {Peer[]} */
export const peers = [
  {
    name: "grpc-go",
    version: () => grpcGo.slice(1),
    legs: [
      toUs(tool("grpc-go.mjs", grpcGoProgram("client")), suiteRuns(grpcSuite)),
      toUs(goClients("grpc"), grpcRuns([...allCases, ...manyCases]), {
        name: "client → Bowline's server, more cases",
      }),
      fromUs(
        async () => [node, "servers/grpc-go.mjs", await grpcGoProgram("server")(), keyPair],
        // Its server does not fill server_id: that case runs against connect-go's.
        suiteRuns(without(grpcSuite, "pick_first_unary")),
      ),
      ...keepaliveLegs,
    ],
  },
  {
    name: "connect-go",
    version: pinnedBy("go/go.mod", /connectrpc\.com\/connect v(\S+)/),
    legs: [
      toUs(goClients("connect"), connectRuns([...allCases, ...manyCases])),
      fromUs(
        async () => [await buildGo("server"), keyPair],
        [...connectRuns([...allCases, ...manyCases]), ...suiteRuns(grpcSuite)],
      ),
      fromOurWeb(async () => [await buildGo("server"), keyPair]),
    ],
  },
  {
    name: "tonic",
    version: pinnedBy("rust/Cargo.toml", /^tonic = .*"=([^"]+)"/m),
    legs: [
      toUs(rustClients, grpcRuns(allCases)),
      fromUs(
        async () => [await buildRust(), "server", tls.cert, tls.key],
        // Its server says `out_of_range` of too large a message and, when a deadline has passed, `cancelled` if it is
        // the first to say something; it cannot send trailers behind a response.
        grpcRuns(without(allCases, "over_limit_unary", "unary_deadline", "binary_metadata")),
      ),
    ],
  },
  {
    name: "grpc-js",
    version: npmVersion("@grpc/grpc-js"),
    legs: [
      toUs(npmClients("grpc-js.mjs"), grpcRuns(allCases)),
      fromUs(npmServer("grpc-js.mjs"), grpcJsRuns),
    ],
  },
  {
    name: "nice-grpc",
    version: npmVersion("nice-grpc"),
    legs: [
      toUs(npmClients("nice-grpc.mjs"), grpcRuns(allCases)),
      fromUs(npmServer("nice-grpc.mjs"), grpcJsRuns),
    ],
  },
  {
    name: "connect-es (node)",
    version: npmVersion("@connectrpc/connect-node"),
    legs: [
      toUs(npmClients("connect-es.mjs"), connectRuns(allCases)),
      fromUs(npmServer("connect-es.mjs"), connectRuns(allCases)),
      fromOurWeb(npmServer("connect-es.mjs")),
    ],
  },
  {
    name: "connect-es (web)",
    version: npmVersion("@connectrpc/connect-web"),
    legs: [toUs(npmClients("connect-es.mjs", { transport: "web" }), fetchRuns())],
  },
  {
    name: "grpcurl",
    version: () => grpcurl.version.slice(1),
    legs: [
      toUs(
        tool("grpcurl.mjs", () => installGo(grpcurl.path, grpcurl.version, "grpcurl")),
        [
          { way: "gRPC", protocol: "grpc", http: "2", cases: callerCases },
          { way: "gRPC, TLS", protocol: "grpc", http: "2", tls: true, cases: callerCases },
        ],
      ),
    ],
  },
  {
    name: "buf curl",
    version: () => bufVersion,
    legs: [
      toUs(
        tool("buf-curl.mjs", async () => join(root, "node_modules", ".bin", "buf")),
        [
          {
            way: "Connect, HTTP/1.1",
            protocol: "connect",
            http: "1.1",
            cases: without(callerCases, "bidi"),
          },
          { way: "Connect, HTTP/2", protocol: "connect", http: "2", cases: callerCases },
          { way: "gRPC", protocol: "grpc", http: "2", cases: callerCases },
          { way: "gRPC, TLS", protocol: "grpc", http: "2", tls: true, cases: callerCases },
          { way: "gRPC-Web, HTTP/2", protocol: "grpc-web", http: "2", cases: callerCases },
        ],
      ),
    ],
  },
  {
    name: "ghz",
    version: () => ghz.version.slice(1),
    legs: [
      toUs(
        tool("ghz.mjs", () => installGo(ghz.path, ghz.version, "ghz")),
        [
          { way: "gRPC", protocol: "grpc", http: "2", cases: loads },
          { way: "gRPC, TLS", protocol: "grpc", http: "2", tls: true, cases: loads },
        ],
      ),
    ],
  },
  {
    name: "curl",
    version: saidBy("curl", /^curl (\S+)/, "--version"),
    ofSystem: true,
    legs: [
      toUs(
        tool("curl.mjs", () => findProgram("curl")),
        [
          { way: "--http1.1", protocol: "connect", http: "1.1", cases: curlCases },
          { way: "--http2-prior-knowledge", protocol: "connect", http: "2", cases: curlCases },
          { way: "--http2, TLS", protocol: "connect", http: "2", tls: true, cases: curlCases },
        ],
      ),
    ],
  },
  {
    name: "h2load",
    version: saidBy("h2load", /nghttp2\/(\S+)/, "--version"),
    ofSystem: true,
    legs: [
      toUs(
        tool("h2load.mjs", () => findProgram("h2load", "nghttp2-client")),
        [
          { way: "HTTP/2", protocol: "connect", http: "2", cases: h2loads },
          { way: "HTTP/2, TLS", protocol: "connect", http: "2", tls: true, cases: h2loads },
        ],
      ),
    ],
  },
  {
    name: "nginx",
    version: saidBy("nginx", /nginx\/(\S+)/, "-v"),
    ofSystem: true,
    legs: proxyLegs("nginx.mjs", "nginx"),
  },
  {
    name: "HAProxy",
    version: saidBy("haproxy", /version (\d[\d.]*)/, "-v"),
    ofSystem: true,
    legs: proxyLegs("haproxy.mjs", "haproxy"),
  },
];
