import { FieldType } from "../descriptor/model.js";
import type { AnyMessage } from "../message/codec.js";
import { readStruct } from "../message/unboxed-struct.js";
import { cursor as c, overBudget, tooDeep, truncated } from "../wire/cursor.js";
import { key as readKey } from "../wire/read-key.js";
import * as packed from "../wire/read-packed.js";
import { bytes, string } from "../wire/read-string.js";
import { appendTyped } from "../wire/read-typed.js";
import * as scalar from "../wire/read-varint.js";
import { keepUnknown, keepUnknownVarint, skip, unknown } from "../wire/unknown.js";
import { messageSetItem } from "../wire/write-message.js";
import { Action, type Element, type FieldPlan, type Plan, type Slot } from "./plan.js";

/** What generated `read` methods do, from a plan: the same values, budget, errors and offsets. */
export function readFields(
  plan: Plan,
  b: Uint8Array,
  p: number,
  e: number,
  d: number,
  m: AnyMessage,
  g: number,
): void {
  if (!plan.ready) plan.compile();
  if (d < 0) tooDeep(p);
  charge(plan.memory, p);
  const { near, far } = plan;
  while (p < e) {
    const s = p;
    let t = b[p++]!;
    if (t > 127) {
      t = scalar.tag(b, p, t);
      p = c.p;
    }
    const slot = t >= 0 && t < near.length ? near[t] : far.get(t);
    if (slot !== undefined) {
      p = readSlot(slot, b, s, p, e, d, m);
    } else if (t === 11 && plan.messageSet) {
      p = messageSetItem(b, s, p, e, d, m);
    } else if (t === g) {
      c.p = p;
      return;
    } else {
      p = unknown(b, s, p, e, t, d, m);
    }
  }
  if (p !== e || g !== -1) truncated(e);
}

function charge(bytesUsed: number, p: number): void {
  if ((c.memory -= bytesUsed) < 0) overBudget(p);
}

function readSlot(
  slot: Slot,
  b: Uint8Array,
  s: number,
  p: number,
  e: number,
  d: number,
  m: AnyMessage,
): number {
  const { action, field } = slot;
  const { name, element } = field;
  switch (action) {
    case Action.SET:
      m[name] = readScalar(element, b, p, e);
      return c.p;
    case Action.ONEOF:
      m[name] = { case: field.caseName, value: readScalar(element, b, p, e) };
      return c.p;
    case Action.PUSH:
      if (element.wireType !== 2) charge(element.charge, p);
      m[name].push(readScalar(element, b, p, e));
      return c.p;
    case Action.MESSAGE:
      return readBody(element, b, p, e, d, (m[name] ??= new element.messageClass()));
    case Action.MESSAGE_PUSH: {
      const x = new element.messageClass();
      p = readBody(element, b, p, e, d, x);
      m[name].push(x);
      return p;
    }
    case Action.MESSAGE_ONEOF: {
      const o = m[name];
      const x: AnyMessage =
        o !== undefined && o.case === field.caseName ? o.value : new element.messageClass();
      p = readBody(element, b, p, e, d, x);
      m[name] = { case: field.caseName, value: x };
      return p;
    }
    case Action.WRAPPER: {
      const x = new element.messageClass();
      if (m[name] !== undefined) x["value"] = m[name];
      p = readBody(element, b, p, e, d, x);
      m[name] = x["value"];
      return p;
    }
    case Action.STRUCT: {
      const z = scalar.end(b, p, e);
      m[name] = readStruct(b, c.p, z, d - 1, m[name]);
      return z;
    }
    case Action.MAP: {
      const z = scalar.end(b, p, e);
      readEntry(field, b, c.p, z, d, m, s);
      return z;
    }
    case Action.PACKED: {
      const z = scalar.end(b, p, e);
      readPacked(element.type, b, c.p, z, m[name]);
      return z;
    }
    case Action.TYPED_PUSH: {
      const v = readScalar(element, b, p, e) as never;
      const { type } = element;
      const varint =
        type === FieldType.INT32 || type === FieldType.UINT32 || type === FieldType.SINT32;
      const end = c.p;
      m[name] = appendTyped(m[name], v, varint ? end : p);
      return end;
    }
    case Action.TYPED_PACKED: {
      const z = scalar.end(b, p, e);
      m[name] = field.typed!.read(b, c.p, z, m[name]);
      return z;
    }
    case Action.PACKED_CONVERTED:
      return readConverted(element, b, p, e, m[name]);
    case Action.CLOSED_PACKED:
      return readClosedPacked(field, b, p, e, m);
    default:
      return readClosed(slot, b, s, p, e, m);
  }
}

/** Reads one scalar; the position behind it is left in the cursor. */
function readScalar(element: Element, b: Uint8Array, p: number, e: number): unknown {
  let v: number;
  switch (element.type) {
    case FieldType.STRING: {
      const z = scalar.end(b, p, e);
      const text = string(b, c.p, z);
      c.p = z;
      return text;
    }
    case FieldType.BYTES: {
      const z = scalar.end(b, p, e);
      const value = bytes(b, c.p, z);
      c.p = z;
      return value;
    }
    case FieldType.INT32:
    case FieldType.ENUM:
      return scalar.int32(b, p, e);
    case FieldType.BOOL:
      return scalar.bool(b, p, e);
    case FieldType.UINT32:
      return scalar.int32(b, p, e) >>> 0;
    case FieldType.SINT32:
      return scalar.sint32(b, p, e);
    case FieldType.DOUBLE:
      v = scalar.double(b, p, e);
      c.p = p + 8;
      return v;
    case FieldType.FLOAT:
      v = scalar.float(b, p, e);
      c.p = p + 4;
      return v;
    case FieldType.FIXED32:
      v = scalar.fixed32(b, p, e) >>> 0;
      c.p = p + 4;
      return v;
    case FieldType.SFIXED32:
      v = scalar.fixed32(b, p, e);
      c.p = p + 4;
      return v;
    default:
      return represented(element, readWide(element.type, b, p, e), p);
  }
}

function readWide(type: FieldType, b: Uint8Array, p: number, e: number): bigint {
  let v: bigint;
  switch (type) {
    case FieldType.INT64:
      return scalar.int64(b, p, e);
    case FieldType.UINT64:
      return scalar.uint64(b, p, e);
    case FieldType.SINT64:
      return scalar.sint64(b, p, e);
    case FieldType.FIXED64:
      v = scalar.fixed64(b, p, e);
      break;
    default:
      v = scalar.sfixed64(b, p, e);
  }
  c.p = p + 8;
  return v;
}

function represented(element: Element, v: bigint, p: number): unknown {
  if (element.int64 === "bigint") return v;
  return element.int64 === "string" ? v.toString() : scalar.safeNumber(v, p);
}

/** Reads a message into `x`; returns the position behind it. */
function readBody(
  element: Element,
  b: Uint8Array,
  p: number,
  e: number,
  d: number,
  x: AnyMessage,
): number {
  const { plan, group } = element;
  let z = e;
  if (!group) {
    z = scalar.end(b, p, e);
    p = c.p;
  }
  const g = group ? element.endTag : -1;
  if (plan !== undefined) readFields(plan, b, p, z, d - 1, x, g);
  else element.messageClass.read(b, p, z, d - 1, x, g);
  return group ? c.p : z;
}

/** A key or a value that is missing is the type's default. */
function readEntry(
  field: FieldPlan,
  b: Uint8Array,
  p: number,
  e: number,
  d: number,
  m: AnyMessage,
  s: number,
): void {
  charge(64, p);
  const key = field.key!;
  const { element } = field;
  let k = key.zero;
  let v = element.zero;
  if (element.closed !== undefined) [v] = element.closed;
  while (p < e) {
    let t = b[p++]!;
    if (t > 127) {
      t = scalar.tag(b, p, t);
      p = c.p;
    }
    if (t === key.tag) {
      k = key.type === FieldType.STRING ? readKeyAt(b, p, e) : readScalar(key, b, p, e);
      p = c.p;
    } else if (t !== element.tag) {
      p = skip(b, p, e, t, d);
    } else if (element.type === FieldType.MESSAGE) {
      p = readBody(element, b, p, e, d, (v ??= new element.messageClass()) as AnyMessage);
    } else {
      v = readScalar(element, b, p, e);
      p = c.p;
    }
  }
  if (p !== e) truncated(e);
  if (v === undefined) {
    charge(field.valueMemory, p);
    v = new element.messageClass();
  }
  if (element.closed === undefined || element.closed.has(v as number)) m[field.name].set(k, v);
  else keepUnknown(b, s, e, m);
}

function readKeyAt(b: Uint8Array, p: number, e: number): string {
  const z = scalar.end(b, p, e);
  const text = readKey(b, c.p, z);
  c.p = z;
  return text;
}

function readClosed(
  slot: Slot,
  b: Uint8Array,
  s: number,
  p: number,
  e: number,
  m: AnyMessage,
): number {
  const { action, field } = slot;
  if (action === Action.CLOSED_PUSH) charge(field.element.charge, p);
  const v = scalar.int32(b, p, e);
  p = c.p;
  if (!field.element.closed!.has(v)) keepUnknown(b, s, p, m);
  else if (action === Action.CLOSED_PUSH) m[field.name].push(v);
  else m[field.name] = action === Action.CLOSED ? v : { case: field.caseName, value: v };
  return p;
}

function readClosedPacked(
  field: FieldPlan,
  b: Uint8Array,
  p: number,
  e: number,
  m: AnyMessage,
): number {
  const z = scalar.end(b, p, e);
  p = c.p;
  while (p < z) {
    charge(field.element.charge, p);
    const v = scalar.int32(b, p, z);
    p = c.p;
    if (field.element.closed!.has(v)) m[field.name].push(v);
    else keepUnknownVarint(field.number, v, m, p);
  }
  if (p !== z) truncated(z);
  return z;
}

function readConverted(
  element: Element,
  b: Uint8Array,
  p: number,
  e: number,
  list: unknown[],
): number {
  const z = scalar.end(b, p, e);
  p = c.p;
  while (p < z) {
    charge(element.charge, p);
    list.push(readScalar(element, b, p, e));
    p = c.p;
  }
  if (p !== z) truncated(z);
  return z;
}

function readPacked(type: FieldType, b: Uint8Array, p: number, z: number, list: never[]): void {
  switch (type) {
    case FieldType.INT32:
    case FieldType.ENUM:
      return packed.packedInt32(b, p, z, list);
    case FieldType.UINT32:
      return packed.packedUint32(b, p, z, list);
    case FieldType.SINT32:
      return packed.packedSint32(b, p, z, list);
    case FieldType.BOOL:
      return packed.packedBool(b, p, z, list);
    case FieldType.INT64:
      return packed.packedInt64(b, p, z, list);
    case FieldType.UINT64:
      return packed.packedUint64(b, p, z, list);
    case FieldType.SINT64:
      return packed.packedSint64(b, p, z, list);
    case FieldType.DOUBLE:
      return packed.packedDouble(b, p, z, list);
    case FieldType.FLOAT:
      return packed.packedFloat(b, p, z, list);
    case FieldType.FIXED32:
      return packed.packedFixed32(b, p, z, list);
    case FieldType.SFIXED32:
      return packed.packedSfixed32(b, p, z, list);
    case FieldType.FIXED64:
      return packed.packedFixed64(b, p, z, list);
    default:
      return packed.packedSfixed64(b, p, z, list);
  }
}
