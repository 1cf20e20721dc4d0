/** Child processes of the benches: pinned to a core, asked by lines of JSON, one question at a time. */
import { spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";

const canPin = process.platform === "linux" && spawnSync("taskset", ["-V"]).status === 0;

/** The core that is measured on, or undefined where nothing can pin. */
export const measuredCore = canPin ? availableParallelism() - 1 : undefined;

/** Another core, for what makes the load; undefined where nothing can pin or there is only one. */
export const loadCore =
  canPin && availableParallelism() > 1 ? availableParallelism() - 2 : undefined;

/** The command line that runs a command on a core. */
export function pinned(command, core) {
  return core === undefined ? command : ["taskset", "-c", String(core), ...command];
}

/**
 * Starts a program that answers each line of JSON on standard input with one line on standard output,
 * `{ result }` or `{ error }`.
 */
export function startProcess(name, command, core) {
  const [program, ...args] = pinned(command, core);
  const running = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const exited = new Promise((resolve) => running.once("exit", resolve));
  const lines = createInterface({ input: running.stdout })[Symbol.asyncIterator]();
  const ask = async (request) => {
    running.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name}: the process ended with code ${await exited}`);
    const answer = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(`${name}: ${answer.error}`);
    return answer.result ?? undefined;
  };
  running.stdin.on("error", () => {});
  const stop = () => {
    running.stdin.end();
    return exited;
  };
  return { name, ask, stop };
}

/** The child's side: answers each line with what `handle` returns. Returns when standard input ends. */
export async function answerRequests(handle) {
  const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      answer({ result: await handle(JSON.parse(line)) });
    } catch (error) {
      answer({ error: error?.stack ?? String(error) });
    }
  }
}
