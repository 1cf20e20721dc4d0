/**
 * The ways into our decoders. Each is given an input and touches everything that comes out of it; it returns false for an
 * input that is refused, and throws what it should not.
 */
import { fromYaml, toYaml } from "@bowline/protobuf/yaml";
import { mutate } from "./mutate.mjs";
import { mutateJson } from "./mutate-json.mjs";
import { mutateTextFormat } from "./mutate-text.mjs";
import { mutateYaml } from "./mutate-yaml.mjs";

const refused = {
  messages: "DecodeError",
  validated: "DecodeError",
  lazy: "DecodeError",
  dynamic: "DecodeError",
  json: "JsonError",
  text: "TextError",
  yaml: "YamlError",
};

const bytesOf = (type, value) =>
  type.ours.type.encode(type.ours.make(value), { allowPartial: true });

const viewFiles = [/\/view\//, /\.pb\.js$/];

/** `sample` makes an input of a random value, `run` puts one through, `files` are whose branches
 * count, and `functions` those of generated files. */
export const paths = {
  messages: {
    sample: bytesOf,
    mutate,
    run: (type, bytes, options) => roundTrip(type.ours.type, bytes, options),
    files: [/\/wire\/(read-|unknown|cursor|ascii)/, /\/message\/decode\.js/, /\.pb\.js$/],
    functions: /^read$/,
  },
  validated: {
    sample: bytesOf,
    mutate,
    run: validated,
    files: viewFiles,
    functions: /^(get |\$)/,
  },
  lazy: {
    sample: bytesOf,
    mutate,
    run: (type, bytes, options) =>
      touch(type, type.view.decode(bytes, { ...options, validate: "on-access" }), options),
    files: viewFiles,
    functions: /^(get |\$)/,
  },
  dynamic: {
    sample: bytesOf,
    mutate,
    run: (type, bytes, options) => roundTrip(type.dynamic.type, bytes, options),
    files: [/\/dynamic\//, /\/wire\/(read-|unknown|cursor|ascii)/],
  },
  json: {
    sample: (type, value) => type.ours.toJson(type.ours.make(value)),
    mutate: mutateJson,
    run: (type, json, options) => type.ours.fromJson(json, options),
    files: [/\/json\/(read|tokenizer|from-json|kind|base64|failure)/, /\/wkt\/\w+-text/],
  },
  text: {
    sample: (type, value) => type.ours.toText(type.ours.make(value)),
    mutate: mutateTextFormat,
    run: (type, document, options) => type.ours.fromText(document, options),
    files: [/\/text\/(read|tokenizer|from-text|name|skip|string|bracketed|extension)/],
  },
  yaml: {
    sample: (type, value) => toYaml(type.ours.type, type.ours.make(value)),
    mutate: mutateYaml,
    run: (type, document, options) => fromYaml(type.ours.type, document, options),
    files: [/\/dist\/yaml\//],
    // its parser takes ten times as long
    share: 0.2,
  },
};

const partial = { allowPartial: true };

/** Options that decodes are given in turn: small limits, so that inputs reach them. */
export const variants = [
  partial,
  partial,
  partial,
  partial,
  partial,
  partial,
  {},
  { ...partial, keepUnknownFields: false, ignoreUnknownFields: true, ignoreUnknown: true },
  { ...partial, ignoreUnknownFields: true, ignoreUnknown: true },
  { ...partial, limits: { depth: 2 } },
  { ...partial, limits: { unknownFields: 1 }, ignoreUnknownFields: true, ignoreUnknown: true },
  { ...partial, limits: { elementMemoryBytes: 900 } },
];

/** What was read can be written, and read again. */
function roundTrip(type, bytes, options) {
  const message = type.decode(bytes, options);
  if ((bytes.length & 15) === 0) type.decode(type.encode(message, partial), partial);
}

/** A view that was validated must not fail any more, whatever is read of it. */
function validated(type, bytes, options) {
  const view = type.view.decode(bytes, options);
  try {
    touch(type, view, options);
  } catch (cause) {
    throw new Error("a validated view failed when it was read", { cause });
  }
}

/** Reads all of a view, as fields, as a message and as bytes. */
function touch(type, view, options) {
  type.ours.neutral(view, type.model);
  view.$toMessage();
  type.view.encode(view, options);
}

/** Puts an input through a path: whether it was accepted. What is no promised refusal is thrown. */
export function accepts(name, type, input, options) {
  try {
    paths[name].run(type, input, options);
    return true;
  } catch (error) {
    if (error.name === refused[name] && error.cause === undefined) return false;
    throw error;
  }
}
