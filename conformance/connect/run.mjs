/**
 * `npm run conformance:connect`: ConnectRPC's conformance suite against our server and client, with its counts
 * asserted. Exits with 77 where the runner cannot be had on this machine.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { runs } from "./config.mjs";
import { AbsentPeerError, installNode, installRunner } from "./install.mjs";
import { countsOf, describeReports, judge } from "./judge.mjs";
import { root } from "./paths.mjs";
import { readReports, runSuite } from "./runner.mjs";

const usage = `npm run conformance:connect [-- --all --role ROLE --node MAJOR --run PATTERN… --trace --verbose]

  --all           every case under both versions of Node; without it, CI's part (see conformance/README.md)
  --role ROLE     server or client only
  --node MAJOR    20 or 24 only
  --run PATTERN   only these cases, with the runner's log: parts between slashes, * for one, ** for any; may be repeated
  --trace         with --run: the HTTP exchange of each failed case
  --verbose       with --run: every case as it is sent and answered`;
const { values: options } = readArguments(usage, {
  all: { type: "boolean" },
  role: { type: "string" },
  node: { type: "string" },
  run: { type: "string", multiple: true },
  trace: { type: "boolean" },
  verbose: { type: "boolean" },
});

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof AbsentPeerError)) throw error;
  console.log(error.message);
  process.exitCode = 77;
}

async function main() {
  const wanted = runs[options.all || options.run ? "whole" : "usual"].filter(
    ({ role, node }) => (options.role ?? role) === role && Number(options.node ?? node) === node,
  );
  if (wanted.length === 0) {
    console.error("--role is server or client, --node is 20 or 24");
    return 2;
  }
  const runner = installRunner();
  const nodes = new Map(
    [...new Set(wanted.map(({ node }) => node))].map((each) => [each, installNode(each)]),
  );
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  execFileSync(process.execPath, [tsc, "-b", "conformance/connect"], {
    cwd: root,
    stdio: "inherit",
  });
  const total = { passed: 0, failed: 0 };
  const troubles = [];
  for (const run of wanted) {
    const verdict = await perform(runner, nodes.get(run.node), run);
    total.passed += verdict.passed;
    total.failed += verdict.failed;
    if (verdict.failed > 0) troubles.push(`✗ ${nameOf(run)}`, ...verdict.troubles);
  }
  // Again, for logs of which only the end is kept.
  for (const trouble of troubles) console.log(trouble);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

function nameOf({ role, node, engine }) {
  return `${role}, node ${node}${engine === undefined ? "" : ", the other HTTP/2 engine"}`;
}

/** One run, judged: the numbers of cases that passed and failed. */
async function perform(runner, node, run) {
  const started = performance.now();
  console.log(`${nameOf(run)} …`);
  const patterns = options.run ?? [];
  const only = patterns.length > 0;
  const { log, reports, ending } = await runSuite(runner, node, run, {
    patterns,
    flags: only
      ? [...(options.trace ? ["--trace"] : []), ...(options.verbose ? ["--vv"] : [])]
      : [],
    timeoutMs: options.all ? 3_600_000 : 900_000,
    show: only,
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  const { total = 0, passed = 0, failed = 0 } = countsOf(log) ?? { failed: 1 };
  console.log(`${nameOf(run)}: ${passed} of ${total} passed, ${failed} failed (${seconds} s)`);
  if (only) return { passed, failed, troubles: [] };
  const said = readReports(reports);
  console.log(describeReports(said));
  const verdict = judge(log, said, run, ending);
  for (const trouble of verdict.troubles) console.log(trouble);
  return verdict;
}
