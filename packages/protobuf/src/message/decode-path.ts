import type { DescField, DescMessage } from "../descriptor/model.js";
import { cursor as c } from "../wire/cursor.js";
import { end, tag, varint64 } from "../wire/read-varint.js";
import { string } from "../wire/read-string.js";
import { skip } from "../wire/unknown.js";

/**
 * The path of the field that byte `offset` of an input belongs to. Only failures ask for it, so decoders carry no path
 * along; the input is walked again.
 */
export function pathAt(desc: DescMessage, b: Uint8Array, p: number, e: number, offset: number): string {
  const segments: string[] = [];
  c.memory = 0x40000000;
  c.unknown = 0x40000000;
  try {
    walk(desc, b, p, e, offset, segments);
  } catch {
    // the place itself cannot be read: what was found up to it is the path
  }
  return segments.join(".");
}

function walk(desc: DescMessage, b: Uint8Array, p: number, e: number, offset: number, segments: string[]): void {
  const seen = new Map<number, number>();
  while (p < e) {
    let t = b[p++]!;
    if (t > 127) {
      t = tag(b, p, t);
      p = c.p;
    }
    const number = t >>> 3;
    const next = after(b, p, e, t);
    const index = seen.get(number) ?? 0;
    seen.set(number, index + 1);
    if (next > offset || next >= e) {
      const field = desc.fieldByNumber(number);
      if (field === undefined) return;
      descend(field, index, b, p, Math.min(next, e), t, offset, segments);
      return;
    }
    p = next;
  }
}

/** The position behind a value, `Infinity` where it cannot be skipped. */
function after(b: Uint8Array, p: number, e: number, t: number): number {
  try {
    return skip(b, p, e, t, 10_000);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
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
  const name = field.localName;
  const message = field.message ?? field.mapValue?.message;
  if (field.cardinality === "map") {
    const body = start(b, p, e, t);
    segments.push(`${name}[${entryKey(field, b, body, e)}]`);
    const value = valueOf(b, body, e);
    if (message !== undefined && value !== undefined && offset >= value[0]) walk(message, b, value[0], value[1], offset, segments);
    return;
  }
  segments.push(field.cardinality === "list" && !((t & 7) === 2 && field.packed) ? `${name}[${index}]` : name);
  if (message === undefined) return;
  const group = (t & 7) === 3;
  if (!group && (t & 7) !== 2) return;
  const body = group ? p : start(b, p, e, t);
  if (offset >= body) walk(message, b, body, e, offset, segments);
}

/** Where the body of a length-delimited value begins. Its length may be wrong; that it can be read is enough. */
function start(b: Uint8Array, p: number, e: number, t: number): number {
  if ((t & 7) !== 2) return p;
  try {
    end(b, p, e);
    return c.p;
  } catch {
    while (p < e && b[p]! > 127) p++;
    return p + 1;
  }
}

function entryKey(field: DescField, b: Uint8Array, p: number, e: number): string {
  while (p < e) {
    const t = b[p++]!;
    if (t >>> 3 === 1) {
      if ((t & 7) === 2) {
        const z = end(b, p, e);
        return JSON.stringify(string(b, c.p, z));
      }
      if ((t & 7) === 0) return String(b[p]! > 127 ? varint64(b, p + 1, b[p]!) : b[p]!);
      return `a ${field.mapKey!.type === 7 ? "fixed32" : "fixed"} key`;
    }
    p = skip(b, p, e, t, 100);
  }
  return '""';
}

function valueOf(b: Uint8Array, p: number, e: number): readonly [number, number] | undefined {
  while (p < e) {
    const t = b[p++]!;
    if (t === 18) {
      const body = start(b, p, e, t);
      return [body, after(b, p, e, t) === Number.POSITIVE_INFINITY ? e : after(b, p, e, t)];
    }
    p = skip(b, p, e, t, 100);
  }
  return undefined;
}
