/** The text format as a format to compare. */
import { mutateTextFormat } from "./mutate-text.mjs";

export const text = {
  name: "text",
  write: (codec, message) => codec.toText(message),
  read: (codec, document) => codec.fromText(document),
  mutate: mutateTextFormat,
  traits: textTraits,
  traitOf,
  // writers are free to lay out, order and spell as they like
  form: () => "",
};

/** What of a document libraries are known to take differently. */
function textTraits(document) {
  const traits = new Set();
  if (/key\s*:\s*-?\d{7,8}\b/.test(document)) traits.add("eight-digit-key");
  if (document.includes("\ufeff")) traits.add("byte-order-mark");
  if (/-\s*nan/i.test(document)) traits.add("minus-nan");
  for (const [token] of document.matchAll(/\d*\.?\d+(?:[eE][+-]?\d+)?/g))
    if (Math.fround(Number(token)) !== Number(token)) traits.add("no-float32");
  return traits;
}

/** Why we refuse a document. */
function traitOf({ reason, message }) {
  if (reason === "BOWLINE_TEXT_REQUIRED") return "required";
  if (message.includes("the field occurs twice")) return "twice";
  if (message.includes("has no field")) return "unknown-name";
  if (message.includes("not valid UTF-8")) return "utf8";
  if (message.includes("surrogate")) return "surrogate";
  if (/expected the end of the string, got "\\u00[01]/.test(message)) return "control";
  return message.replace(/^.*?: /, "");
}
