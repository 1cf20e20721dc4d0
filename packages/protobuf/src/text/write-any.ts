import { DecodeError } from "../errors.js";
import type { AnyMessage } from "../message/codec.js";
import type { MessageType } from "../message/message-type.js";
import { typeNameOf } from "./bracketed-name.js";
import { writeFields } from "./write-message.js";
import { stringText } from "./write-scalar.js";
import { type Writer, writeBlock, writeLine } from "./writer.js";

/**
 * Writes what an `Any` holds behind its type URL, if the registry knows the type and the bytes are one of it. False: it
 * has to be written as its two fields.
 */
export function writeAny(w: Writer, { typeUrl, value }: AnyMessage): boolean {
  const name = typeNameOf(String(typeUrl));
  const type = name === undefined ? undefined : w.options.registry?.message(name);
  const inner = type && decoded(w, type, value);
  if (inner !== undefined) {
    writeBlock(w, `[${typeUrl}]`, () => {
      writeFields(w, type!.desc, inner);
    });
    return true;
  }
  if (!w.options.redact) return false;
  // What is in the bytes may be secret by a schema that is not at hand.
  if (typeUrl !== "") writeLine(w, "type_url", stringText(String(typeUrl)));
  return true;
}

function decoded(w: Writer, type: MessageType, value: Uint8Array): AnyMessage | undefined {
  const limits = { ...w.options.limits, depth: Math.max(0, w.depth - 1) };
  try {
    return type.decode(value, { allowPartial: true, limits }) as AnyMessage;
  } catch (error) {
    if (DecodeError.is(error) && error.reason !== "BOWLINE_DECODE_LIMIT") return undefined;
    throw error;
  }
}
