import { checkRequired } from "../json/required.js";
import { limitsOf } from "../message/decode.js";
import type { MessageType } from "../message/message-type.js";
import { guarded } from "./failure.js";
import type { TextReadOptions } from "./options.js";
import { emptyMessage, readFields } from "./read-message.js";
import type { Reader } from "./tokenizer.js";

/**
 * Reads a message from text format: fields by name, `Any` and extensions through `options.registry`. A singular field
 * that occurs twice, or two fields of one oneof, are errors; of two map entries with one key the last one counts.
 * @throws TextError with the field path, and with line and column in the text.
 */
export function fromText<T>(type: MessageType<T>, text: string, options: TextReadOptions = {}): T {
  if (typeof text !== "string") throw new TypeError("fromText takes a string");
  const limits = limitsOf(options.limits);
  const r: Reader = {
    text,
    options,
    // Editors may put a byte order mark in front.
    p: text.charCodeAt(0) === 0xfeff ? 1 : 0,
    depth: limits.depth,
    unknown: limits.unknownFields,
    memory: limits.elementMemoryBytes,
  };
  return guarded(type, r, () => {
    const message = emptyMessage(r, type.desc);
    readFields(r, type.desc, message, 0);
    if (options.allowPartial !== true) checkRequired(type, message, r.p);
    return message as T;
  });
}
