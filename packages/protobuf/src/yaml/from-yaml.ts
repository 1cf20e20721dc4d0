import { JsonError, YamlError } from "../errors.js";
import { toFailure } from "../json/failure.js";
import { fromJsonString } from "../json/from-json.js";
import { limitsOf } from "../message/decode.js";
import type { MessageType } from "../message/message-type.js";
import { positionAt } from "../text/position.js";
import { createBuilder, type JsonBuilder, originOf } from "./json-builder.js";
import type { YamlReadOptions } from "./options.js";
import { parseTree } from "./tree.js";
import { addTree } from "./tree-json.js";

/**
 * Reads a message from one document of YAML 1.2 as ProtoJSON: what the core schema makes of it, every digit of a number
 * kept. Keys are text as they are written, `1:` and `true:` too, and must not occur twice. An empty document is an empty
 * message. Aliases are replaced by what they stand for; merge keys (`<<`), tags of other types than JSON has, and
 * documents of YAML 1.1 are errors.
 * @throws YamlError with the field path, and with line and column in the YAML.
 */
export function fromYaml<T>(type: MessageType<T>, yaml: string, options: YamlReadOptions = {}): T {
  if (typeof yaml !== "string") throw new TypeError("fromYaml takes a string");
  const limits = limitsOf(options.limits);
  const builder = createBuilder(limits.elementMemoryBytes);
  try {
    const { contents } = parseTree(yaml, limits.elementMemoryBytes);
    // A level of a message takes up to two of JSON, and of a Struct as many.
    if (contents !== null) addTree(builder, contents, 4 * limits.depth + 8);
    else builder.json = type.typeName === "google.protobuf.Value" ? "null" : "{}";
    return fromJsonString(type, builder.json, options);
  } catch (error) {
    throw yamlError(type, yaml, builder, error);
  }
}

function yamlError(
  { typeName }: MessageType,
  yaml: string,
  builder: JsonBuilder,
  error: unknown,
): YamlError {
  if (error instanceof JsonError) {
    const detail = detailOf(error);
    // The JSON reader finds a string that is no number when it stands behind it.
    const offset = detail.endsWith(" is no number") ? error.offset - 1 : error.offset;
    return new YamlError(
      inYaml(detail),
      {
        reason: `BOWLINE_YAML_${error.reason.slice("BOWLINE_JSON_".length) as "VALUE"}`,
        typeName,
        path: error.path,
        ...positionAt(yaml, originOf(builder, offset)),
      },
      error.cause === undefined ? {} : { cause: error.cause },
    );
  }
  // With a raised limit the stack may be full before it is reached.
  const full = error instanceof RangeError && error.message.includes("call stack");
  const failure = full ? undefined : toFailure(error);
  return new YamlError(
    failure?.detail ?? "nested deeper than the stack holds: lower limits.depth",
    {
      reason: `BOWLINE_YAML_${failure?.reason ?? "LIMIT"}`,
      typeName,
      path: failure?.path.replace(/^\./, "") ?? "",
      ...positionAt(yaml, failure?.offset ?? 0),
    },
  );
}

/** The message of a JSON error without its head, which names a place in JSON that nobody wrote. */
function detailOf({ message, typeName, path, offset }: JsonError): string {
  const end = offset < 0 ? ": " : `, at byte ${offset}: `;
  const head = `JSON of ${typeName}${path === "" ? "" : `, field ${path}`}`;
  return message.slice(message.indexOf(end, head.length) + end.length);
}

const names: Readonly<Record<string, string>> = {
  "{": "a mapping",
  "[": "a sequence",
  '\\"': "a string",
  t: "true",
  f: "false",
  n: "null",
};

/** What the JSON reader says of a character of JSON, in the words of YAML. */
function inYaml(detail: string): string {
  return detail.replace(/^expected (.*), got "(\\?.)"$/s, (_, wanted: string, got: string) => {
    const expected = wanted === '"{"' ? "a mapping" : wanted === '"["' ? "a sequence" : wanted;
    return `expected ${expected}, got ${names[got] ?? (/[-\d]/.test(got) ? "a number" : `"${got}"`)}`;
  });
}
