// `npm run check:package`: are the packages fit to be published? publint and attw look at what `npm pack` would
// carry, knip at files, exports and dependencies that nothing uses. `--quick` leaves out attw.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { build } from "./driver/build.mjs";
import { root, run, runNode } from "./driver/steps.mjs";

const quick = process.argv.includes("--quick");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
/** @type {string[]} */
const problems = [];

if (!quick) await build();
const folders = readdirSync(join(root, "packages")).filter((name) =>
  existsSync(join(root, "packages", name, "package.json")),
);
for (const name of folders) {
  const folder = join(root, "packages", name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  checkManifest(name, manifest);
  const { messages } = await publint({ pkgDir: folder, pack: "npm", strict: true });
  for (const message of messages) {
    problems.push(
      `${name}: publint ${message.type}: ${formatMessage(message, manifest) ?? message.code}`,
    );
  }
  if (quick || !("." in manifest.exports)) continue;
  await attempt(`${name}: attw`, () =>
    runNode("node_modules/@arethetypeswrong/cli/dist/index.js", [
      "--pack",
      `packages/${name}`,
      "--profile",
      "esm-only",
      "--no-color",
    ]),
  );
}
await attempt("knip", () => run("node_modules/.bin/knip", ["--no-progress", "--no-config-hints"]));

for (const problem of problems) console.log(problem);
const looked = quick ? "publint, knip" : "publint, attw, knip";
console.log(
  problems.length > 0
    ? `${problems.length} problems`
    : `${folders.length} packages fit to publish (${looked})`,
);
if (problems.length > 0) process.exitCode = 1;

/** What no tool knows of: our own rules. @param {string} name @param {Record<string, any>} manifest */
function checkManifest(name, manifest) {
  const expect = (/** @type {boolean} */ holds, /** @type {string} */ what) => {
    if (!holds) problems.push(`${name}: ${what}`);
  };
  expect(
    manifest.version === version,
    `version ${manifest.version} where the repository has ${version}`,
  );
  expect(manifest.license === "Apache-2.0", "licence is not Apache-2.0");
  expect(manifest.sideEffects === false, "sideEffects is not false");
  expect(manifest.engines?.node === ">=20.19", "engines.node is not >=20.19");
  for (const script of ["preinstall", "install", "postinstall", "prepare"]) {
    expect(manifest.scripts?.[script] === undefined, `has a ${script} script`);
  }
  for (const [dependency, range] of Object.entries(manifest.dependencies ?? {})) {
    const ours = existsSync(join(root, "packages", dependency.replace("@bowline/", "")));
    expect(!ours || range === version, `depends on ${dependency} ${range}, not on ${version}`);
  }
}

/** @param {string} what @param {() => Promise<unknown>} action */
async function attempt(what, action) {
  try {
    await action();
  } catch (error) {
    problems.push(`${what}: ${error instanceof Error ? error.message : error}`);
  }
}
