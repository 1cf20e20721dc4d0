import type { DescMessage } from "../descriptor/model.js";
import { concat } from "../descriptor/raw.js";
import { DecodeError } from "../errors.js";
import { inside } from "../json/failure.js";
import { type AnyMessage, typeOf, unknownSymbol } from "../message/codec.js";
import { getExtension, hasExtension } from "../message/extension-access.js";
import { parseFields, type UnknownField, unknownFields } from "../message/unknown-fields.js";
import { writeField } from "./write-message.js";
import { bytesText } from "./write-scalar.js";
import { type Writer, writeBlock, writeLine } from "./writer.js";

/** Writes the extensions that the registry knows by their names, and if it is asked for all other fields by their numbers. */
export function writeUnknown(w: Writer, desc: DescMessage, m: AnyMessage): void {
  const { registry, redact, unknownFields: isAsked } = w.options;
  if (registry === undefined && !isAsked) return;
  const holder = desc.messageSet ? withItems(desc, m) : m;
  const fields = unknownFields(holder);
  const isShown = new Map<number, boolean>();
  for (const { number } of registry === undefined ? [] : fields) {
    if (!isShown.has(number)) isShown.set(number, writeExtension(w, desc, holder, number));
  }
  if (!isAsked || redact) return;
  for (const field of fields) if (isShown.get(field.number) !== true) writeNumbered(w, field);
}

/** A MessageSet with its items as extensions, however it was decoded: it has nothing but unknown fields. */
function withItems(desc: DescMessage, m: AnyMessage): AnyMessage {
  const runs = m[unknownSymbol] ?? [];
  return typeOf(desc).decode(concat(runs), { messageSet: true }) as AnyMessage;
}

/** Whether the registry knows the extension, and its bytes are of its type. */
function writeExtension(w: Writer, desc: DescMessage, m: AnyMessage, number: number): boolean {
  const extension = w.options.registry!.extensionByNumber(desc.typeName, number);
  if (extension === undefined || !hasExtension(m, extension)) return false;
  try {
    writeField(w, extension.desc, getExtension(m, extension, { limits: { depth: w.depth } }));
  } catch (error) {
    inside(error, extension.desc.jsonName);
  }
  return true;
}

/** Levels to which bytes that could be a message are taken for one. */
const maxGuesses = 10;

function writeNumbered(w: Writer, field: UnknownField, guesses: number = maxGuesses): void {
  const { number, wireType, data } = field;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  switch (wireType) {
    case 0:
      return writeLine(w, number, String(varint(data)));
    case 1:
      return writeLine(w, number, hex(view.getBigUint64(0, true), 16));
    case 5:
      return writeLine(w, number, hex(view.getUint32(0, true), 8));
    case 3:
      return writeAll(w, number, fieldsIn(data)!, guesses);
    default: {
      const fields = guesses > 0 && data.length > 0 ? fieldsIn(data) : undefined;
      if (fields === undefined) writeLine(w, number, bytesText(data));
      else writeAll(w, number, fields, guesses - 1);
    }
  }
}

function writeAll(
  w: Writer,
  number: number,
  fields: readonly UnknownField[],
  guesses: number,
): void {
  writeBlock(w, number, () => {
    for (const field of fields) writeNumbered(w, field, guesses);
  });
}

/** The fields of a message, `undefined` if the bytes are none. */
function fieldsIn(bytes: Uint8Array): readonly UnknownField[] | undefined {
  const fields: UnknownField[] = [];
  try {
    parseFields({}, bytes, fields);
    return fields;
  } catch (error) {
    if (!DecodeError.is(error)) throw error;
    return undefined;
  }
}

function varint(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const [i, byte] of bytes.entries()) value |= BigInt(byte & 127) << BigInt(7 * i);
  return BigInt.asUintN(64, value);
}

function hex(value: number | bigint, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}
