/** The child processes of this bench: one a library and workload. */
import { fileURLToPath } from "node:url";
import { measuredCore, startProcess } from "../process.mjs";

const child = fileURLToPath(new URL("./child.mjs", import.meta.url));

/** The core that children are pinned to, or undefined where nothing can pin. */
export const core = measuredCore;

/**
 * Starts a child for one library and loads it: `info.program`, if there is one,
 * or this benchmark's own with the library's module at `url`.
 */
export async function startChild(url, info, schema, nodeFlags = []) {
  const program = info.program ? [info.program] : [process.execPath, ...nodeFlags, child];
  const { ask, stop } = startProcess(info.name, program, core);
  await ask({ do: "load", url, info, schema });
  return { info, ask, stop };
}
