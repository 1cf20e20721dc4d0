import { didYouMean } from "protoc-gen-bowline/nearest-name";
import { isMap, isScalar, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { renderExcerpt } from "./excerpt.js";

/** A configuration that cannot be used; the message is complete: place, what is wrong, source line. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}

/** A parsed YAML file whose nodes know their place. */
export interface YamlFile {
  /** The top node; null for an empty file. */
  readonly root: Node | null;
  /** The plain value of a node. */
  value(node: Node): unknown;
  /** An error at a node (the top of the file for none). */
  error(node: Node | null | undefined, message: string): ConfigError;
}

/**
 * Parses a YAML file; `path` is how messages show it.
 *
 * @throws ConfigError for the first syntax error, a duplicate key included.
 */
export function parseYamlFile(text: string, path: string): YamlFile {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const errorAt = (start: number, end: number, message: string): ConfigError => {
    const { line, col } = counter.linePos(Math.min(start, text.length));
    const source = text.split(/\r?\n/)[line - 1] ?? "";
    const length = Math.min(Math.max(1, end - start), Math.max(1, source.length - col + 1));
    return new ConfigError(renderExcerpt({ path, line, column: col, length }, message, source));
  };
  const failure = document.errors[0];
  if (failure !== undefined) throw errorAt(failure.pos[0], failure.pos[1], failure.message);
  return {
    root: document.contents as Node | null,
    value: (node) => node.toJS(document),
    error: (node, message) => {
      const [start, end] = node?.range ?? [0, 1];
      return errorAt(start, end, message);
    },
  };
}

/** The entries of a mapping by key. @throws ConfigError if the node is none or has other keys than `valid`. */
export function readMapping(
  file: YamlFile,
  node: Node | null | undefined,
  what: string,
  valid?: readonly string[],
): Map<string, MappingEntry> {
  if (!isMap(node)) throw file.error(node, `${what} must be a mapping (key: value)`);
  const entries = new Map<string, MappingEntry>();
  for (const pair of node.items as Pair<Node, Node | null>[]) {
    const key = isScalar(pair.key) ? String(pair.key.value) : "";
    if (valid !== undefined && !valid.includes(key)) {
      const hint = didYouMean(key, valid);
      throw file.error(pair.key, `unknown key "${key}"${hint}; valid keys are ${valid.join(", ")}`);
    }
    entries.set(key, { key: pair.key, value: pair.value });
  }
  return entries;
}

/** A key of a mapping and its value, with their places. */
export interface MappingEntry {
  readonly key: Node;
  readonly value: Node | null;
}
