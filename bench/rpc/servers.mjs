/** The servers of the bench: every one in a process of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepare as prepareConnectNode } from "../competitors/connect-node/prepare.mjs";
import { prepareGo } from "../competitors/go-rpc/prepare.mjs";
import { prepare as prepareGrpcJs } from "../competitors/grpc-js/prepare.mjs";
import { root } from "../competitors/install.mjs";
import { prepare as prepareNiceGrpc } from "../competitors/nice-grpc/prepare.mjs";
import { prepare as prepareNodeHttp } from "../competitors/node-http/prepare.mjs";
import { prepare as prepareNodeHttp2 } from "../competitors/node-http2/prepare.mjs";
import { prepare as prepareNodeNet } from "../competitors/node-net/prepare.mjs";
import { prepareRust } from "../competitors/rust-rpc/prepare.mjs";
import { measuredCore, startProcess } from "../process.mjs";
import { prepare as prepareBowline } from "./bowline/prepare.mjs";

const child = fileURLToPath(new URL("./server-child.mjs", import.meta.url));
const competitor = (name) => new URL(`../competitors/${name}/server.mjs`, import.meta.url).href;
const ours = new URL("./bowline/server.mjs", import.meta.url).href;

/** Our server once more, in another way: what differs is the row's options. */
const variant = (options) => ({
  ...prepareBowline(),
  ...options,
  options: Object.entries(options)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", "),
});

const rows = {
  bowline: { url: ours, prepare: prepareBowline },
  "bowline-views": { url: ours, prepare: () => variant({ views: true }) },
  "bowline-node": { url: ours, prepare: () => variant({ http2: "node" }) },
  "grpc-js": { url: competitor("grpc-js"), prepare: prepareGrpcJs },
  "nice-grpc": { url: competitor("nice-grpc"), prepare: prepareNiceGrpc },
  "connect-node": { url: competitor("connect-node"), prepare: prepareConnectNode },
  "node:http": { url: competitor("node-http"), prepare: prepareNodeHttp },
  "node:http2": { url: competitor("node-http2"), prepare: prepareNodeHttp2 },
  "node:net": { url: competitor("node-net"), prepare: prepareNodeNet },
  "grpc-go": { prepare: () => prepareGo("grpc-go") },
  "connect-go": { prepare: () => prepareGo("connect-go") },
  tonic: { prepare: () => prepareRust("tonic") },
  connectrpc: { prepare: () => prepareRust("connectrpc") },
};

/** Every row's name, in the order of the tables. */
export const serverNames = Object.keys(rows);

const prepared = new Map();

/** Name, version and options of a row, installed, generated and built on the first call. */
export function prepareServer(name) {
  if (!prepared.has(name)) prepared.set(name, rows[name].prepare());
  return prepared.get(name);
}

const folder = join(root, "packages", "node", "src", "fixtures", "tls");
const pem = (file) => readFileSync(join(folder, file), "utf8");
const tls = { cert: pem("server.pem"), key: pem("server.key") };

/** A program of its own is the server; a module is loaded into a Node. */
function commandOf({ program }, nodeFlags) {
  return program === undefined
    ? [process.execPath, ...nodeFlags, child]
    : ["env", "GOMAXPROCS=1", program];
}

/** Starts a server, on the measured core unless another is given. */
export async function startServer(name, settings, nodeFlags = [], core = measuredCore) {
  const info = prepareServer(name);
  const { ask, stop } = startProcess(name, commandOf(info, nodeFlags), core);
  const given = { info, settings: { ...settings, tls } };
  const { ports } = await ask({ do: "start", url: rows[name].url, ...given });
  /** Microseconds of processor time that the process has used, all threads. */
  const cpu = async () => {
    const { user, system } = await ask({ do: "cpu" });
    return user + system;
  };
  return { name, ports, cpu, memory: () => ask({ do: "memory" }), stop };
}
