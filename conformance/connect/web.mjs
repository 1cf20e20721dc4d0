/**
 * `npm run conformance:web`: ConnectRPC's conformance suite against the fetch handler on Node, Bun, Deno and workerd, the
 * fetch client on Node, Bun and Deno, and the same client in a page of Chromium, with the counts asserted. Exits with 77
 * where the runner or a runtime cannot be had on this machine.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { AbsentError } from "../runtimes/install.mjs";
import { AbsentPeerError, installRunner } from "./install.mjs";
import { countsOf, problemsOf } from "./judge.mjs";
import { root } from "./paths.mjs";
import { readReports, runSuite } from "./runner.mjs";
import { runs } from "./web-config.mjs";
import { bundlePrograms, commandOf } from "./web-programs.mjs";

const names = runs.map(({ name }) => name);
const { values: options, positionals: wanted } = readArguments(
  `npm run conformance:web [-- --all --run PATTERN… --trace --verbose RUN…]

  --all           every case; without it, CI's part (see conformance/README.md)
  --run PATTERN   only these cases, with the runner's log: parts between slashes, * for one, ** for any; may be repeated
  --trace         with --run: the HTTP exchange of each failed case
  --verbose       with --run: every case as it is sent and answered

Runs, all of them by default: ${names.join(", ")}`,
  {
    all: { type: "boolean" },
    run: { type: "string", multiple: true },
    trace: { type: "boolean" },
    verbose: { type: "boolean" },
  },
  { names, what: "run" },
);

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof AbsentPeerError) && !(error instanceof AbsentError)) throw error;
  console.log(error.message);
  process.exitCode = 77;
}

async function main() {
  const runner = installRunner();
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const build = [tsc, "-b", "conformance/connect"];
  execFileSync(process.execPath, build, { cwd: root, stdio: "inherit" });
  await bundlePrograms();
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
  const flags = [...(options.trace ? ["--trace"] : []), ...(options.verbose ? ["--vv"] : [])];
  const { log, reports, ending } = await runSuite(
    runner,
    undefined,
    {
      ...run,
      command: commandOf(run),
      name: `web-${run.name}`,
      skip: options.all ? [] : run.skip,
    },
    { patterns, flags, timeoutMs: 900_000, show: patterns.length > 0 },
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  const { total = 0, passed = 0, failed = 0 } = countsOf(log) ?? { failed: 1 };
  console.log(`${run.name}: ${passed} of ${total} passed, ${failed} failed (${seconds} s)`);
  if (patterns.length > 0) return { passed, failed };
  const said = readReports(reports);
  console.log(`  ${describe(said)}`);
  return judgeRun(log, said, run, ending);
}

/** Nothing failed, nothing was excused, the count is what it should be, and it ran where it was meant to. */
function judgeRun(log, said, run, ending) {
  const { passed = 0, failed = 0, unrun = 0, excused = 0 } = countsOf(log) ?? {};
  const cases = options.all ? run.allCases : run.cases;
  const troubles = problemsOf(log);
  if (unrun + excused > 0) troubles.push(`${unrun} not run, ${excused} excused`);
  if (passed !== cases) troubles.push(`wanted: ${cases} passed, and nothing else`);
  if (ending !== undefined) troubles.push(ending);
  if (said.length === 0) troubles.push("nobody said where it ran");
  for (const { role, runtime } of said) {
    const isMeant = role === run.role && runtime.toLowerCase().startsWith(run.runtime);
    if (!isMeant) troubles.push(`a ${role} ran on ${runtime}`);
  }
  for (const protocol of ["connect", "grpc-web"]) {
    if (!said.some(({ calls }) => calls[protocol] > 0)) troubles.push(`no call over ${protocol}`);
  }
  for (const trouble of troubles) console.log(trouble);
  const missing = Math.max(0, cases - passed);
  return { passed, failed: troubles.length === 0 ? 0 : Math.max(1, failed, missing) };
}

function describe(said) {
  const runtimes = [...new Set(said.map(({ runtime }) => runtime))].join(", ");
  const calls = {};
  for (const report of said) {
    for (const [protocol, count] of Object.entries(report.calls)) {
      calls[protocol] = (calls[protocol] ?? 0) + count;
    }
  }
  return `on ${runtimes}; calls: ${Object.entries(calls)
    .map((each) => each.join(" "))
    .join(", ")}`;
}
