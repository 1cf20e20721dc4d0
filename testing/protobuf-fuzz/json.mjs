/** JSON as a format to compare. */
import { mutateJson } from "./mutate-json.mjs";

const strictNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

export const json = {
  name: "json",
  write: (codec, message) => codec.toJson(message),
  read: (codec, text) => codec.fromJson(text),
  mutate: mutateJson,
  traits: jsonTraits,
  traitOf,
  /** Members in any order. */
  form: (text) => JSON.stringify(sorted(JSON.parse(text))),
};

function sorted(value) {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const keys = Object.keys(value).sort();
  return keys.map((key) => [key, sorted(value[key])]);
}

/** What of a document libraries are known to take differently. */
function jsonTraits(text) {
  const traits = new Set();
  if (/"-?\d{7,8}"\s*:/.test(text)) traits.add("eight-digit-key");
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g)) {
    const isQuoted = token.startsWith('"');
    const content = isQuoted ? token.slice(1, -1) : token;
    if (/^-0(\.0+)?([eE].*)?$/.test(content)) traits.add("negative-zero");
    if (!strictNumber.test(content)) continue;
    const value = Number(content);
    if (!isQuoted && Number.isInteger(value) && !Number.isSafeInteger(value))
      traits.add("wide-number");
    if (isQuoted && /[eE.]/.test(content)) traits.add("exponent-in-quotes");
    if (Math.fround(value) !== value) traits.add("no-float32");
    if (value === 0 && /^-?[0.]*[1-9]/.test(content)) traits.add("underflow");
  }
  return traits;
}

/** Why we refuse a document. */
function traitOf({ reason, message }) {
  if (reason === "BOWLINE_JSON_REQUIRED") return "required";
  if (message.includes("is not base64")) return "base64";
  if (message.includes("is no number")) return "no-number";
  if (message.includes("is not an integer")) return "no-integer";
  if (message.includes("is not a path in lowerCamelCase")) return "no-path";
  if (message.includes("is not an RFC 3339 timestamp")) return "no-timestamp";
  if (message.includes("is not a duration")) return "no-duration";
  if (message.includes("surrogate")) return "surrogate";
  return message.replace(/^.*?: /, "");
}
