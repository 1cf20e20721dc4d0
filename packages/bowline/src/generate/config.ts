import { OptionError, parseOptions } from "protoc-gen-bowline/options";
import { isScalar, isSeq, type Node } from "yaml";
import { type MappingEntry, parseYamlFile, readMapping, type YamlFile } from "./yaml-file.js";

/** A path in `bowline.yaml`, with what turns a complaint about it into an error at its place. */
export interface ConfigPath {
  readonly path: string;
  error(message: string): Error;
}

/** What `bowline.yaml` says, checked as far as the file alone can tell. Paths are as written. */
export interface Config {
  /** Folders of `.proto` files, or descriptor sets. */
  readonly inputs: readonly ConfigPath[];
  /** Folders in which imports are found, for which no code is generated. */
  readonly imports: readonly ConfigPath[];
  /** Folders of the inputs that are left out. */
  readonly exclude: readonly ConfigPath[];
  /** The folder of the generated code. */
  readonly out: ConfigPath;
  /** The plugin's options, `key=value` each. */
  readonly options: readonly string[];
  readonly clean: boolean;
  readonly includeImports: boolean;
  /** Further plugins, as buf takes them. */
  readonly plugins: readonly Record<string, unknown>[];
}

const keys = [
  "version",
  "inputs",
  "imports",
  "exclude",
  "out",
  "options",
  "clean",
  "include_imports",
  "plugins",
];

/**
 * Reads the text of a `bowline.yaml`; `path` is how messages show it.
 *
 * @throws ConfigError with the place of the first thing that is wrong.
 */
export function parseConfig(text: string, path: string): Config {
  const file = parseYamlFile(text, path);
  const top = readMapping(file, file.root, "bowline.yaml", keys);
  const version = top.get("version");
  if (version === undefined) throw file.error(file.root, 'the line "version: v1" is missing');
  if (scalar(version.value) !== "v1") {
    throw file.error(version.value, 'unknown version; this bowline reads "version: v1"');
  }
  const inputs = top.get("inputs");
  if (inputs === undefined) {
    throw file.error(
      file.root,
      "inputs is missing: folders of .proto files, such as inputs: [proto]",
    );
  }
  const paths = readPaths(file, inputs, "inputs");
  if (paths.length === 0) throw file.error(inputs.value, "inputs is empty");
  return {
    inputs: paths,
    imports: readPaths(file, top.get("imports"), "imports"),
    exclude: readPaths(file, top.get("exclude"), "exclude"),
    out: readOut(file, top.get("out")),
    options: readOptions(file, top.get("options")),
    clean: readBoolean(file, top.get("clean"), "clean"),
    includeImports: readBoolean(file, top.get("include_imports"), "include_imports"),
    plugins: readPlugins(file, top.get("plugins")),
  };
}

function scalar(node: Node | null | undefined): unknown {
  return isScalar(node) ? node.value : undefined;
}

function readPaths(file: YamlFile, entry: MappingEntry | undefined, key: string): ConfigPath[] {
  if (entry === undefined) return [];
  if (!isSeq(entry.value)) {
    throw file.error(entry.value ?? entry.key, `${key} must be a list of paths, such as [proto]`);
  }
  return (entry.value.items as Node[]).map((node) => {
    const path = scalar(node);
    if (typeof path !== "string" || path === "") {
      throw file.error(node, `${key} must hold paths, each a text`);
    }
    return { path, error: (message: string) => file.error(node, message) };
  });
}

function readOut(file: YamlFile, entry: MappingEntry | undefined): ConfigPath {
  const path = entry === undefined ? "gen" : scalar(entry.value);
  const node = entry?.value ?? entry?.key ?? file.root;
  if (typeof path !== "string" || path === "") {
    throw file.error(node, "out must be the path of a folder");
  }
  return { path, error: (message: string) => file.error(node, message) };
}

function readBoolean(file: YamlFile, entry: MappingEntry | undefined, key: string): boolean {
  if (entry === undefined) return false;
  const value = scalar(entry.value);
  if (typeof value === "boolean") return value;
  throw file.error(entry.value ?? entry.key, `${key} must be true or false`);
}

function readOptions(file: YamlFile, entry: MappingEntry | undefined): string[] {
  if (entry === undefined) return [];
  const options: string[] = [];
  for (const [name, { key, value }] of readMapping(file, entry.value ?? entry.key, "options")) {
    const nodes = isSeq(value) ? (value.items as Node[]) : [value];
    for (const node of nodes) options.push(readOption(file, name, key, node));
  }
  return options;
}

function readOption(file: YamlFile, name: string, key: Node, node: Node | null): string {
  const value = scalar(node);
  if (value === undefined || value === null || String(value).includes(",")) {
    throw file.error(
      node ?? key,
      `option "${name}" must be a text without a comma, or a list of such`,
    );
  }
  try {
    parseOptions(`${name}=${value}`);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw file.error(
      error.message.startsWith("unknown option") ? key : (node ?? key),
      error.message,
    );
  }
  return `${name}=${value}`;
}

function readPlugins(file: YamlFile, entry: MappingEntry | undefined): Record<string, unknown>[] {
  if (entry === undefined) return [];
  if (!isSeq(entry.value)) {
    throw file.error(
      entry.value ?? entry.key,
      "plugins must be a list of plugins as in buf.gen.yaml",
    );
  }
  return (entry.value.items as Node[]).map((node) => {
    readMapping(file, node, "a plugin");
    return file.value(node) as Record<string, unknown>;
  });
}
