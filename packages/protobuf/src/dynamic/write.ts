import { FieldType } from "../descriptor/model.js";
import type { AnyMessage } from "../message/codec.js";
import { writeStruct } from "../message/unboxed-struct.js";
import { varint, varintSize } from "../wire/output.js";
import {
  endMessage,
  entries,
  list as listOf,
  messageSet,
  room,
  roomBytes,
  unknownFields,
} from "../wire/write-message.js";
import * as packed from "../wire/write-packed.js";
import * as scalar from "../wire/write-scalar.js";
import type { Element, FieldPlan, Plan } from "./plan.js";

/** Bytes that are kept free for a tag, a scalar and a length that grows. */
const slack = 64;

/** What generated `write` methods do, from a plan. `m` has been made a message of the type. */
export function writeFields(plan: Plan, m: AnyMessage, p: number): number {
  if (!plan.ready) plan.compile();
  const { writes } = plan;
  for (let i = 0; i < writes.length; i++) {
    const { name, field, cases } = writes[i]!;
    const x: unknown = m[name];
    if (field === undefined) {
      if (x !== undefined) p = writeOneof(cases!, x as { case: unknown; value: unknown }, p);
    } else if (field.key !== undefined) p = writeMap(field, x, p);
    else if (field.list) p = writeList(field, x, p);
    else if (field.implicit ? notZero(field.element, x) : x !== undefined)
      p = writeElement(field, x, p);
  }
  return plan.messageSet ? messageSet(m, p) : unknownFields(m, p);
}

function notZero(element: Element, x: unknown): boolean {
  switch (element.type) {
    case FieldType.DOUBLE:
    case FieldType.FLOAT:
      return !Object.is(x, 0);
    case FieldType.BYTES:
      return (x as Uint8Array).length !== 0 || !scalar.isBytes(x);
    default:
      return x !== element.zero;
  }
}

function writeOneof(
  cases: ReadonlyMap<unknown, FieldPlan>,
  selected: { readonly case: unknown; readonly value: unknown },
  p: number,
): number {
  return writeElement(cases.get(selected.case) ?? scalar.wrongValue(), selected.value, p);
}

function writeList(field: FieldPlan, value: unknown, p: number): number {
  const list = listOf(value as readonly unknown[]);
  if (!field.packed) {
    for (let i = 0; i < list.length; i++) p = writeElement(field, list[i], p);
    return p;
  }
  if (list.length === 0) return p;
  p = varint(room(p, slack), p, ((field.number << 3) | 2) >>> 0);
  p =
    field.typed === undefined
      ? writePacked(field.element, list as never[], p)
      : field.typed.write(p, list as never[]);
  room(p, slack);
  return p;
}

/** One element with its tag. */
function writeElement(field: FieldPlan, x: unknown, p: number): number {
  const { element } = field;
  if (element.type === FieldType.MESSAGE) return writeMessage(field, x as AnyMessage, p);
  const b = roomFor(element.type, x, p);
  return writeScalar(element, b, varint(b, p, element.tag >>> 0), x);
}

/** Bytes at most of a string or bytes. What is neither is refused when it is written. */
function lengthOf(type: FieldType, x: unknown): number {
  if (type === FieldType.STRING) return typeof x === "string" ? x.length * 3 : 0;
  return type === FieldType.BYTES && scalar.isBytes(x) ? x.length : 0;
}

/** Bytes that an encode to chunks does not copy need little room. */
function roomFor(type: FieldType, x: unknown, p: number): Uint8Array {
  const n = lengthOf(type, x);
  return type === FieldType.BYTES ? roomBytes(p, n, slack) : room(p, n + slack);
}

function writeMessage(field: FieldPlan, x: AnyMessage, p: number): number {
  const { element } = field;
  const { messageClass } = element;
  p = varint(room(p, slack), p, element.tag >>> 0);
  if (element.group) {
    p = messageClass.write(x, p);
    p = varint(room(p, slack), p, element.endTag >>> 0);
  } else {
    const s = p;
    const g = field.lengthBytes;
    if (field.unboxed === "struct") p = writeStruct(x, p + g);
    else if (field.unboxed === undefined) p = messageClass.write(x, p + g);
    else {
      const wrapper = new messageClass();
      wrapper["value"] = x;
      p = messageClass.write(wrapper, p + g);
    }
    const n = p - s - g;
    p = endMessage(s, g, p);
    field.lengthBytes = varintSize(n);
  }
  room(p, slack);
  return p;
}

function writeMap(field: FieldPlan, value: unknown, p: number): number {
  const key = field.key!;
  const { element } = field;
  const tag = ((field.number << 3) | 2) >>> 0;
  for (const [k, v] of entries(value as Map<unknown, unknown>)) {
    let b = room(p, 2 * slack + lengthOf(key.type, k) + lengthOf(element.type, v));
    p = varint(b, p, tag);
    const s = p++;
    p = writeScalar(key, b, varint(b, p, key.tag), k);
    p = varint(b, p, element.tag);
    if (element.type === FieldType.MESSAGE) {
      const q = p;
      p = endMessage(q, 1, element.messageClass.write(v as AnyMessage, p + 1));
      b = room(p, slack);
    } else p = writeScalar(element, b, p, v);
    p = endMessage(s, 1, p);
    room(p, slack);
  }
  return p;
}

function wide(element: Element, x: unknown): bigint {
  return element.int64 === "bigint" ? (x as bigint) : scalar.toBigInt(x as string);
}

function writeScalar(element: Element, b: Uint8Array, p: number, x: unknown): number {
  switch (element.type) {
    case FieldType.STRING:
      return scalar.string(b, p, x as string);
    case FieldType.BYTES:
      return scalar.bytes(b, p, x as Uint8Array);
    case FieldType.INT32:
    case FieldType.ENUM:
      return scalar.int32(b, p, x as number);
    case FieldType.BOOL:
      return scalar.bool(b, p, x as boolean);
    case FieldType.UINT32:
      return scalar.uint32(b, p, x as number);
    case FieldType.SINT32:
      return scalar.sint32(b, p, x as number);
    case FieldType.DOUBLE:
      return scalar.double(b, p, x as number);
    case FieldType.FLOAT:
      return scalar.float(b, p, x as number);
    case FieldType.FIXED32:
      return scalar.fixed32(b, p, x as number);
    case FieldType.SFIXED32:
      return scalar.sfixed32(b, p, x as number);
    case FieldType.INT64:
      return scalar.int64(b, p, wide(element, x));
    case FieldType.UINT64:
      return scalar.uint64(b, p, wide(element, x));
    case FieldType.SINT64:
      return scalar.sint64(b, p, wide(element, x));
    case FieldType.FIXED64:
      return scalar.fixed64(b, p, wide(element, x));
    default:
      return scalar.sfixed64(b, p, wide(element, x));
  }
}

function writePacked(element: Element, list: readonly never[], p: number): number {
  switch (element.type) {
    case FieldType.INT32:
    case FieldType.ENUM:
      return packed.packedInt32(p, list);
    case FieldType.UINT32:
      return packed.packedUint32(p, list);
    case FieldType.SINT32:
      return packed.packedSint32(p, list);
    case FieldType.BOOL:
      return packed.packedBool(p, list);
    case FieldType.DOUBLE:
      return packed.packedDouble(p, list);
    case FieldType.FLOAT:
      return packed.packedFloat(p, list);
    case FieldType.FIXED32:
      return packed.packedFixed32(p, list);
    case FieldType.SFIXED32:
      return packed.packedSfixed32(p, list);
    default:
      return writePackedWide(element, list, p);
  }
}

function writePackedWide(element: Element, list: readonly never[], p: number): number {
  const wideList: readonly bigint[] =
    element.int64 === "bigint" ? list : (list as readonly (string | number)[]).map(scalar.toBigInt);
  switch (element.type) {
    case FieldType.INT64:
      return packed.packedInt64(p, wideList);
    case FieldType.UINT64:
      return packed.packedUint64(p, wideList);
    case FieldType.SINT64:
      return packed.packedSint64(p, wideList);
    case FieldType.FIXED64:
      return packed.packedFixed64(p, wideList);
    default:
      return packed.packedSfixed64(p, wideList);
  }
}
