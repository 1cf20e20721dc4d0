import { parseArgs } from "node:util";
import { didYouMean } from "protoc-gen-bowline/nearest-name";

/** The command line cannot be understood; the command exits with 2. */
export class UsageError extends Error {
  /** The command whose help answers it, such as `generate`; undefined for `bowline` itself. */
  readonly command: string | undefined;

  constructor(message: string, command?: string) {
    super(message);
    this.name = "UsageError";
    this.command = command;
  }
}

/** The flags of a command: a `boolean` one stands alone, a `string` one takes a value. */
export type FlagSpecs = Readonly<Record<string, { type: "boolean" | "string"; short?: string }>>;

/** The flags that were given. */
export interface Flags {
  has(name: string): boolean;
  value(name: string): string | undefined;
}

/**
 * Parses the arguments of a command that takes flags and nothing else.
 *
 * @throws UsageError for an unknown flag, a flag without its value or given twice, and any other
 * argument (`noArguments` says what to do instead).
 */
export function parseFlags(
  command: string,
  args: readonly string[],
  specs: FlagSpecs,
  noArguments: string,
): Flags {
  const { tokens } = parseArgs({ args: [...args], options: specs, strict: false, tokens: true });
  const given = new Map<string, string | undefined>();
  for (const token of tokens) {
    if (token.kind === "positional") {
      throw new UsageError(`unexpected argument "${token.value}": ${noArguments}`, command);
    }
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) {
      const valid = Object.keys(specs);
      const hint = didYouMean(token.name, valid, "--");
      const list = valid.map((name) => `--${name}`).join(", ");
      throw new UsageError(
        `unknown flag "${token.rawName}"${hint}; valid flags are ${list}`,
        command,
      );
    }
    if (spec.type === "string" && !token.value) {
      throw new UsageError(`${token.rawName} needs a value`, command);
    }
    if (spec.type === "boolean" && token.value !== undefined) {
      throw new UsageError(`${token.rawName} takes no value`, command);
    }
    if (given.has(token.name)) throw new UsageError(`${token.rawName} is given twice`, command);
    given.set(token.name, token.value);
  }
  return { has: (name) => given.has(name), value: (name) => given.get(name) };
}
