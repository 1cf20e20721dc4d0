/** Starts the runner and reads what it counted. */
import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configFor } from "./config.mjs";
import { cache, programs } from "./paths.mjs";

/** Reports go to a folder that is named by this variable; see `src/report.ts`. */
const reportsVariable = "BOWLINE_CONFORMANCE_REPORTS";

/**
 * Runs the suite once. Whatever hangs is ended, with everything that was started.
 * @returns {Promise<{ log: string, reports: string, timedOut: boolean }>}
 */
export async function runSuite(runner, node, run, { patterns = [], flags = [], timeoutMs, show }) {
  const config = join(cache, `${run.node}-${run.role}.yaml`);
  const reports = join(cache, "reports", `${run.node}-${run.role}`);
  rmSync(reports, { recursive: true, force: true });
  writeFileSync(config, configFor(run));
  const parallel = run.role === "server" ? ["-p", "4"] : [];
  const args = [
    ["--mode", run.role, "--conf", config, ...parallel, "--max-servers", "2", "-v", ...flags],
    ...patterns.map((pattern) => ["--run", pattern]),
    ...(patterns.length > 0 ? [] : run.skip.map((pattern) => ["--skip", pattern])),
    ["--", node, programs[run.role]],
  ].flat();
  const child = spawn(runner, args, {
    cwd: cache,
    env: { ...process.env, [reportsVariable]: reports },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own, so that the programs under test end with it.
    detached: true,
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk) => {
      log += chunk;
      if (show) process.stdout.write(chunk);
    });
  const timedOut = await ended(child, timeoutMs);
  writeFileSync(join(cache, `${run.node}-${run.role}.log`), log);
  return { log, reports, timedOut };
}

async function ended(child, timeoutMs) {
  const end = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  };
  const interrupted = () => {
    end("SIGKILL");
    process.exit(130);
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    end("SIGKILL");
  }, timeoutMs);
  await new Promise((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  clearTimeout(timer);
  process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  end("SIGKILL");
  return timedOut;
}

/** The runner's closing counts; `undefined` where it did not come so far. */
export function countsOf(log) {
  const found = /^Total cases: (\d+)\n(\d+) passed, (\d+) failed/m.exec(log);
  if (found === null) return undefined;
  const [total, passed, failed] = found.slice(1).map(Number);
  const unrun = Number(/^Another (\d+) could not be run/m.exec(log)?.[1] ?? 0);
  const excused = Number(/^\(Another (\d+) failed as expected/m.exec(log)?.[1] ?? 0);
  return { total, passed, failed, unrun, excused };
}

/** The failed cases with what the runner says of each, in short; the end of the log where it broke down. */
export function problemsOf(log) {
  const failures = log.split(/^FAILED: /m).slice(1);
  const shown = failures.slice(0, 40).map((text) => {
    const [name, ...why] = text.split("\n");
    const reasons = why.filter((line) => line.startsWith("\t")).slice(0, 3);
    return [`✗ ${name}`, ...reasons].join("\n").slice(0, 600);
  });
  if (failures.length > shown.length) shown.push(`… and ${failures.length - shown.length} more`);
  if (countsOf(log) === undefined) shown.push(...log.trimEnd().split("\n").slice(-15));
  return shown;
}
