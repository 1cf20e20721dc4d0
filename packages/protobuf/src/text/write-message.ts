import type { DescField, DescMessage, DescOneof } from "../descriptor/model.js";
import { fail, inside, quoted } from "../json/failure.js";
import { type AnyMessage, typeOf, typeOfReadable } from "../message/codec.js";
import type { MessageType } from "../message/message-type.js";
import { structOf } from "../message/unboxed-struct.js";
import { isZero } from "../message/zero.js";
import { textName } from "./name.js";
import { writeAny } from "./write-any.js";
import { scalarText } from "./write-scalar.js";
import { writeUnknown } from "./write-unknown.js";
import { type Writer, writeBlock, writeLine } from "./writer.js";

/** A message, or a view of one, that reads as the type says; made from what can be made into one. */
export function messageValue(type: MessageType, value: unknown): AnyMessage {
  return (typeOfReadable(value) === type ? value : type.create(value)) as AnyMessage;
}

/** Writes the fields of a message, in the order of their numbers, then its extensions and other unknown fields. */
export function writeFields(w: Writer, desc: DescMessage, m: AnyMessage): void {
  if (desc.typeName === "google.protobuf.Any" && writeAny(w, m)) return;
  for (const member of desc.members) {
    const value: unknown = m[member.localName];
    if (value === undefined) continue;
    try {
      if (member.kind === "oneof") writeOneof(w, member, value);
      else writeField(w, member, value);
    } catch (error) {
      inside(error, `.${member.localName}`);
    }
  }
  writeUnknown(w, desc, m);
}

function writeOneof(w: Writer, oneof: DescOneof, held: unknown): void {
  const { case: name, value } = held as { readonly case?: unknown; readonly value?: unknown };
  const field =
    oneof.fields.find((candidate) => candidate.localName === name) ??
    fail(`the oneof ${oneof.localName} has no case ${quoted(name)}`);
  if (!hidden(w, field)) writeValue(w, field, value);
}

function hidden({ options }: Writer, field: DescField): boolean {
  return options.redact === true && field.redact;
}

/** Writes a field, or an extension. */
export function writeField(w: Writer, field: DescField, value: unknown): void {
  if (hidden(w, field)) return;
  if (field.cardinality === "list") return writeList(w, field, value);
  if (field.cardinality === "map")
    return writeMap(w, field, value as ReadonlyMap<unknown, unknown>);
  if (field.presence === "implicit" && isZero(field, value)) return;
  writeValue(w, field, value);
}

function writeList(w: Writer, field: DescField, list: unknown): void {
  let i = 0;
  try {
    for (const value of list as Iterable<unknown>) {
      writeValue(w, field, value);
      i++;
    }
  } catch (error) {
    inside(error, `[${i}]`);
  }
}

function writeMap(w: Writer, field: DescField, map: ReadonlyMap<unknown, unknown>): void {
  const name = textName(field);
  for (const [key, value] of [...map].sort(([a], [b]) => order(a, b))) {
    try {
      writeBlock(w, name, () => {
        writeValue(w, field.mapKey!, key);
        writeValue(w, field.mapValue!, value);
      });
    } catch (error) {
      inside(error, `[${quoted(key)}]`);
    }
  }
}

/** Numbers, strings and booleans, each by their own order. */
function order(a: unknown, b: unknown): number {
  return (a as number) < (b as number) ? -1 : 1;
}

/** Writes one value of a field. */
function writeValue(w: Writer, field: DescField, value: unknown): void {
  const { message: desc } = field;
  const name = textName(field);
  if (desc === undefined) return writeLine(w, name, scalarText(field, value));
  const m = boxed(field, desc, value);
  writeBlock(w, name, () => {
    writeFields(w, desc, m);
  });
}

function boxed(field: DescField, desc: DescMessage, value: unknown): AnyMessage {
  if (field.mapping !== undefined)
    return messageValue(typeOf(desc), field.mapping.toMessage(value));
  switch (field.unboxed) {
    case "wrapper":
      return { [desc.fields[0]!.localName]: value };
    case "struct":
      return structOf(value as never) as unknown as AnyMessage;
    default:
      return messageValue(typeOf(desc), value);
  }
}
