import { buildFile, type DescFile, Raw, type Representation } from "@bowline/protobuf/internal";
import { commentsOf } from "./comments.js";
import { FileContext, type Run } from "./context.js";
import { generateFile, type Output } from "./generate-file.js";
import { createRuleUse, OptionError, type PluginOptions, parseOptions } from "./options.js";

/** The answer to a request, before it is serialized. */
export interface Answer {
  readonly files: readonly (Output | { readonly name: string; readonly bytes: Uint8Array })[];
  readonly error: string | undefined;
  readonly warnings: readonly string[];
}

/** The newest and the oldest edition that the generator knows, as `CodeGeneratorResponse` announces them. */
export const editions = { minimum: 998, maximum: 1002 } as const;

/** Generates the code that a serialized `google.protobuf.compiler.CodeGeneratorRequest` asks for. */
export function generate(request: Uint8Array): Answer {
  try {
    const raw = new Raw(request);
    return run(raw, parseOptions(raw.string(2)));
  } catch (error) {
    if (error instanceof OptionError) return { files: [], error: error.message, warnings: [] };
    throw error;
  }
}

function run(raw: Raw, options: PluginOptions): Answer {
  const rules = createRuleUse(options);
  const built = new Map<string, DescFile>();
  for (const bytes of raw.all(15)) {
    const file = new Raw(bytes);
    const dependencies = file.strings(3).map((name) => built.get(name)).filter((desc) => desc !== undefined);
    let desc: DescFile;
    try {
      desc = buildFile(bytes, dependencies, representationOf(options, rules, bytes, dependencies)).file;
    } catch (error) {
      return { files: [], error: (error as Error).message, warnings: [] };
    }
    built.set(desc.name, desc);
  }
  const generated = new Set(raw.strings(1));
  const shared: Run = { options, rules, generated, names: new Map() };
  const files: (Answer["files"][number])[] = [];
  for (const name of generated) {
    const file = built.get(name);
    if (file === undefined) return { files: [], error: `${name} was asked for, but is not in the request`, warnings: [] };
    const comments = commentsOf(file.bytes);
    files.push(...generateFile(() => new FileContext(shared, file, comments)));
  }
  if (options.descriptorSet) files.push({ name: "descriptor_set.binpb", bytes: descriptorSet(raw.all(15)) });
  const warnings = rules.unused().map((rule) => `the option ${rule} matched nothing`);
  return { files, error: undefined, warnings };
}

/** What a file's code represents otherwise than by default. */
function representationOf(
  options: PluginOptions,
  rules: ReturnType<typeof createRuleUse>,
  bytes: Uint8Array,
  dependencies: readonly DescFile[],
): Representation {
  const openEnums: string[] = [];
  if (options.openEnums.length > 0) {
    const { file, all } = buildFile(bytes, dependencies);
    for (const desc of [...file.enums, ...all.flatMap((message) => message.enums)]) {
      const matching = options.openEnums.filter((rule) => rule.matches(desc.typeName));
      matching.forEach((rule) => rules.used(rule));
      if (matching.length > 0) openEnums.push(desc.typeName);
    }
  }
  return {
    ...(options.int64 === "bigint" ? {} : { int64: options.int64 }),
    ...(options.unverifiedStrings === "string" ? {} : { unverifiedStrings: options.unverifiedStrings }),
    ...(options.enums === "schema" ? {} : { enums: options.enums }),
    ...(openEnums.length === 0 ? {} : { openEnums }),
  };
}

/** A `google.protobuf.FileDescriptorSet` of serialized files. */
function descriptorSet(files: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(files.flatMap((file) => [Buffer.from([0x0a]), lengthOf(file.length), file]));
}

/** A length as a varint. */
export function lengthOf(n: number): Uint8Array {
  const bytes: number[] = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) + 128);
  return Uint8Array.from([...bytes, n]);
}
