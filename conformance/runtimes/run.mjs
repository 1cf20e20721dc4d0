/**
 * `npm run smoke:runtimes [-- RUNTIME…]`: one program in every runtime, with
 * the count of its checks asserted to be the same in all. A runtime that cannot
 * be had is a named skip, in CI a failure.
 */
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { bundle } from "./bundle.mjs";
import { AbsentError, isCi } from "./install.mjs";
import { runtimes } from "./runtimes.mjs";

const names = runtimes.map(({ name }) => name);
const { positionals: wanted } = readArguments(
  `npm run smoke:runtimes [-- RUNTIME…]\n\nRuntimes, all of them by default: ${names.join(", ")}`,
  {},
  { names, what: "runtime" },
);

let passed = 0;
let failed = 0;
let skipped = 0;
let checks;

const bundles = await bundle();
for (const runtime of runtimes)
  if (wanted.length === 0 || wanted.includes(runtime.name)) await runIn(runtime);
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

async function runIn({ name, install, run }) {
  const start = performance.now();
  const say = (text) =>
    console.log(`${name}: ${text} (${Math.round(performance.now() - start)} ms)`);
  try {
    const { version, report } = await run(await install(), bundles);
    const { failures } = report;
    passed += report.passed;
    failed += failures.length;
    checks ??= report.passed + failures.length;
    say(`${version}, ${report.passed} passed, ${failures.length} failed`);
    for (const failure of failures) console.log(`  ✗ ${failure}`);
    if (report.passed + failures.length !== checks)
      throw new Error(`it ran another number of checks than the first runtime, ${checks}`);
  } catch (error) {
    if (error instanceof AbsentError && !isCi) {
      skipped += 1;
      say(`skipped, ${error.message}`);
      return;
    }
    failed += 1;
    say(`failed, ${error instanceof AbsentError ? error.message : (error?.stack ?? error)}`);
  }
}
