import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { runBuf } from "../buf.js";
import type { Terminal } from "../terminal.js";
import { planConfig } from "./config-plan.js";
import { createDiagnosticReader } from "./diagnostic.js";
import type { Plan, PluginInvocation } from "./plan.js";
import { changedFiles, takeSnapshot } from "./snapshot.js";
import { planTemplate } from "./template-plan.js";
import { ConfigError } from "./yaml-file.js";

/** The configuration file of a project: `--config`, else `bowline.yaml`, else `buf.gen.yaml`. */
export function findConfig(cwd: string, flag: string | undefined): string {
  const names = flag === undefined ? ["bowline.yaml", "buf.gen.yaml"] : [flag];
  const found = names.map((name) => resolve(cwd, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  if (flag !== undefined) throw new ConfigError(`error: no such file: ${flag}\n`);
  throw new ConfigError(
    "error: no bowline.yaml and no buf.gen.yaml here. A bowline.yaml to begin with:\n\n" +
      "  version: v1\n  inputs: [proto]\n  out: gen\n",
  );
}

/** Reads a configuration file into a plan; a file named `buf.*` is a template of buf's. */
export function makePlan(file: string, cwd: string): Plan {
  const display = relative(cwd, file) || file;
  const text = readFileSync(file, "utf8");
  const plugin: PluginInvocation = [process.execPath, pluginPath()];
  if (basename(file).startsWith("buf.")) return planTemplate(text, file, display, cwd, plugin);
  return planConfig(text, file, display, plugin);
}

/** Carries out a plan, tells the terminal how it went, and resolves with whether it succeeded. */
export async function runPlan(
  plan: Plan,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const start = performance.now();
  const before = takeSnapshot(plan.outs);
  const invocation = `${process.execPath} ${pluginPath()}`;
  const reader = createDiagnosticReader(plan.cwd, terminal.cwd, invocation);
  // Files, not arguments: a template can be longer than an argument may be.
  const folder = mkdtempSync(join(tmpdir(), "bowline-"));
  try {
    const args = ["generate", "--error-format", "json", "--template", join(folder, "buf.gen.json")];
    writeFileSync(join(folder, "buf.gen.json"), JSON.stringify(plan.template));
    if (plan.workspace !== undefined) {
      args.push("--config", join(folder, "buf.yaml"));
      writeFileSync(join(folder, "buf.yaml"), JSON.stringify(plan.workspace));
    }
    const onLine = (line: string): void => terminal.err(reader.read(line));
    const status = await runBuf({ args, cwd: plan.cwd, project: terminal.cwd, onLine, signal });
    if (signal.aborted) return false;
    const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
    if (status !== 0) {
      terminal.err(`generate failed (${seconds})\n`);
      return false;
    }
    const after = takeSnapshot(plan.outs);
    terminal.err(
      `${summary(plan, terminal.cwd, after.files.size, changedFiles(before, after).length)} (${seconds})\n`,
    );
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function summary(plan: Plan, cwd: string, total: number, changed: number): string {
  const outs = [...new Set(plan.outs)].map((out) => relative(cwd, out) || ".").join(", ");
  const files = total === 1 ? "1 file" : `${total} files`;
  if (changed === 0) return `${outs}: up to date, ${files}`;
  return `${outs}: ${changed} of ${files} written`;
}

/** The plugin that belongs to this version of the command. */
function pluginPath(): string {
  const require = createRequire(import.meta.url);
  return join(
    dirname(require.resolve("protoc-gen-bowline/package.json")),
    "bin",
    "protoc-gen-bowline.js",
  );
}
