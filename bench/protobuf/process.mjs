/** The parent's side of a child process: one question at a time. */
import { spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const child = fileURLToPath(new URL("./child.mjs", import.meta.url));
const hasTaskset = process.platform === "linux" && spawnSync("taskset", ["-V"]).status === 0;

/** The core that children are pinned to, or undefined where nothing can pin. */
export const core = hasTaskset ? availableParallelism() - 1 : undefined;

/** Starts a child for one library and loads it. */
export async function startChild(url, info, nodeFlags = []) {
  const node = [process.execPath, ...nodeFlags, child];
  const [command, ...args] = core === undefined ? node : ["taskset", "-c", String(core), ...node];
  const running = spawn(command, args, {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    serialization: "advanced",
  });
  const ask = (request) =>
    new Promise((resolve, reject) => {
      const onExit = (code) =>
        reject(new Error(`${info.name}: the process ended with code ${code}`));
      running.once("exit", onExit);
      running.once("message", (answer) => {
        running.off("exit", onExit);
        if (answer.error === undefined) resolve(answer.result);
        else reject(new Error(`${info.name}: ${answer.error}`));
      });
      running.send(request);
    });
  await ask({ do: "load", url, info });
  const stop = () =>
    new Promise((resolve) => running.once("exit", resolve) && running.disconnect());
  return { info, ask, stop };
}
