import { didYouMean } from "./nearest-name.js";
import { OptionError } from "./option-error.js";
import { type TypeMapRule, typeMapRules, typeMapShape } from "./type-map.js";

export { OptionError } from "./option-error.js";
export type { TypeMapRule } from "./type-map.js";

/** How a plain `key=value` option may read: its values, the first one being the default. */
interface ChoiceSpec {
  readonly values: readonly [string, ...string[]];
  readonly about: string;
}

const choices = {
  target: {
    values: ["ts", "js"],
    about: "TypeScript, or JavaScript with declarations (.js and .d.ts)",
  },
  import_extension: {
    values: ["js", "ts", "none"],
    about: "what relative imports of generated files end in",
  },
  int64: {
    values: ["bigint", "string", "number"],
    about: "the type of 64-bit integers; a field's own jstype goes first",
  },
  services: {
    values: ["rpc", "none"],
    about: "service descriptors for @bowline/rpc, or none",
  },
  views: {
    values: ["true", "false"],
    about: "write a view type (UserView) beside each message type",
  },
  unknown_fields: {
    values: ["keep", "drop"],
    about: "what decoding does with unknown fields",
  },
  unverified_strings: {
    values: ["string", "bytes"],
    about: "the type of string fields whose utf8_validation is NONE (bytes: Uint8Array)",
  },
  enums: {
    values: ["schema", "open"],
    about: "open or closed as the schema says, or every enum open",
  },
  descriptor_set: {
    values: ["false", "true"],
    about: "write descriptor_set.binpb, a FileDescriptorSet, beside the code",
  },
} as const satisfies Record<string, ChoiceSpec>;

/** Options that take a free value; `repeated` ones may be given more than once. */
const others = {
  open_enum: {
    shape: "pkg.EnumName or pkg.*",
    about: "an enum, or every enum below a package, that is open whatever the schema says",
    repeated: true,
  },
  map_type: {
    shape: typeMapShape,
    about: "the messages of a type appear in fields as other values, by a mapping",
    repeated: true,
  },
  import_map: {
    shape: "GLOB:MODULE",
    about: "import the code of the .proto files that match from a package, not a relative path",
    repeated: true,
  },
  package_map: {
    shape: "PACKAGE:MODULE",
    about: "the same by protobuf package; PACKAGE.* takes the packages below too",
    repeated: true,
  },
  protobuf_import: {
    shape: "PATH",
    about: "internal: the runtime's folder from the output folder, inside @bowline/protobuf itself",
    repeated: false,
  },
} as const;

type ChoiceName = keyof typeof choices;
type Choice<Name extends ChoiceName> = (typeof choices)[Name]["values"][number];

/** A rule that says where the code of some `.proto` files is imported from. */
export interface ImportRule {
  /** The rule as it was written, `import_map=…` or `package_map=…`, for messages. */
  readonly text: string;
  /** Whether the rule takes a file, by its path (`import_map`) or its package (`package_map`). */
  readonly matches: (file: ProtoFileName) => boolean;
  /** A module specifier: the root under which the files lie, or one module when it ends in `.js`. */
  readonly module: string;
}

/** A rule that makes enums open. */
export interface OpenEnumRule {
  /** The rule as it was written, `open_enum=…`, for messages. */
  readonly text: string;
  /** Whether the rule takes the enum of this full name. */
  readonly matches: (enumName: string) => boolean;
}

/** What a rule looks at in a `.proto` file. */
export interface ProtoFileName {
  /** The path by which it is imported: `google/api/http.proto`. */
  readonly path: string;
  /** The protobuf package, `""` for none. */
  readonly package: string;
}

/** The options of `protoc-gen-bowline`, every one with its value. */
export interface PluginOptions {
  /** TypeScript, or JavaScript with declarations. */
  readonly target: "ts" | "js";
  /** What relative imports end in. */
  readonly importExtension: "js" | "ts" | "none";
  /** The type of 64-bit integers where a field has no `jstype`. */
  readonly int64: "bigint" | "string" | "number";
  /** Whether service descriptors for `@bowline/rpc` are written. */
  readonly services: "rpc" | "none";
  /** Whether a view type is written beside each message type. */
  readonly views: boolean;
  /** What decoding does with unknown fields. */
  readonly unknownFields: "keep" | "drop";
  /** The type of string fields with `utf8_validation = NONE`. */
  readonly unverifiedStrings: "string" | "bytes";
  /** Open or closed as the schema says, or every enum open. */
  readonly enums: "schema" | "open";
  /** Whether a FileDescriptorSet is written beside the code. */
  readonly descriptorSet: boolean;
  /** Enums to be open beside what `enums` says, in the order given. */
  readonly openEnums: readonly OpenEnumRule[];
  /** Types whose messages appear as other values. */
  readonly typeMaps: readonly TypeMapRule[];
  /** The rules of `import_map` in the order given, then those of `package_map`: the first that matches decides. */
  readonly imports: readonly ImportRule[];
  /** Internal: where `@bowline/protobuf`'s own generated files find the runtime. */
  readonly protobufImport: string | undefined;
}

type Rule = ImportRule | OpenEnumRule | TypeMapRule;

/** Remembers which rules of the options have matched something. */
export interface RuleUse {
  /** Notes that the rule has matched. */
  used(rule: Rule): void;
  /** The texts of the rules that have matched nothing, in the order given. */
  unused(): string[];
}

/** Creates the record of which rules of `options` have matched, for the warning at the end of a run. */
export function createRuleUse(options: PluginOptions): RuleUse {
  const unused = new Set<Rule>([...options.imports, ...options.openEnums, ...options.typeMaps]);
  return {
    used: (rule) => void unused.delete(rule),
    unused: () => [...unused].map((rule) => rule.text),
  };
}

/**
 * The module from which the code of a `.proto` file is imported according to `import_map` and
 * `package_map`, or undefined where no rule takes the file. The first rule that matches decides.
 */
export function mappedModule(
  options: PluginOptions,
  file: ProtoFileName,
  use: RuleUse,
): string | undefined {
  const rule = options.imports.find((candidate) => candidate.matches(file));
  if (rule === undefined) return undefined;
  use.used(rule);
  if (rule.module.endsWith(".js")) return rule.module;
  return `${rule.module.replace(/\/$/, "")}/${file.path.replace(/\.proto$/, "")}.pb.js`;
}

/** Whether the options make the enum of this full name open. Every rule that matches counts as used. */
export function isOpenByOption(options: PluginOptions, enumName: string, use: RuleUse): boolean {
  const rules = options.openEnums.filter((rule) => rule.matches(enumName));
  for (const rule of rules) use.used(rule);
  return options.enums === "open" || rules.length > 0;
}

/**
 * Parses the parameter of a plugin request: `key=value,key=value`. Spaces around an entry and empty
 * entries are ignored; `open_enum`, `map_type`, `import_map` and `package_map` may be repeated.
 *
 * @throws OptionError for an unknown option, a value that the option does not take (both name the
 * valid ones), and an option given twice.
 */
export function parseOptions(parameter: string): PluginOptions {
  const chosen = new Map<string, string>();
  const rules = {
    open_enum: [] as string[],
    map_type: [] as string[],
    import_map: [] as string[],
    package_map: [] as string[],
  };
  for (const entry of parameter.split(",")) {
    if (entry.trim() === "") continue;
    const at = entry.indexOf("=");
    const name = (at < 0 ? entry : entry.slice(0, at)).trim();
    const value = at < 0 ? "" : entry.slice(at + 1).trim();
    checkName(name);
    if (at < 0 || value === "") throw missingValue(name);
    if (name in rules) {
      rules[name as keyof typeof rules].push(value);
    } else if (chosen.has(name)) {
      throw new OptionError(name, `option "${name}" is given twice; give it once`);
    } else {
      if (isChoice(name)) checkValue(name, value);
      chosen.set(name, value);
    }
  }
  const choice = <Name extends ChoiceName>(name: Name): Choice<Name> =>
    (chosen.get(name) ?? choices[name].values[0]) as Choice<Name>;
  return {
    target: choice("target"),
    importExtension: choice("import_extension"),
    int64: choice("int64"),
    services: choice("services"),
    views: choice("views") === "true",
    unknownFields: choice("unknown_fields"),
    unverifiedStrings: choice("unverified_strings"),
    enums: choice("enums"),
    descriptorSet: choice("descriptor_set") === "true",
    openEnums: rules.open_enum.map(openEnumRule),
    typeMaps: typeMapRules(rules.map_type),
    imports: [...rules.import_map.map(importMapRule), ...rules.package_map.map(packageMapRule)],
    protobufImport: chosen.get("protobuf_import"),
  };
}

/** The options as a text for a person: every name with its values, the default first. */
export const optionsHelp: string = helpText();

function helpText(): string {
  const rows = [
    ...Object.entries(choices).map(([name, { values, about }]) => ({
      head: `${name}=${values.join("|")}`,
      about: `${about} (default ${values[0]})`,
    })),
    ...Object.entries(others).map(([name, { shape, about, repeated }]) => ({
      head: `${name}=${shape}`,
      about: repeated ? `${about} (repeatable)` : about,
    })),
  ];
  const width = Math.max(...rows.map(({ head }) => head.length));
  return rows.map(({ head, about }) => `  ${head.padEnd(width)}  ${about}\n`).join("");
}

function isChoice(name: string): name is ChoiceName {
  return Object.hasOwn(choices, name);
}

function checkName(name: string): void {
  if (isChoice(name) || Object.hasOwn(others, name)) return;
  const names = [...Object.keys(choices), ...Object.keys(others)];
  const valid = names.filter((candidate) => candidate !== "protobuf_import");
  throw new OptionError(
    name,
    `unknown option "${name}"${didYouMean(name, valid)}; valid options are ${valid.join(", ")}`,
  );
}

function checkValue(name: ChoiceName, value: string): void {
  const values: readonly string[] = choices[name].values;
  if (values.includes(value)) return;
  throw new OptionError(
    name,
    `option "${name}" does not take "${value}"${didYouMean(value, values)}; valid values are ${values.join(", ")}`,
  );
}

function missingValue(name: string): OptionError {
  const want = isChoice(name)
    ? choices[name].values.map((value) => `${name}=${value}`).join(" or ")
    : `${name}=${others[name as keyof typeof others].shape}`;
  return new OptionError(name, `option "${name}" needs a value: ${want}`);
}

function openEnumRule(value: string): OpenEnumRule {
  const text = `open_enum=${value}`;
  const matches = nameMatcher(value, false);
  if (matches !== undefined) return { text, matches };
  throw new OptionError(
    "open_enum",
    `option "open_enum" does not take "${value}"; expected the full name of an enum (pkg.EnumName) or pkg.*`,
  );
}

function importMapRule(value: string): ImportRule {
  const [glob, module] = splitMapping("import_map", value);
  const pattern = globPattern(glob);
  return { text: `import_map=${value}`, module, matches: ({ path }) => pattern.test(path) };
}

function packageMapRule(value: string): ImportRule {
  const [name, module] = splitMapping("package_map", value);
  const matches = nameMatcher(name, true);
  if (matches === undefined) {
    throw new OptionError(
      "package_map",
      `option "package_map" does not take "${value}"; "${name}" is no package name: expected pkg or pkg.*`,
    );
  }
  return { text: `package_map=${value}`, module, matches: (file) => matches(file.package) };
}

/** Splits `PATTERN:MODULE` at the first colon (no path or package has one; `npm:x` as a module does). */
function splitMapping(option: "import_map" | "package_map", value: string): [string, string] {
  const at = value.indexOf(":");
  const pattern = value.slice(0, at).trim();
  const module = value.slice(at + 1).trim();
  if (at < 0 || pattern === "" || module === "") {
    throw new OptionError(
      option,
      `option "${option}" does not take "${value}"; expected ${others[option].shape}, such as ${
        option === "import_map" ? "google/api/*.proto" : "google.api"
      }:@acme/google-api`,
    );
  }
  // A relative module would mean another file from every output folder.
  if (!/^[\w@~#:][\w@~#:/.+-]*$/.test(module)) {
    throw new OptionError(
      option,
      `option "${option}" does not take the module "${module}"; expected the name of a package, such as @acme/google-api, and a path in it if need be`,
    );
  }
  return [pattern, module];
}

/** `a.b` matches that name, `a.b.*` every name below (and `a.b` itself if `withSelf`); undefined for neither form. */
function nameMatcher(pattern: string, withSelf: boolean): ((name: string) => boolean) | undefined {
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(\.\*)?$/.test(pattern)) return undefined;
  if (!pattern.endsWith(".*")) return (name) => name === pattern;
  const prefix = pattern.slice(0, -1);
  return (name) => name.startsWith(prefix) || (withSelf && `${name}.` === prefix);
}

/** `*` and `?` stay within a part of the path, `**` spans parts. */
function globPattern(glob: string): RegExp {
  const source = glob
    .split("/")
    .map((part, index, parts) => {
      const last = index === parts.length - 1;
      if (part === "**") return last ? ".*" : "(?:[^/]+/)*";
      const body = part
        .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
        .replace(/\*+/g, "[^/]*")
        .replace(/\?/g, "[^/]");
      return last ? body : `${body}/`;
    })
    .join("");
  return new RegExp(`^${source}$`);
}
