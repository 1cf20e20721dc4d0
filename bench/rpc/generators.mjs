/** What makes the load: our own generator, and h2load and wrk where the machine has them. */
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cache } from "../competitors/install.mjs";
import { loadCore, pinned, startProcess } from "../process.mjs";

const run = promisify(execFile);
const child = fileURLToPath(new URL("./load/child.mjs", import.meta.url));
const packages = { h2load: "nghttp2-client", wrk: "wrk", "redis-server": "redis-server" };

/** The reason why a program is not there, after an attempt to install Debian's package; `undefined` if it is. */
export function missingProgram(program) {
  const present = () => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
  if (present()) return undefined;
  const name = packages[program];
  if (process.getuid?.() === 0) {
    console.error(`installing ${name} …`);
    spawnSync("apt-get", ["install", "-y", "-q", name], { stdio: "ignore" });
    if (present()) return undefined;
  }
  return `${program} is not here (Debian: apt-get install ${name})`;
}

/** Our own generator: raw bytes over sockets, constant or changing from call to call. */
export function startOwnGenerator() {
  const { ask, stop } = startProcess("load", [process.execPath, child], loadCore);
  const open = (target, warmUpMs) => {
    const request = {
      ...target.request,
      body: Buffer.from(target.request.body).toString("base64"),
    };
    return ask({ do: "open", ...target, request, warmUpMs });
  };
  const runFor = (ms, rate) => ask({ do: "run", ms, rate });
  const close = () => ask({ do: "close" });
  return { open, run: runFor, close, stop };
}

/** Requests that h2load or wrk got answered within `ms`: `{ requests, ms }`. */
export async function runTool(tool, target, ms) {
  const files = writeFiles(target);
  const command = tool === "wrk" ? wrkCommand(target, ms, files) : h2loadCommand(target, ms, files);
  const [program, ...args] = pinned(command, loadCore);
  const limits = { maxBuffer: 1 << 24, timeout: ms + 20_000 };
  const { stdout } = await run(program, args, limits);
  return tool === "wrk" ? readWrk(stdout, target) : readH2load(stdout, target);
}

function writeFiles({ request }) {
  const folder = join(cache, "rpc", "load");
  mkdirSync(folder, { recursive: true });
  const body = join(folder, "body.bin");
  writeFileSync(body, request.body);
  const script = join(folder, "post.lua");
  const headers = request.fields.map(([name, value]) => `wrk.headers["${name}"] = "${value}"`);
  const lines = [
    `wrk.method = "POST"`,
    ...headers,
    `local file = io.open("${body}", "rb")`,
    `wrk.body = file:read("*a")`,
    "file:close()",
  ];
  writeFileSync(script, `${lines.join("\n")}\n`);
  return { body, script };
}

const url = ({ port, tls, request }) =>
  `${tls ? "https" : "http"}://127.0.0.1:${port}${request.path}`;

function wrkCommand(target, ms, { script }) {
  const seconds = Math.max(1, Math.round(ms / 1000));
  const flags = ["-t1", `-c${target.count}`, `-d${seconds}s`, "-s", script];
  return ["wrk", ...flags, url(target)];
}

function readWrk(text, { expected }) {
  const [, requests, amount, unit] = /(\d+) requests in [\d.]+\w+, ([\d.]+)(\w+) read/.exec(text);
  const rate = Number(/Requests\/sec: *([\d.]+)/.exec(text)[1]);
  if (/Non-2xx|Socket errors: (?!connect 0, read 0, write 0)/.test(text))
    throw new Error(`wrk: ${text}`);
  const bytes = Number(amount) * { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 }[unit];
  if (bytes < Number(requests) * expected * 0.99) throw new Error(`wrk read too little: ${text}`);
  return { requests: Number(requests), ms: (Number(requests) / rate) * 1000 };
}

function h2loadCommand(target, ms, { body }) {
  const { count, streams, request, http } = target;
  const headers = request.fields.flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const flags = ["-t1", `-c${count}`, `-m${streams}`, `-D${ms}ms`, "-w30", "-W30", "-d", body];
  return ["h2load", ...(http === "2" ? [] : ["--h1"]), ...flags, ...headers, url(target)];
}

function readH2load(text, { expected }) {
  const [, time, unit] = /finished in ([\d.]+)(us|ms|s)/.exec(text) ?? [];
  const requests = Number(/(\d+) succeeded/.exec(text)?.[1] ?? 0);
  const failures = Number(/(\d+) failed/.exec(text)?.[1] ?? 0);
  const bytes = Number(/\((\d+)\) data/.exec(text)?.[1] ?? 0);
  if (time === undefined || failures > 0 || bytes < requests * expected * 0.99)
    throw new Error(`h2load: ${text}`);
  return { requests, ms: Number(time) * { us: 0.001, ms: 1, s: 1000 }[unit] };
}
