import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, parse } from "node:path";
import { createInterface } from "node:readline";
import type { Terminal } from "./terminal.js";

/** The project's own buf goes before the one that this package brings, so that versions can be pinned. */
function bufCommand(cwd: string): [string, ...string[]] {
  for (const from of [join(cwd, "package.json"), import.meta.url]) {
    const require = createRequire(from);
    let manifest: string;
    try {
      manifest = require.resolve("@bufbuild/buf/package.json");
    } catch {
      continue;
    }
    try {
      return [createRequire(manifest).resolve(platformBinary())];
    } catch {
      // Its own script knows more platforms, at the price of one more process.
      return [process.execPath, join(dirname(manifest), "bin", "buf")];
    }
  }
  throw new Error("cannot find buf; npm install --save-dev @bufbuild/buf");
}

function platformBinary(): string {
  const { platform, arch } = process;
  const cpu =
    platform === "linux" ? ({ arm64: "aarch64", arm: "armv7" }[arch as string] ?? arch) : arch;
  return `@bufbuild/buf-${platform}-${cpu}/bin/buf${platform === "win32" ? ".exe" : ""}`;
}

/** The environment of buf: plugins that npm has installed in the project are on the PATH. */
function bufEnvironment(cwd: string): NodeJS.ProcessEnv {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    const bin = join(folder, "node_modules", ".bin");
    if (existsSync(bin)) folders.push(bin);
    if (folder === parse(folder).root) break;
  }
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  return { ...process.env, [key]: [...folders, process.env[key] ?? ""].join(delimiter) };
}

/** How to run buf once. */
export interface BufRun {
  readonly args: readonly string[];
  readonly cwd: string;
  /** Where buf and plugins are looked for; the user's project. */
  readonly project: string;
  /** Takes each line of buf's output as it comes, both streams. */
  readonly onLine: (line: string) => void;
  /** Ends buf early. */
  readonly signal: AbortSignal;
}

/** Runs buf and resolves with its exit status once its output is read; 1 if a signal ended it. */
export async function runBuf(run: BufRun): Promise<number> {
  const [file, ...args] = bufCommand(run.project);
  const child = spawn(file, [...args, ...run.args], {
    cwd: run.cwd,
    env: bufEnvironment(run.project),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = (): void => void child.kill();
  run.signal.addEventListener("abort", stop, { once: true });
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on("line", run.onLine);
  }
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 1));
    });
  } finally {
    run.signal.removeEventListener("abort", stop);
  }
}

/** Runs a command of buf as it is, on this process's own streams, and resolves with its exit status. */
export async function passToBuf(args: readonly string[], terminal: Terminal): Promise<number> {
  const [file, ...before] = bufCommand(terminal.cwd);
  const child = spawn(file, [...before, ...args], {
    cwd: terminal.cwd,
    env: bufEnvironment(terminal.cwd),
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
