import { typeOf } from "../message/codec.js";
import { limitsOf } from "../message/decode.js";
import type { MessageType } from "../message/message-type.js";
import type { ViewType } from "../view/view-type.js";
import { guarded } from "./failure.js";
import type { TextWriteOptions } from "./options.js";
import { messageValue, writeFields } from "./write-message.js";
import type { Writer } from "./writer.js";

/**
 * Writes a message, a view, an init literal or a spread copy in text format, with a line break behind each field; map
 * entries in the order of their keys. LEGACY_REQUIRED fields may be missing.
 * @throws TextError with the field path of a value that the field cannot hold.
 */
export function toText<T, I>(
  type: MessageType<T, I>,
  message: I,
  options?: TextWriteOptions,
): string;
export function toText<V>(type: ViewType<V>, view: NoInfer<V>, options?: TextWriteOptions): string;
export function toText(
  type: MessageType | ViewType,
  message: unknown,
  options: TextWriteOptions = {},
): string {
  const { indent = 2, singleLine = false } = options;
  if (!(indent >= 0 && indent <= 10))
    throw new TypeError("options.indent is a number from 0 to 10");
  const w: Writer = {
    options,
    text: "",
    unit: singleLine ? "" : " ".repeat(indent),
    start: "",
    end: singleLine ? " " : "\n",
    depth: limitsOf(options.limits).depth,
  };
  const { desc } = type;
  guarded(type, undefined, () => {
    writeFields(w, desc, messageValue(typeOf(desc), message));
  });
  return singleLine ? w.text.trimEnd() : w.text;
}
