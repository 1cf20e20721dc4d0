import type { DescField } from "../descriptor/model.js";
import { isBytes, wrongValue } from "../wire/write-scalar.js";
import { type AnyMessage, newMessage, typeOf, typeOfMessage, unknownSymbol } from "./codec.js";
import type { MessageType } from "./message-type.js";
import { setOwn } from "./own-property.js";
import { isPlainObject } from "./plain-object.js";
import { scalarProblem } from "./problem.js";

/** The value itself if it is a message of the type; a message made of it if it is a literal or a spread copy. */
export function asMessage(type: MessageType, value: unknown): AnyMessage {
  return typeOfMessage(value) === type ? (value as AnyMessage) : type.create(value);
}

/** A copy that shares no memory with `value`. Throws `WrongValue`, without saying where, for what a field cannot hold. */
export function copyMessage(type: MessageType, value: unknown): AnyMessage {
  const source = asMessage(type, value);
  const copy = newMessage(type);
  for (const member of type.desc.members) {
    const { localName } = member;
    const held: unknown = source[localName];
    if (held === undefined) continue;
    copy[localName] =
      member.kind === "field" ? copyField(member, held) : copyOneof(member.fields, held);
  }
  const runs = source[unknownSymbol];
  if (runs !== undefined && runs.length > 0) copy[unknownSymbol] = runs.map((run) => run.slice());
  return copy;
}

function copyOneof(fields: readonly DescField[], held: unknown): unknown {
  const { case: name, value } = held as { case: unknown; value: unknown };
  const field = fields.find((candidate) => candidate.localName === name) ?? wrongValue();
  return { case: field.localName, value: copyElement(field, value) };
}

function copyField(field: DescField, held: unknown): unknown {
  if (field.cardinality === "list") {
    if (field.typedArray?.is(held)) return held.slice();
    if (!Array.isArray(held) && !ArrayBuffer.isView(held)) wrongValue();
    const items = Array.from(held as ArrayLike<unknown>, (item) => copyElement(field, item));
    if (field.typedArray !== undefined) return field.typedArray.from(items);
    return Array.isArray(held) ? items : (held as unknown as Float64Array).slice();
  }
  if (field.cardinality === "map") {
    if (!(held instanceof Map)) wrongValue();
    const copy = new Map<unknown, unknown>();
    for (const [key, value] of held) {
      copy.set(copyElement(field.mapKey!, key), copyElement(field.mapValue!, value));
    }
    return copy;
  }
  return copyElement(field, held);
}

/** A copy of one value of a field: of a singular one, of a list's element, of a map's key or value. */
export function copyElement(field: DescField, value: unknown): unknown {
  if (field.message !== undefined) {
    const { mapping } = field;
    if (mapping !== undefined) {
      const message = mapping.toMessage(value);
      if (mapping.clone !== undefined) return mapping.clone(value);
      return mapping.toValue(copyMessage(typeOf(field.message), message));
    }
    if (field.unboxed === "wrapper") return copyElement(field.message.fieldByNumber(1)!, value);
    if (field.unboxed === "struct") return copyJsonObject(value);
    return copyMessage(typeOf(field.message), value);
  }
  if (scalarProblem(field, value) !== undefined) wrongValue();
  return isBytes(value) ? new Uint8Array(value) : value;
}

function copyJsonObject(value: unknown): object {
  if (!isPlainObject(value)) wrongValue();
  return copyJson(value) as object;
}

function copyJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyJson);
  if (isPlainObject(value)) {
    const copy = {};
    for (const [name, item] of Object.entries(value)) setOwn(copy, name, copyJson(item));
    return copy;
  }
  if (
    typeof value === "bigint" ||
    typeof value === "function" ||
    typeof value === "symbol" ||
    (typeof value === "object" && value !== null)
  )
    wrongValue();
  return value;
}
