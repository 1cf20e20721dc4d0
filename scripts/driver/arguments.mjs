// The command line of a script: what it does not know is one clear line and exit code 2, before any work; `--help` is
// answered at once. Only `node:` built-ins (see steps.mjs).
import { parseArgs } from "node:util";

/**
 * Reads the arguments of a script, or prints why not and ends the process.
 *
 * @template {NonNullable<import("node:util").ParseArgsConfig["options"]>} const T
 * @param {string} usage what `--help` prints
 * @param {T} options as `parseArgs` of `node:util` takes them
 * @param {{ names?: readonly string[], what?: string, free?: boolean }} [positionals] the names that it takes beside options, and what they are; `free` for any
 * @param {readonly string[]} [args]
 */
export function readArguments(
  usage,
  options,
  { names = [], what = "argument", free = false } = {},
  args = process.argv.slice(2),
) {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${usage.trimEnd()}\n`);
    process.exit(0);
  }
  const known = Object.keys({ ...options, help: {} }).map((name) => `--${name}`);
  const valid = [...names, ...known].join(", ");
  try {
    const read = parseArgs({ args: [...args], options, allowPositionals: true });
    const stranger = free ? undefined : read.positionals.find((name) => !names.includes(name));
    if (stranger === undefined) return read;
    return refuse(`unknown ${what} ${JSON.stringify(stranger)}; there are ${valid}`);
  } catch (error) {
    // The first sentence says what is wrong; the others are advice on `--`.
    const text = error instanceof Error ? error.message : String(error);
    return refuse(`${text.split(". ")[0]?.replace(/\s+/g, " ")}; there are ${valid}`);
  }
}

/** Ends the process with one line and exit code 2. @param {string} message @returns {never} */
function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
