import type { DescEnum, DescFile, DescMessage } from "@bowline/protobuf/internal";
import type { Comments } from "./comments.js";
import { type FileNames, fileNames, type MessageNames } from "./identifiers.js";
import { Imports } from "./imports.js";
import type { PluginOptions, RuleUse, TypeMapRule } from "./options.js";
import { moduleFrom } from "./type-map.js";

/** Files of `google/protobuf` that the runtime brings along. */
export const wellKnown: ReadonlySet<string> = new Set(
  [
    "any",
    "api",
    "descriptor",
    "duration",
    "empty",
    "field_mask",
    "source_context",
    "struct",
    "timestamp",
    "type",
    "wrappers",
  ].map((name) => `google/protobuf/${name}.proto`),
);

/** What a run knows of all files. */
export interface Run {
  readonly options: PluginOptions;
  readonly rules: RuleUse;
  /** Paths of the files to generate. */
  readonly generated: ReadonlySet<string>;
  readonly names: Map<DescFile, FileNames>;
}

/** The identifiers of a file, made once. */
export function namesOf(run: Run, file: DescFile): FileNames {
  let names = run.names.get(file);
  if (names === undefined) {
    names = fileNames(file);
    run.names.set(file, names);
  }
  return names;
}

/** What of the runtime is used for most fields. More would cost more bytes than it gains. */
const hot = new Set([
  "checkEnd",
  "checkString",
  "checkVarint",
  "cursor",
  "fieldIndex",
  "readKey",
  "readString",
  "room",
  "stringValue",
  "writeString",
]);

/** What the printing of one file shares. */
export class FileContext {
  readonly run: Run;
  readonly file: DescFile;
  readonly names: FileNames;
  readonly comments: Comments;
  readonly imports: Imports;

  constructor(run: Run, file: DescFile, comments: Comments) {
    this.run = run;
    this.file = file;
    this.comments = comments;
    this.names = namesOf(run, file);
    this.imports = new Imports(this.names.all);
  }

  /** A value of the runtime. */
  runtime(name: string): string {
    const module = this.#inProtobuf("codegen/v1");
    return hot.has(name) ? this.imports.constant(module, name) : this.imports.value(module, name);
  }

  runtimeType(name: string): string {
    return this.imports.type(this.#inProtobuf("codegen/v1"), name);
  }

  /** The mapping of a field's messages, as a value. */
  mapping(desc: DescMessage): string {
    const { target } = this.#typeMap(desc);
    if (target.kind === "runtime") return this.runtime(target.name);
    return this.imports.value(moduleFrom(this.file.name, target.module), target.name);
  }

  /** The type of what they appear as. */
  mappedType(desc: DescMessage): string {
    const { target } = this.#typeMap(desc);
    if (target.kind === "runtime") return target.type;
    const name = this.imports.type(moduleFrom(this.file.name, target.module), target.name);
    return `${this.runtimeType("MappedValue")}<typeof ${name}>`;
  }

  #typeMap(desc: DescMessage): TypeMapRule {
    return this.run.options.typeMaps.find(({ typeName }) => typeName === desc.typeName)!;
  }

  /** The conversion between `google.protobuf.Struct` and JSON objects. */
  struct(name: "readStruct" | "structObject" | "writeStruct"): string {
    return this.imports.value(this.#inProtobuf("wkt", "message/unboxed-struct"), name);
  }

  #inProtobuf(subpath: string, source = subpath): string {
    const root = this.run.options.protobufImport;
    if (root === undefined) return `@bowline/protobuf/${subpath}`;
    return `${"../".repeat(this.file.name.split("/").length - 1)}${root}/${source}.js`;
  }

  /** One of a message's identifiers, imported if it is another file's. */
  message(desc: DescMessage, which: keyof MessageNames, use: "value" | "type"): string {
    const name = namesOf(this.run, desc.file).messages.get(desc)![which];
    return this.#imported(desc.file, name, use);
  }

  enum(desc: DescEnum): string {
    return this.#imported(desc.file, namesOf(this.run, desc.file).enums.get(desc)!, "type");
  }

  /** The descriptor handle of another file. */
  handle(file: DescFile): string {
    return this.#imported(file, namesOf(this.run, file).handle, "value");
  }

  #imported(file: DescFile, name: string, use: "value" | "type"): string {
    if (file === this.file) return name;
    const module = this.#moduleOf(file);
    return use === "value" ? this.imports.value(module, name) : this.imports.type(module, name);
  }

  #moduleOf(file: DescFile): string {
    const { options, rules, generated } = this.run;
    const stem = file.name.replace(/\.proto$/, "");
    if (!generated.has(file.name)) {
      const rule = options.imports.find((candidate) =>
        candidate.matches({ path: file.name, package: file.package }),
      );
      if (rule !== undefined) {
        rules.used(rule);
        return rule.module.endsWith(".js") ? rule.module : `${rule.module}/${stem}.pb.js`;
      }
      if (wellKnown.has(file.name) && options.protobufImport === undefined)
        return "@bowline/protobuf/wkt";
      if (file.name === "bowline/options.proto") return "@bowline/protobuf/options";
    }
    const extension = { js: ".pb.js", ts: ".pb.ts", none: ".pb" }[options.importExtension];
    return relative(this.file.name, stem) + extension;
  }
}

/** The path from one file's folder to another file. */
function relative(from: string, to: string): string {
  const a = from.split("/").slice(0, -1);
  const b = to.split("/");
  let shared = 0;
  while (shared < a.length && shared < b.length - 1 && a[shared] === b[shared]) shared++;
  const up = "../".repeat(a.length - shared);
  return (up === "" ? "./" : up) + b.slice(shared).join("/");
}
