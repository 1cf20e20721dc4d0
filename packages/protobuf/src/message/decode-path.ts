import { type DescField, type DescMessage, FieldType } from "../descriptor/model.js";
import { cursor as c } from "../wire/cursor.js";
import { string } from "../wire/read-string.js";
import { end, fixed32, int64, sfixed64, tag } from "../wire/read-varint.js";
import { skip } from "../wire/unknown.js";
import { isUnsigned, isWide } from "./problem.js";

/**
 * The path of the field that byte `offset` of an input belongs to. Only failures ask for it, so decoders carry no path
 * along; the input is walked again, every byte of it once.
 */
export function pathAt(
  desc: DescMessage,
  b: Uint8Array,
  p: number,
  e: number,
  offset: number,
): string {
  const segments: string[] = [];
  c.memory = c.unknown = 0x40000000;
  try {
    walk(desc, b, p, e, offset, segments);
  } catch {
    // the place itself cannot be read: what was found up to it is the path
  }
  return segments.join(".");
}

/** Adds the segments below `desc`. Returns the position behind the message if it is a group without the offset. */
function walk(
  desc: DescMessage,
  b: Uint8Array,
  p: number,
  e: number,
  offset: number,
  segments: string[],
): number {
  const seen = new Map<number, number>();
  while (p < e) {
    const t = tagAt(b, p);
    p = c.p;
    if ((t & 7) === 4) return p > offset ? Number.NaN : p;
    const field = desc.fieldByNumber(t >>> 3);
    const index = seen.get(t >>> 3) ?? 0;
    seen.set(t >>> 3, index + 1);
    let next: number;
    if (field?.delimited && (t & 7) === 3) {
      segments.push(nameOf(field, index, t));
      next = p > offset ? Number.NaN : walk(field.message!, b, p, e, offset, segments);
      if (Number.isNaN(next)) return next;
      segments.pop();
    } else {
      next = after(b, p, e, t);
      if (next > offset) {
        if (field !== undefined)
          descend(field, index, b, p, Math.min(next, e), t, offset, segments);
        return Number.NaN;
      }
    }
    p = next;
  }
  return Number.NaN;
}

/** The tag at `p`; the position behind it is left in the cursor. */
export function tagAt(b: Uint8Array, p: number): number {
  const t = b[p++]!;
  c.p = p;
  return t > 127 ? tag(b, p, t) : t;
}

/** The position behind a value, `Infinity` where it cannot be skipped. */
function after(b: Uint8Array, p: number, e: number, t: number): number {
  try {
    return skip(b, p, e, t, 10_000);
  } catch {
    return Infinity;
  }
}

function nameOf(field: DescField, index: number, t: number): string {
  const { localName, oneof } = field;
  if (oneof !== undefined) return `${oneof.localName}.${localName}`;
  const packed = (t & 7) === 2 && !isDelimited(field.type);
  return field.cardinality === "list" && !packed ? `${localName}[${index}]` : localName;
}

/** Whether an element has a length in front. */
function isDelimited(type: FieldType): boolean {
  return type === FieldType.MESSAGE || type === FieldType.STRING || type === FieldType.BYTES;
}

function descend(
  field: DescField,
  index: number,
  b: Uint8Array,
  p: number,
  e: number,
  t: number,
  offset: number,
  segments: string[],
): void {
  const at = segments.push(nameOf(field, index, t)) - 1;
  if ((t & 7) !== 2 || field.type !== FieldType.MESSAGE || field.unboxed !== undefined) return;
  const body = bodyAt(b, p, e);
  if (offset < body) return;
  if (field.cardinality !== "map") walk(field.message!, b, body, e, offset, segments);
  else descendEntry(field, b, body, e, offset, segments, at);
}

/** Where the body of a length-delimited value begins. Its length may be wrong; that it can be read is enough. */
function bodyAt(b: Uint8Array, p: number, e: number): number {
  while (p < e && b[p]! > 127) p++;
  return p + 1;
}

/** Puts the key, as far as it was read before the offset, into the last segment, and goes on in the value. */
function descendEntry(
  field: DescField,
  b: Uint8Array,
  p: number,
  e: number,
  offset: number,
  segments: string[],
  at: number,
): void {
  while (p < e) {
    const t = tagAt(b, p);
    p = c.p;
    const next = after(b, p, e, t);
    if (next > offset) {
      const message = field.mapValue!.message;
      if (t !== 18 || message === undefined) return;
      const body = bodyAt(b, p, e);
      if (offset >= body) walk(message, b, body, Math.min(next, e), offset, segments);
      return;
    }
    if (t >>> 3 === 1)
      segments[at] =
        `${field.localName}[${JSON.stringify(keyAt(field.mapKey!, b, p, e, t).slice(0, 80))}]`;
    p = next;
  }
}

function keyAt(field: DescField, b: Uint8Array, p: number, e: number, t: number): string {
  const wire = t & 7;
  if (wire === 2) {
    const z = end(b, p, e);
    return string(b, c.p, z);
  }
  return integerKey(
    field.type,
    wire === 0 ? int64(b, p, e) : wire === 1 ? sfixed64(b, p, e) : BigInt(fixed32(b, p, e)),
  );
}

function integerKey(type: FieldType, bits: bigint): string {
  if (type === FieldType.BOOL) return String(bits !== 0n);
  const width = isWide(type) ? 64 : 32;
  if (type === FieldType.SINT32 || type === FieldType.SINT64) {
    bits = BigInt.asUintN(width, bits);
    return String((bits >> 1n) ^ -(bits & 1n));
  }
  return String(isUnsigned(type) ? BigInt.asUintN(width, bits) : BigInt.asIntN(width, bits));
}
