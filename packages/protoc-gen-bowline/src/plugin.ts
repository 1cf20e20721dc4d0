import {
  allParts,
  buildFile,
  checkMapEntries,
  type DescFile,
  Raw,
  type Representation,
  SchemaError,
  validateFile,
} from "@bowline/protobuf/internal";
import { commentsOf } from "./comments.js";
import { FileContext, type Run, wellKnown } from "./context.js";
import { generateFile, type Output } from "./generate-file.js";
import { checkMappings, mappingsOf } from "./mapped-fields.js";
import {
  createRuleUse,
  OptionError,
  type PluginOptions,
  parseOptions,
  type RuleUse,
} from "./options.js";
import { checkTypedArrays } from "./typed-arrays.js";
import { validatePath } from "./validate.js";
import { lengthOf } from "./varint.js";

/** The answer to a request, before it is serialized. */
export interface Answer {
  readonly files: readonly (Output | { readonly name: string; readonly bytes: Uint8Array })[];
  readonly error: string | undefined;
  readonly warnings: readonly string[];
}

/** The newest and the oldest edition that the generator knows, as `CodeGeneratorResponse` announces them. */
export const editions = { minimum: 998, maximum: 1002 } as const;

/** Bytes that are not a `CodeGeneratorRequest`: the plugin was not run by a compiler, or not by one that it understands. */
export class RequestError extends Error {
  constructor(detail: string) {
    super(`standard input is not a google.protobuf.compiler.CodeGeneratorRequest: ${detail}`);
    this.name = "RequestError";
  }
}

/**
 * Generates the code that a serialized `google.protobuf.compiler.CodeGeneratorRequest` asks for. What is wrong with the
 * schema or the options is the answer's `error`.
 * @throws RequestError
 */
export function generate(request: Uint8Array): Answer {
  try {
    const raw = new Raw(request);
    if (!raw.has(15)) throw new RequestError("it has no files");
    return run(raw, parseOptions(raw.string(2)));
  } catch (error) {
    if (error instanceof OptionError || error instanceof SchemaError)
      return { files: [], error: error.message, warnings: [] };
    const { detail, offset } = error as { detail?: unknown; offset?: unknown };
    // what the wire format's readers throw
    if (typeof detail === "string")
      throw new RequestError(`${detail} (at byte ${offset} of a part)`);
    throw error;
  }
}

function run(raw: Raw, options: PluginOptions): Answer {
  const rules = createRuleUse(options);
  const built = new Map<string, DescFile>();
  const generated = new Set(raw.strings(1));
  for (const bytes of raw.all(15)) {
    const desc = build(bytes, built, options, rules, generated);
    built.set(desc.name, desc);
  }
  const shared: Run = { options, rules, generated, names: new Map() };
  const files = new Map<string, Answer["files"][number]>();
  for (const name of generated) {
    const file = built.get(name);
    if (file === undefined) throw new SchemaError(name, "asked for, but not in the request");
    const comments = commentsOf(file.bytes);
    for (const output of generateFile(() => new FileContext(shared, file, comments))) {
      if (files.has(output.name))
        throw new SchemaError(name, `another file of the request gives ${output.name}, too`);
      files.set(output.name, output);
    }
  }
  if (options.descriptorSet)
    files.set("descriptor_set.binpb", {
      name: "descriptor_set.binpb",
      bytes: descriptorSet(raw.all(15)),
    });
  const warnings = rules.unused().map((rule) => `the option ${rule} matched nothing`);
  return { files: [...files.values()], error: undefined, warnings };
}

/** The descriptor of one file of the request, with those before it as its imports. */
function build(
  bytes: Uint8Array,
  built: ReadonlyMap<string, DescFile>,
  options: PluginOptions,
  rules: RuleUse,
  generated: ReadonlySet<string>,
): DescFile {
  const raw = new Raw(bytes);
  validatePath(raw.string(1));
  validateFile(bytes);
  const name = raw.string(1);
  if (built.has(name)) throw new SchemaError(name, "twice in the request");
  const dependencies = raw
    .strings(3)
    .map((path) => built.get(path))
    .filter((desc) => desc !== undefined);
  try {
    // what the runtime brings along was generated with the defaults
    const ready = wellKnown.has(name) && !generated.has(name);
    const choices = ready ? {} : representationOf(options, rules, bytes, dependencies);
    const mappings = ready ? undefined : mappingsOf(options, rules, generated.has(name));
    const parts = mappings === undefined ? allParts : { ...allParts, mappings };
    const { file } = buildFile(bytes, dependencies, parts, choices);
    checkMapEntries(file);
    checkTypedArrays(file);
    if (generated.has(name)) checkMappings(file);
    return file;
  } catch (error) {
    if (!(error instanceof Error) || error instanceof SchemaError) throw error;
    throw new SchemaError(name, error.message.replace(`${name}: `, ""));
  }
}

/** What a file's code represents otherwise than by default. */
function representationOf(
  options: PluginOptions,
  rules: RuleUse,
  bytes: Uint8Array,
  dependencies: readonly DescFile[],
): Representation {
  const openEnums: string[] = [];
  if (options.openEnums.length > 0) {
    const { file, all } = buildFile(bytes, dependencies, allParts);
    for (const desc of [...file.enums, ...all.flatMap((message) => message.enums)]) {
      const matching = options.openEnums.filter((rule) => rule.matches(desc.typeName));
      for (const rule of matching) rules.used(rule);
      if (matching.length > 0) openEnums.push(desc.typeName);
    }
  }
  return {
    ...(options.int64 === "bigint" ? {} : { int64: options.int64 }),
    ...(options.unverifiedStrings === "string"
      ? {}
      : { unverifiedStrings: options.unverifiedStrings }),
    ...(options.enums === "schema" ? {} : { enums: options.enums }),
    ...(openEnums.length === 0 ? {} : { openEnums }),
  };
}

/** A `google.protobuf.FileDescriptorSet` of serialized files. */
function descriptorSet(files: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(files.flatMap((file) => [Buffer.from([0x0a]), lengthOf(file.length), file]));
}
