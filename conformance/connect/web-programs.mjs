/** The programs under test on fetch: bundled for runtimes that do not read a `node_modules`, and how each is started. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { installChromium, unpackPackage } from "../runtimes/install.mjs";
import { cache as runtimesCache } from "../runtimes/paths.mjs";
import { cache, root } from "./paths.mjs";

const dist = join(root, "conformance", "connect", "dist", "fetch");
const out = join(cache, "fetch");

/** What the page has in place of Node's timers: nothing in it may be of Node. */
const timers = `export const setTimeout = (ms) => new Promise((resolve) => globalThis.setTimeout(resolve, ms));`;

/** Bundles the programs; they are built already. */
export async function bundlePrograms() {
  const shared = { bundle: true, format: "esm", target: "es2022", logLevel: "warning" };
  const onNode = { ...shared, platform: "node", external: ["node:*"] };
  await build({
    ...onNode,
    entryPoints: [join(dist, "server.js")],
    outfile: join(out, "server.mjs"),
  });
  await build({
    ...onNode,
    entryPoints: [join(dist, "client.js")],
    outfile: join(out, "client.mjs"),
  });
  await build({
    ...onNode,
    conditions: ["worker", "browser"],
    stdin: { contents: 'export { worker as default } from "./worker.js";', resolveDir: dist },
    outfile: join(out, "worker.mjs"),
  });
  await build({
    ...shared,
    platform: "browser",
    entryPoints: [join(dist, "page.js")],
    plugins: [{ name: "timers", setup: replaceTimers }],
    outfile: join(out, "page.js"),
  });
}

function replaceTimers({ onResolve, onLoad }) {
  onResolve({ filter: /^node:timers\/promises$/ }, () => ({ path: "timers", namespace: "timers" }));
  onLoad({ filter: /.*/, namespace: "timers" }, () => ({ contents: timers }));
}

const packages = {
  bun: ["@oven/bun-linux-x64@1.4.5", "bin/bun"],
  deno: ["@deno/linux-x64-glibc@2.9.6", "deno"],
  workerd: ["@cloudflare/workerd-linux-64@1.20261117.1", "bin/workerd"],
};

/**
 * The command of a run.
 * @throws AbsentError where its runtime cannot be had.
 */
export function commandOf({ runtime, program }) {
  mkdirSync(runtimesCache, { recursive: true });
  if (runtime === "node") return [process.execPath, join(dist, `${program}.js`)];
  if (runtime === "chromium") {
    return [process.execPath, join(dist, "browser.js"), installChromium(), join(out, "page.js")];
  }
  const [pinned, file] = packages[runtime];
  const path = join(unpackPackage(pinned), file);
  if (runtime === "workerd") {
    return [process.execPath, join(dist, "workerd.js"), path, join(out, "worker.mjs")];
  }
  const bundle = join(out, `${program}.mjs`);
  return runtime === "deno" ? [path, "run", "--no-remote", "-A", bundle] : [path, bundle];
}
