// What the drivers (`npm test`, `npm start`, `npm run verify`) share: steps with elapsed time, and one closing line.
// Only `node:` built-ins here: a driver runs before anything is installed.
import { spawn } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The root of the repository, as a path without a trailing slash. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/**
 * Starts a driver: prints its title and counts what its steps report.
 *
 * @param {string} title
 */
export function createDriver(title) {
  const started = performance.now();
  const total = { passed: 0, failed: 0, skipped: 0 };
  const seconds = (/** @type {number} */ since) => ((performance.now() - since) / 1000).toFixed(1);
  const stamp = () => `[${seconds(started).padStart(6)} s]`;
  /** What failed, with what is said of it again at the end. @type {{ name: string, why: string }[]} */
  const troubles = [];

  /** Prints one line with the elapsed time. @param {string} line */
  function say(line) {
    process.stdout.write(`${stamp()} ${line}\n`);
  }

  /**
   * Runs one named step and counts it. The action returns nothing (one check passed), a note, or counts of its own,
   * with its output where the failures in it are to be told again at the end; it throws to fail. A failed step never
   * stops the driver by itself.
   *
   * @typedef {Partial<typeof total> & { output?: string }} Counts
   * @param {string} name
   * @param {() => Promise<void | string | Counts> | void | string | Counts} action
   * @returns {Promise<boolean>} whether the step passed
   */
  async function step(name, action) {
    say(`… ${name}`);
    const since = performance.now();
    let failed = 0;
    let note = "";
    let why = "";
    try {
      const outcome = await action();
      if (outcome && typeof outcome === "object") {
        failed = outcome.failed ?? 0;
        why = failuresOf(outcome.output ?? "");
        total.passed += outcome.passed ?? 0;
        total.skipped += outcome.skipped ?? 0;
        note = `: ${outcome.passed ?? 0} passed, ${failed} failed`;
      } else {
        total.passed += 1;
        note = outcome ? `: ${outcome}` : "";
      }
    } catch (error) {
      failed = 1;
      const text = error instanceof Error ? error.message : String(error);
      process.stdout.write(`${text.replace(/\n+$/, "")}\n`);
      why = failuresOf(text);
    }
    total.failed += failed;
    if (failed > 0) troubles.push({ name, why });
    say(`${failed > 0 ? "✗" : "✓"} ${name}${note} (${seconds(since)} s)`);
    return failed === 0;
  }

  /** Names a step that cannot run here. @param {string} name @param {string} reason */
  function skip(name, reason) {
    total.skipped += 1;
    say(`- ${name}: skipped, ${reason}`);
  }

  /** Prints the failed steps, what was skipped and the closing line `N passed, N failed`, and sets the exit code. */
  function finish() {
    for (const { name, why } of troubles) if (why) process.stdout.write(`✗ ${name}\n${why}\n`);
    if (troubles.length > 0) say(`failed: ${troubles.map(({ name }) => name).join(", ")}`);
    else say(`${title}: all good`);
    if (total.skipped > 0) process.stdout.write(`${total.skipped} skipped\n`);
    process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
    process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
  }

  say(`${title} (Node ${process.versions.node})`);
  return { say, step, skip, finish };
}

/**
 * Runs a program in the repository and waits for it. Its output is kept and thrown with the failure, or, with
 * `show`, also printed as it comes. Returns what it wrote and its exit code; a code outside `accept` throws, and so does
 * one that has not ended after `timeoutMs`, which is killed.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ show?: boolean, accept?: number[], cwd?: string, timeoutMs?: number }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { show = false, accept = [0], cwd = root, timeoutMs = 0 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    let output = "";
    const take = (/** @type {string} */ chunk) => {
      output += chunk;
      if (show) process.stdout.write(chunk);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", reject);
    child.on("close", (status, signal) => {
      const code = status ?? 1;
      if (signal === null && accept.includes(code)) resolve({ code, output });
      else {
        const isLate = timeoutMs > 0 && signal === "SIGKILL";
        const end = isLate ? `did not end in ${timeoutMs / 1_000} s` : undefined;
        const what = `${[command, ...args].join(" ")} ${end ?? `ended with ${signal ?? `code ${code}`}`}`;
        reject(new Error(show ? what : `${output}\n${what}`));
      }
    });
  });
}

/** Runs a JavaScript file with this very Node. @param {string} file @param {string[]} args @param {Parameters<typeof run>[2]} [options] */
export function runNode(file, args, options) {
  return run(process.execPath, [file, ...args], options);
}

/** Runs npm: the one that started us where there is one. @param {string[]} args @param {Parameters<typeof run>[2]} [options] */
export function runNpm(args, options) {
  const npm = process.env.npm_execpath;
  return npm?.endsWith("js") ? runNode(npm, args, options) : run("npm", args, options);
}

const mostFailures = 20;
const linesOfOne = 6;
const linesOfTheEnd = 15;

/**
 * The failures in a suite's output, in short: what follows a line that begins with `✗`, up to an empty line or one with
 * a `✓`; where there is none, the end of the output. A log of which only the end is kept tells what failed this way.
 *
 * @param {string} output
 * @returns {string}
 */
export function failuresOf(output) {
  const lines = output.trimEnd().split(/\r?\n/);
  const starts = lines.flatMap((line, at) => (/^\s*✗/.test(line) ? [at] : []));
  if (starts.length === 0) return lines.slice(-linesOfTheEnd).join("\n");
  const shown = starts.slice(0, mostFailures).map((start, index) => {
    const most = Math.min(starts[index + 1] ?? lines.length, start + linesOfOne);
    const rest = lines.slice(start + 1, most);
    const end = rest.findIndex((line) => line === "" || /^\s*✓/.test(line));
    return [lines[start], ...(end < 0 ? rest : rest.slice(0, end))].join("\n");
  });
  if (starts.length > shown.length) shown.push(`… and ${starts.length - shown.length} more`);
  return shown.join("\n");
}

/**
 * Reads the closing line `N passed, N failed` of a suite's output, and `N skipped` on the line before it.
 *
 * @param {string} output
 * @returns {{ passed: number, failed: number, skipped: number } | undefined}
 */
export function closingLine(output) {
  const lines = output.trimEnd().split(/\r?\n/);
  const match = /^(?:\w+: )?(\d+) passed, (\d+) failed$/.exec(lines.at(-1) ?? "");
  if (!match) return undefined;
  const skipped = /^(\d+) skipped$/.exec(lines.at(-2) ?? "");
  return { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(skipped?.[1] ?? 0) };
}

/**
 * Runs a script's own work when the script is what Node was started with, and not when a test imports it. A failure
 * is printed without its stack and sets the exit code.
 *
 * @param {ImportMeta} meta
 * @param {() => Promise<void> | void} work
 */
export async function runScript(meta, work) {
  if (!process.argv[1] || meta.url !== pathToFileURL(process.argv[1]).href) return;
  try {
    await work();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
