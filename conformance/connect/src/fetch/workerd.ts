/** Starts workerd with the worker, in the runner's terms of a server under test. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { writeReport } from "./report.js";
import { readServerRequest, writeServerResponse } from "./server-request.js";

const [path, bundle] = process.argv.slice(2) as [string, string];
const { messageReceiveLimit } = await readServerRequest();
const folder = mkdtempSync(join(tmpdir(), "conformance-workerd-"));
copyFileSync(bundle, join(folder, "worker.mjs"));
const config = join(folder, "workerd.capnp");
writeFileSync(
  config,
  `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
    compatibilityDate = "2025-05-01",
    compatibilityFlags = ["nodejs_compat", "enable_request_signal"],
    bindings = [(name = "LIMIT", text = "${messageReceiveLimit}")],
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
);
const child = spawn(path, ["serve", "--control-fd=3", config], {
  stdio: ["ignore", 2, 2, "pipe"],
});
process.once("SIGTERM", () => {
  void report().finally(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
});
const port = await listeningPort(child);
writeServerResponse(port);

async function report(): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/calls`);
  const runtime = spawnSync(path, ["--version"], { encoding: "utf8" }).stdout.trim();
  writeReport({
    role: "server",
    runtime,
    calls: (await response.json()) as Record<string, number>,
  });
}

/** What workerd says of its socket on the control descriptor. */
async function listeningPort(workerd: ChildProcess): Promise<number> {
  const ended = once(workerd, "exit").then(([code]) => {
    throw new Error(`workerd ended with code ${code}`);
  });
  const told = (async () => {
    let text = "";
    for await (const chunk of workerd.stdio[3] as Readable) {
      text += chunk;
      const found = /"event":"listen".*?"port":(\d+)/.exec(text)?.[1];
      if (found !== undefined) return Number(found);
    }
    return ended;
  })();
  return Promise.race([told, ended]);
}
