// `npm test`: everything that needs Node and npm alone. Works straight after a clone, and offline after the first time.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readArguments } from "./driver/arguments.mjs";
import { build, typecheck } from "./driver/build.mjs";
import { ensureInstalled } from "./driver/install.mjs";
import { createDriver, root, runNode } from "./driver/steps.mjs";

const usage = `npm test [-- FILTER… -t NAME -u]

Everything that needs Node and npm alone. FILTER, -t and -u are those of vitest.

  FILTER                    only test files whose path has this in it
  -t, --testNamePattern P   only tests whose name matches
  -u, --update              write snapshots anew`;
const options = /** @type {const} */ ({
  testNamePattern: { type: "string", short: "t" },
  update: { type: "boolean", short: "u" },
});
readArguments(usage, options, { free: true });

const driver = createDriver("npm test");
const { step } = driver;

if (await ensureInstalled(driver)) {
  await step("build the generator", () => build(["packages/protoc-gen-bowline"]));
  await step("generated code is current", () => checkScript("scripts/generate.mjs", ["--check"]));
  const built = await step("build", () => build());
  await step("types of tests, examples and scripts", typecheck);
  await step("lint and format", async () => {
    await runNode("node_modules/@biomejs/biome/bin/biome", ["check", "--error-on-warnings"]);
  });
  await step("layers", () => checkScript("scripts/check-layers.mjs"));
  await step("documentation examples", () => checkScript("scripts/check-docs.mjs"));
  if (built) {
    const quick = process.env.CI === "true" ? [] : ["--quick"];
    await step("package shape", () => checkScript("scripts/check-package.mjs", quick));
  }
  await step("tests", vitest);
}
driver.finish();

/** Runs a check of ours; its last line is the note. @param {string} file @param {string[]} [args] */
async function checkScript(file, args = []) {
  const { output } = await runNode(file, args);
  return output.trimEnd().split("\n").at(-1) ?? "";
}

/** Runs the whole vitest suite and returns its counts. */
async function vitest() {
  const report = join(root, ".cache", "vitest.json");
  mkdirSync(join(root, ".cache"), { recursive: true });
  rmSync(report, { force: true });
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { code } = await runNode(
    "node_modules/vitest/vitest.mjs",
    [...args, ...process.argv.slice(2)],
    {
      show: true,
      accept: [0, 1],
    },
  );
  if (!existsSync(report)) throw new Error("vitest wrote no report");
  const results = JSON.parse(readFileSync(report, "utf8"));
  let failed = results.numFailedTests;
  // A file that does not load has no tests to fail.
  for (const file of results.testResults) {
    if (file.status === "failed" && file.assertionResults.length === 0) failed += 1;
  }
  if (code !== 0 && failed === 0) failed = 1;
  const skipped = results.numPendingTests + (results.numTodoTests ?? 0);
  return { passed: results.numPassedTests, failed, skipped };
}
