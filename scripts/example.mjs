// `npm run example NAME`: bundles one of the examples from the sources of the packages, and runs it in this Node.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { readArguments } from "./driver/arguments.mjs";
import { ensureInstalled } from "./driver/install.mjs";
import { createDriver, root, runNode, runScript } from "./driver/steps.mjs";

/** The examples that run in Node alone; greet has a command of its own, `npm start`. @returns {string[]} */
export function exampleNames() {
  const folder = join(root, "examples");
  const hasMain = (/** @type {string} */ name) => existsSync(join(folder, name, "src", "main.ts"));
  return readdirSync(folder).filter((name) => name !== "greet" && hasMain(name));
}

/** Bundles an example, and returns the path of its program. @param {string} name */
export async function bundleExample(name) {
  // Below the root, where Node finds what is not in the bundle: Express, Fastify.
  const outfile = join(root, ".cache", "examples", `${name}.mjs`);
  await build({
    entryPoints: [join(root, "examples", name, "src", "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@bowline/source"],
    external: ["express", "fastify"],
    logLevel: "error",
  });
  return outfile;
}

await runScript(import.meta, async () => {
  const names = exampleNames();
  const { positionals } = readArguments(
    `npm run example NAME\n\nRuns an example: ${names.join(", ")}. \`npm start\` runs greet.`,
    {},
    { names, what: "example" },
  );
  const driver = createDriver("npm run example");
  if (positionals.length === 0) console.log(`npm run example NAME, one of: ${names.join(", ")}`);
  else if (!(await ensureInstalled(driver))) driver.finish();
  for (const name of positionals) await runNode(await bundleExample(name), [], { show: true });
});
