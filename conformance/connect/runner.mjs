/** Starts the runner, and collects what it and the programs under test say. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configFor, engineSetting } from "./config.mjs";
import { cache, programs } from "./paths.mjs";

/** Reports go to a folder that is named by this variable; see `src/report.ts`. */
const reportsVariable = "BOWLINE_CONFORMANCE_REPORTS";

/**
 * Runs the suite once. A run that names its files, configuration and command by itself (`name`, `config`, `command`) needs
 * no Node. Whatever hangs is ended, with everything that was started.
 * @returns {Promise<{ log: string, reports: string, ending: string | undefined }>} how it ended, if not well
 */
export async function runSuite(runner, node, run, { patterns = [], flags = [], timeoutMs, show }) {
  const name = run.name ?? [run.node, run.role, run.engine].filter(Boolean).join("-");
  const config = join(cache, `${name}.yaml`);
  const reports = join(cache, "reports", name);
  rmSync(reports, { recursive: true, force: true });
  writeFileSync(config, run.config ?? configFor(run));
  const parallel = run.role === "server" ? ["-p", "8"] : [];
  const args = [
    ["--mode", run.role, "--conf", config, ...parallel, "--max-servers", "2", "-v", ...flags],
    ...patterns.map((pattern) => ["--run", pattern]),
    ...(patterns.length > 0 ? [] : run.skip.map((pattern) => ["--skip", pattern])),
    ["--", ...(run.command ?? [node, programs[run.role]])],
  ].flat();
  const child = spawn(runner, args, {
    cwd: cache,
    env: { ...process.env, BOWLINE_HTTP2: engineSetting(run), [reportsVariable]: reports },
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
  const ending = await ended(child, timeoutMs);
  writeFileSync(join(cache, `${name}.log`), log);
  return { log, reports, ending };
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
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  clearTimeout(timer);
  process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  end("SIGKILL");
  if (timedOut) return `it did not end within ${timeoutMs / 1000} s`;
  return code === 0 ? undefined : `the runner ended with code ${code}`;
}

/** What the programs under test said of themselves. */
export function readReports(folder) {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
}
