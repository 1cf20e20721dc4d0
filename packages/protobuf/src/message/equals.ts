import { type DescField, FieldType } from "../descriptor/model.js";
import { isBytes, wrongValue } from "../wire/write-scalar.js";
import { type AnyMessage, typeOf, unknownSymbol } from "./codec.js";
import { asMessage } from "./copy.js";
import { explained } from "./explain.js";
import type { MessageType } from "./message-type.js";
import { unknownFields } from "./unknown-fields.js";

/** Options of {@link equals}. */
export interface EqualsOptions {
  /** Compare only the fields that the schema knows. Extensions are unknown fields. Default false. */
  readonly ignoreUnknownFields?: boolean;
}

/**
 * Whether two messages say the same: NaN equals NaN, −0 differs from 0, the order of maps does not matter, a field that
 * is set to its default differs from an unset one where presence is explicit. Numbers of `float` fields are compared as
 * 32-bit floats. Unknown fields count, number by number in their order, however they were split by other fields.
 * Takes messages, init literals and spread copies.
 * @throws EncodeError naming the path of a value whose shape does not fit its field.
 */
export function equals<T, I>(
  type: MessageType<T, I>,
  a: NoInfer<T | I>,
  b: NoInfer<T | I>,
  options?: EqualsOptions,
): boolean {
  const unknown = options?.ignoreUnknownFields !== true;
  return explained(type, [a, b], () => sameMessage(type, a, b, unknown));
}

function sameMessage(type: MessageType, left: unknown, right: unknown, unknown: boolean): boolean {
  if (left === right) return true;
  const a = asMessage(type, left);
  const b = asMessage(type, right);
  for (const member of type.desc.members) {
    const x: unknown = a[member.localName];
    const y: unknown = b[member.localName];
    if (x === y && x !== 0) continue;
    if (x === undefined || y === undefined) return false;
    const same =
      member.kind === "field"
        ? sameField(member, x, y, unknown)
        : sameOneof(member.fields, x as Selected, y as Selected, unknown);
    if (!same) return false;
  }
  return !unknown || sameUnknown(a, b);
}

interface Selected {
  readonly case: unknown;
  readonly value: unknown;
}

function sameOneof(
  fields: readonly DescField[],
  a: Selected,
  b: Selected,
  unknown: boolean,
): boolean {
  const field = fields.find((candidate) => candidate.localName === a.case) ?? wrongValue();
  return a.case === b.case && sameElement(field, a.value, b.value, unknown);
}

function sameField(field: DescField, a: unknown, b: unknown, unknown: boolean): boolean {
  if (field.cardinality === "list") {
    const x = listOf(a);
    const y = listOf(b);
    if (x.length !== y.length) return false;
    for (let i = 0; i < x.length; i++) if (!sameElement(field, x[i], y[i], unknown)) return false;
    return true;
  }
  if (field.cardinality === "map") {
    if (!(a instanceof Map) || !(b instanceof Map)) return wrongValue();
    if (a.size !== b.size) return false;
    for (const [key, value] of a) {
      if (!b.has(key) || !sameElement(field.mapValue!, value, b.get(key), unknown)) return false;
    }
    return true;
  }
  return sameElement(field, a, b, unknown);
}

function listOf(value: unknown): ArrayLike<unknown> {
  if (Array.isArray(value)) return value;
  return ArrayBuffer.isView(value) ? (value as Float64Array) : wrongValue();
}

/** Whether two values of a field are the same: of a singular one, of lists' elements, of map values. */
export function sameElement(field: DescField, a: unknown, b: unknown, unknown: boolean): boolean {
  if (field.message !== undefined) {
    const { mapping } = field;
    if (mapping !== undefined) {
      const [x, y] = [mapping.toMessage(a), mapping.toMessage(b)];
      return mapping.equals?.(a, b) ?? sameMessage(typeOf(field.message), x, y, unknown);
    }
    if (field.unboxed === "wrapper")
      return sameElement(field.message.fieldByNumber(1)!, a, b, unknown);
    if (field.unboxed === "struct") return sameJson(a, b);
    return sameMessage(typeOf(field.message), a, b, unknown);
  }
  switch (field.type) {
    case FieldType.DOUBLE:
      return Object.is(a, b);
    case FieldType.FLOAT:
      return Object.is(Math.fround(a as number), Math.fround(b as number));
    default:
      return a === b || (isBytes(a) && isBytes(b) && sameBytes(a, b));
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  if (Array.isArray(b)) return false;
  // undefined is a value without a kind, which is written
  const x = Object.entries(a);
  const y = new Map(Object.entries(b));
  return (
    x.length === y.size && x.every(([name, item]) => y.has(name) && sameJson(item, y.get(name)))
  );
}

/** Fields of different numbers may stand in any order; those of one number may not. */
function sameUnknown(a: AnyMessage, b: AnyMessage): boolean {
  if (a[unknownSymbol] === undefined && b[unknownSymbol] === undefined) return true;
  const x = byNumber(a);
  const y = byNumber(b);
  if (x.length !== y.length) return false;
  return x.every(
    (field, i) => field.number === y[i]!.number && sameBytes(field.bytes, y[i]!.bytes),
  );
}

function byNumber(message: AnyMessage): { readonly number: number; readonly bytes: Uint8Array }[] {
  return [...unknownFields(message)].sort((p, q) => p.number - q.number);
}
