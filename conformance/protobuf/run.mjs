/**
 * `npm run conformance:protobuf`: Google's conformance runner against our
 * codecs, with its counts asserted. Exits with 77 where the runner cannot be
 * had on this machine.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { generate } from "./generate.mjs";
import { cache, paths, pathVariable } from "./paths.mjs";
import { AbsentPeerError, installRunner, runnerCommand } from "./runner.mjs";

/** What runner 33.2 counts up to edition 2024. Fewer means that something did not run. */
const expected = { codec: 5567, text: 883 };

const usage = `npm run conformance:protobuf [-- --path PATH… --test CASE… --testee FILE]

  --path PATH     only this way of reading and writing messages: ${paths.join(" or ")}
  --test CASE     only this case, with the runner's log; may be repeated
  --testee FILE   another program under test`;
const { values: options } = readArguments(usage, {
  path: { type: "string", multiple: true },
  test: { type: "string", multiple: true },
  testee: { type: "string" },
});

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof AbsentPeerError)) throw error;
  console.log(error.message);
  process.exitCode = 77;
}

function main() {
  const installed = installRunner();
  const command = runnerCommand(installed);
  const wanted = options.path ?? paths;
  for (const path of wanted)
    if (!paths.includes(path)) throw new Error(`${path} is none of the paths ${paths.join(", ")}`);
  if (options.testee === undefined) generate(join(installed, "include"));
  const total = { passed: 0, failed: 0 };
  for (const path of wanted) {
    console.log(`path: ${path}`);
    const log = runSuite(command, path);
    if (options.test !== undefined) {
      console.log(log);
      continue;
    }
    const { passed, failed } = judge(log);
    total.passed += passed;
    total.failed += failed;
  }
  if (options.test === undefined) console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

function runSuite([program, ...args], path) {
  const out = join(cache, "out");
  mkdirSync(out, { recursive: true });
  const flags = [
    ["--enforce_recommended"],
    ["--maximum_edition", "2024"],
    ["--failure_list", here("failures.txt")],
    ["--text_format_failure_list", here("text-failures.txt")],
    ["--output_dir", out],
    ...(options.test ?? []).map((name) => ["--test", name]),
  ].flat();
  const testee = options.testee === undefined ? here("testee.mjs") : resolve(options.testee);
  const { stdout, stderr, error } = spawnSync(program, [...args, ...flags, testee], {
    // The testee's first line asks the path for node: it must be the one that runs this.
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
      [pathVariable]: path,
    },
    encoding: "utf8",
    maxBuffer: 1 << 30,
    timeout: 300_000,
  });
  if (error !== undefined) throw error;
  return stdout + stderr;
}

/** Prints what the runner counted, and what it found failing; returns the numbers of both. */
function judge(log) {
  const [codec, text] = summaries(log);
  console.log(`node ${process.version}`);
  print("binary and JSON", codec);
  print("text format", text);
  for (const line of problems(log)) console.log(line);
  const sound = isWhole(codec, expected.codec) && isWhole(text, expected.text);
  const passed = (codec?.passed ?? 0) + (text?.passed ?? 0);
  const failed = sound ? 0 : Math.max(1, expected.codec + expected.text - passed);
  if (!sound) {
    console.log(`wanted: ${expected.codec} and ${expected.text} successes, and nothing else`);
  }
  return { passed, failed };
}

/** Whether a suite ran to its end, and every case succeeded. */
function isWhole(counts, cases) {
  return (
    counts !== undefined &&
    counts.passed === cases &&
    counts.skipped + counts.expectedFailures + counts.failed === 0
  );
}

/** The runner's closing line of each of its two suites. */
function summaries(log) {
  const pattern =
    /CONFORMANCE SUITE \w+: (\d+) successes, (\d+) skipped, (\d+) expected failures, (\d+) unexpected failures/g;
  return [...log.matchAll(pattern)].map((match) => {
    const [passed, skipped, expectedFailures, failed] = match.slice(1).map(Number);
    return { passed, skipped, expectedFailures, failed };
  });
}

function print(name, counts) {
  if (counts === undefined)
    console.log(`${name}: not run (the runner stops at a suite that fails)`);
  else {
    const { passed, skipped, expectedFailures, failed } = counts;
    console.log(
      `${name}: ${passed} successes, ${skipped} skipped, ${expectedFailures} expected failures, ${failed} unexpected failures`,
    );
  }
}

/**
 * The failing cases by name, with what the runner says of them; the end of the
 * log where the runner itself broke down.
 */
function problems(log) {
  const lines = log.split("\n").filter((line) => /^ {2}\S+ # /.test(line));
  const shown = lines.slice(0, 60).map((line) => line.slice(0, 240));
  if (lines.length > shown.length) shown.push(`  … and ${lines.length - shown.length} more`);
  if (summaries(log).length === 0) shown.push(...log.trimEnd().split("\n").slice(-15));
  return shown;
}
