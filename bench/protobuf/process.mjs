/** The parent's side of a child process: one question at a time. */
import { spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const child = fileURLToPath(new URL("./child.mjs", import.meta.url));
const hasTaskset = process.platform === "linux" && spawnSync("taskset", ["-V"]).status === 0;

/** The core that children are pinned to, or undefined where nothing can pin. */
export const core = hasTaskset ? availableParallelism() - 1 : undefined;

/**
 * Starts a child for one library and loads it: `info.program`, if there is one,
 * or this benchmark's own with the library's module at `url`.
 */
export async function startChild(url, info, schema, nodeFlags = []) {
  const program = info.program ? [info.program] : [process.execPath, ...nodeFlags, child];
  const [command, ...args] =
    core === undefined ? program : ["taskset", "-c", String(core), ...program];
  const running = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const exited = new Promise((resolve) => running.once("exit", resolve));
  const lines = createInterface({ input: running.stdout })[Symbol.asyncIterator]();
  const ask = async (request) => {
    running.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${info.name}: the process ended with code ${await exited}`);
    const answer = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(`${info.name}: ${answer.error}`);
    return answer.result ?? undefined;
  };
  running.stdin.on("error", () => {});
  await ask({ do: "load", url, info, schema });
  const stop = () => {
    running.stdin.end();
    return exited;
  };
  return { info, ask, stop };
}
