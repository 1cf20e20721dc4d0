import { relative } from "node:path";
import { optionsHelp } from "protoc-gen-bowline/options";
import { parseFlags } from "../command-line.js";
import type { Terminal } from "../terminal.js";
import { findConfig, makePlan, runPlan } from "./run.js";
import { createChangeWatcher } from "./watch.js";
import { ConfigError } from "./yaml-file.js";

const help = `Generate TypeScript from .proto files.

Usage: bowline generate [flags]

Runs buf with protoc-gen-bowline as bowline.yaml says, or else buf.gen.yaml:

  version: v1
  inputs: [proto]               # folders of .proto files, or descriptor sets
  imports: [vendor]             # folders in which imports are found, no code generated
  exclude: [proto/old]          # folders of the inputs that are left out
  out: gen                      # where the code goes (default gen)
  options: { int64: bigint }    # options of the plugin, see below
  clean: true                   # empty the out folder first (default false)
  include_imports: true         # code for imported files too (default false)
  plugins: []                   # further plugins, as in buf.gen.yaml

Flags:
      --config FILE  the configuration; a file named buf.* is a buf.gen.yaml
      --watch        generate again whenever a .proto file or the configuration changes
  -h, --help         show this text

Options of the plugin:
${optionsHelp}`;

const flags = {
  config: { type: "string" },
  watch: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** `bowline generate`. Resolves with its exit status. */
export async function generateCommand(
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const given = parseFlags("generate", args, flags, "inputs go into bowline.yaml");
  if (given.has("help")) {
    terminal.out(help);
    return 0;
  }
  if (given.has("watch")) return generateForever(given.value("config"), terminal);
  const never = new AbortController().signal;
  return (await generateOnce(given.value("config"), terminal, never, () => {})) ? 0 : 1;
}

/** Generates and says how it went; `planned` learns what to watch. Resolves with whether it succeeded. */
async function generateOnce(
  config: string | undefined,
  terminal: Terminal,
  signal: AbortSignal,
  planned: (watched: readonly string[]) => void,
): Promise<boolean> {
  try {
    const plan = makePlan(findConfig(terminal.cwd, config), terminal.cwd);
    planned(plan.watched);
    return await runPlan(plan, terminal, signal);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    terminal.err(error.message);
    return false;
  }
}

/** Generates after every change until the user interrupts, which is success. */
async function generateForever(config: string | undefined, terminal: Terminal): Promise<number> {
  const controller = new AbortController();
  const release = terminal.onInterrupt(() => controller.abort());
  try {
    const watcher = createChangeWatcher(controller.signal);
    // A configuration that is wrong says nothing of what to watch: then what was watched before.
    let roots: readonly string[] = [findConfig(terminal.cwd, config)];
    for (;;) {
      watcher.note(roots);
      await generateOnce(config, terminal, controller.signal, (watched) => {
        if (watched.join("\n") === roots.join("\n")) return;
        roots = watched;
        watcher.note(roots);
      });
      if (!controller.signal.aborted) terminal.err("watching for changes; Ctrl-C ends\n");
      const changed = await watcher.next();
      if (controller.signal.aborted) return 0;
      const names = changed.slice(0, 3).map((path) => relative(terminal.cwd, path));
      const more = changed.length > 3 ? ` and ${changed.length - 3} more` : "";
      terminal.err(`changed: ${names.join(", ")}${more}\n`);
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    terminal.err(error.message);
    return 1;
  } finally {
    controller.abort();
    release();
  }
}
