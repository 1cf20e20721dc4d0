import { createRequire } from "node:module";
import { didYouMean } from "protoc-gen-bowline/nearest-name";
import { passToBuf } from "./buf.js";
import { UsageError } from "./command-line.js";
import { generateCommand } from "./generate/command.js";
import type { Terminal } from "./terminal.js";

const help = `bowline: from a .proto file to production traffic

Usage: bowline <command> [flags]

Commands:
  generate   generate TypeScript from .proto files (bowline.yaml or buf.gen.yaml)
  lint       check .proto files for style: buf lint
  breaking   check .proto files for breaking changes: buf breaking

Flags:
  -h, --help      show this text; after a command, that command's
      --version   show the version
`;

type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["generate", generateCommand],
  ["lint", (args, terminal) => passToBuf(["lint", ...args], terminal)],
  ["breaking", (args, terminal) => passToBuf(["breaking", ...args], terminal)],
]);

/**
 * Runs the `bowline` command line and resolves with its exit status: 0 for success, 1 for a command
 * that failed, 2 for a command line that is not understood.
 */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) {
      terminal.err(`bowline: ${error instanceof Error ? error.message : String(error)}\n`);
      return 1;
    }
    const command = error.command === undefined ? "bowline" : `bowline ${error.command}`;
    terminal.err(`${command}: ${error.message}\nSee ${command} --help.\n`);
    return 2;
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    terminal.err(help);
    return 2;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    terminal.out(help);
    return 0;
  }
  if (name === "--version") {
    terminal.out(`bowline ${version()}\n`);
    return 0;
  }
  const command = commands.get(name);
  if (command !== undefined) return command(rest, terminal);
  if (name.startsWith("-")) {
    const hint = didYouMean(name, ["help", "version"], "--");
    throw new UsageError(`unknown flag "${name}"${hint}; valid flags are --help, --version`);
  }
  const names = [...commands.keys()];
  throw new UsageError(
    `unknown command "${name}"${didYouMean(name, names)}; commands are ${names.join(", ")}`,
  );
}

function version(): string {
  const manifest: { version: string } = createRequire(import.meta.url)("../package.json");
  return manifest.version;
}
