/**
 * `npm run conformance:frameworks`: the applicable part of ConnectRPC's conformance suite against the adapters for Express
 * 4 and 5 and Fastify, with its counts asserted. Exits with 77 where the runner cannot be had on this machine.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { configFor, runs, waysOf } from "./frameworks-config.mjs";
import { AbsentPeerError, installRunner } from "./install.mjs";
import { callsOf, countsOf, problemsOf } from "./judge.mjs";
import { root } from "./paths.mjs";
import { readReports, runSuite } from "./runner.mjs";

const names = runs.map(({ name }) => name);
const { values: options, positionals: wanted } = readArguments(
  `npm run conformance:frameworks [-- --all --run PATTERN… --trace RUN…]

  --all           every case; without it, CI's part (see conformance/README.md)
  --run PATTERN   only these cases, with the runner's log: parts between slashes, * for one, ** for any; may be repeated
  --trace         with --run: the HTTP exchange of each failed case

Runs, all of them by default: ${names.join(", ")}`,
  { all: { type: "boolean" }, run: { type: "string", multiple: true }, trace: { type: "boolean" } },
  { names, what: "run" },
);

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof AbsentPeerError)) throw error;
  console.log(error.message);
  process.exitCode = 77;
}

async function main() {
  const runner = installRunner();
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const build = [tsc, "-b", "conformance/connect"];
  execFileSync(process.execPath, build, { cwd: root, stdio: "inherit" });
  const total = { passed: 0, failed: 0 };
  for (const run of runs) {
    if (wanted.length > 0 && !wanted.includes(run.name)) continue;
    const { passed, failed } = await perform(runner, run);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

/** One run, judged: the numbers of cases that passed and failed. */
async function perform(runner, run) {
  const started = performance.now();
  const patterns = options.run ?? [];
  const program = join(root, "conformance", "connect", "dist", "frameworks", "main.js");
  const suite = {
    role: "server",
    name: `frameworks-${run.name}`,
    config: configFor(run, options.all === true),
    command: [process.execPath, program, run.name],
    skip: options.all ? [] : run.skip,
  };
  const { log, reports, ending } = await runSuite(runner, undefined, suite, {
    patterns,
    flags: options.trace ? ["--trace"] : [],
    timeoutMs: 900_000,
    show: patterns.length > 0,
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  const { total = 0, passed = 0, failed = 0 } = countsOf(log) ?? { failed: 1 };
  console.log(`${run.name}: ${passed} of ${total} passed, ${failed} failed (${seconds} s)`);
  if (patterns.length > 0) return { passed, failed };
  return judge(log, callsOf(readReports(reports)), run, ending);
}

/** Nothing failed, nothing was excused, the count is what it should be, and calls went every way. */
function judge(log, calls, run, ending) {
  const { passed = 0, failed = 0, unrun = 0, excused = 0 } = countsOf(log) ?? {};
  const cases = options.all ? run.allCases : run.cases;
  const troubles = problemsOf(log);
  if (unrun + excused > 0) troubles.push(`${unrun} not run, ${excused} excused`);
  if (passed !== cases) troubles.push(`wanted: ${cases} passed, and nothing else`);
  if (ending !== undefined) troubles.push(ending);
  const ways = waysOf(run);
  for (const way of ways) if (!calls[way]) troubles.push(`no call went as ${way}`);
  for (const way of Object.keys(calls)) {
    if (!ways.includes(way))
      troubles.push(`calls went as ${way}, which the suite does not ask for`);
  }
  const said = Object.entries(calls).map(([way, count]) => `${way}: ${count}`);
  console.log(`  ${said.join(", ")}`);
  for (const trouble of troubles) console.log(trouble);
  const missing = Math.max(0, cases - passed);
  return { passed, failed: troubles.length === 0 ? 0 : Math.max(1, failed, missing) };
}
