// `npm run example NAME`: runs one of the examples. Those that end by themselves are bundled from the sources of the
// packages; those that serve a page or a Worker take the built packages, as a project of one's own would, and serve on
// PORT (8080) until Ctrl-C.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { readArguments } from "./driver/arguments.mjs";
import { build as buildPackages } from "./driver/build.mjs";
import { ensureInstalled } from "./driver/install.mjs";
import { createDriver, root, runNode, runScript } from "./driver/steps.mjs";

const folderOf = (/** @type {string} */ name) => join(root, "examples", name);
const cache = join(root, ".cache", "examples");

/** The examples that run in Node alone and end by themselves; greet has a command of its own, `npm start`. @returns {string[]} */
export function exampleNames() {
  const hasMain = (/** @type {string} */ name) => existsSync(join(folderOf(name), "src/main.ts"));
  return readdirSync(join(root, "examples")).filter((name) => name !== "greet" && hasMain(name));
}

/** The examples that serve. */
export const servers = ["browser", "react", "workers"];

/** Bundles an example, and returns the path of its program. @param {string} name @param {boolean} [built] with the built packages @param {string} [file] */
export async function bundleExample(name, built = false, file = "main.ts") {
  // Below the root, where Node finds what is not in the bundle: Express, Fastify, Vite.
  const outfile = join(cache, `${name}.mjs`);
  await build({
    entryPoints: [join(folderOf(name), "src", file)],
    outfile,
    bundle: true,
    platform: file === "worker.ts" ? "browser" : "node",
    format: "esm",
    target: "es2022",
    conditions: built ? [] : ["@bowline/source"],
    external: ["express", "fastify", "vite"],
    logLevel: "error",
  });
  return outfile;
}

/**
 * Starts an example that serves, on a port of this machine.
 * @param {string} name @param {number} port
 * @returns {Promise<import("node:child_process").ChildProcess>} once it answers
 */
export async function startServer(name, port) {
  const child = name === "workers" ? await startWorkerd(port) : await startPage(name, port);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${name} ended with code ${child.exitCode}`);
    const answers = await fetch(`http://127.0.0.1:${port}/`).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) return child;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @param {string} name @param {number} port */
async function startPage(name, port) {
  const cwd = folderOf(name);
  if (name === "react")
    await runNode(join(root, "node_modules/vite/bin/vite.js"), ["build"], { cwd });
  const program = await bundleExample(name, true, "server.ts");
  const env = { ...process.env, PORT: String(port) };
  return spawn(process.execPath, [program], { cwd, env, stdio: "inherit" });
}

/** The bundle in the runtime of Workers, with the example's configuration on another port. @param {number} port */
async function startWorkerd(port) {
  // By name, because the suites are not part of the scripts' types.
  const suite = join(root, "conformance/runtimes/runtimes.mjs");
  /** @type {{ runtimes: { name: string, install: () => string }[] }} */
  const { runtimes } = await import(suite);
  const workerd = runtimes.find(({ name }) => name === "workerd");
  const bundle = await bundleExample("workers", true, "worker.ts");
  const config = readFileSync(join(folderOf("workers"), "workerd.capnp"), "utf8");
  const file = join(cache, "workerd.capnp");
  const text = config.replace(":8080", `:${port}`).replace("dist/worker.js", basename(bundle));
  writeFileSync(file, text);
  return spawn(String(workerd?.install()), ["serve", file], { stdio: "inherit" });
}

await runScript(import.meta, async () => {
  const names = [...exampleNames(), ...servers].sort();
  const {
    positionals: [name],
  } = readArguments(
    `npm run example NAME\n\nRuns an example: ${names.join(", ")}. \`npm start\` runs greet.`,
    {},
    { names, what: "example" },
  );
  if (name === undefined) {
    console.log(`npm run example NAME, one of: ${names.join(", ")}`);
    return;
  }
  const driver = createDriver("npm run example");
  if (!(await ensureInstalled(driver))) driver.finish();
  else if (!servers.includes(name)) await runNode(await bundleExample(name), [], { show: true });
  else if (await driver.step("build", () => buildPackages())) {
    const port = Number(process.env.PORT ?? 8080);
    const child = await startServer(name, port);
    console.log(`${name} serves at http://127.0.0.1:${port}; Ctrl-C ends it`);
    process.once("SIGINT", () => child.kill());
    await once(child, "exit");
  }
});
