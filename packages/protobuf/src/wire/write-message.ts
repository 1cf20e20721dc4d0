import { type AnyMessage, unknownSymbol } from "../message/codec.js";
import { cursor, overBudget } from "./cursor.js";
import * as out from "./output.js";
import { end, tag, varint64 } from "./read-varint.js";
import { keepUnknown, skip } from "./unknown.js";
import { raw, segmentBytes, wrongValue } from "./write-scalar.js";

const output = out.output;
const varint = out.varint;
const varintSize = out.varintSize;

/** The output buffer with room for `n` bytes at `p`. */
export function room(p: number, n: number): Uint8Array {
  const b = output.buffer;
  return b.length - p < n ? out.grow(p, n) : b;
}

/** Ends a message at `p` that was written behind `g` reserved bytes at `s`; returns its end, which may have moved. */
export function endMessage(s: number, g: number, p: number): number {
  const n = p - s - g;
  if (n < 128 && g === 1) {
    output.buffer[s] = n;
    return p;
  }
  if (n > 127 && n < 1024 && g === 2) {
    output.buffer[s] = (n & 127) | 128;
    output.buffer[s + 1] = n >> 7;
    return p;
  }
  return out.close(s, g, p);
}

/** Refuses what is not a list. */
export function list<L extends ArrayLike<unknown>>(value: L): L {
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && "length" in value)) wrongValue();
  return value;
}

/** A map's entries in the order they are to be written. */
export function entries<K, V>(map: ReadonlyMap<K, V>): Iterable<readonly [K, V]> {
  if (!(map instanceof Map)) wrongValue();
  return output.sorted && map.size > 1 ? [...map].sort(byKey) : map;
}

function byKey([x]: readonly [unknown, unknown], [y]: readonly [unknown, unknown]): number {
  if (typeof x === "string" && typeof y === "string") return byCodePoint(x, y);
  return (x as number) < (y as number) ? -1 : 1;
}

/** The order of the UTF-8 bytes, in which other runtimes sort: surrogates stand behind all other code units. */
function byCodePoint(x: string, y: string): number {
  const n = Math.min(x.length, y.length);
  for (let i = 0; i < n; i++) {
    let a = x.charCodeAt(i);
    let b = y.charCodeAt(i);
    if (a === b) continue;
    if (a >= 0xd800 && b >= 0xd800) {
      a = a >= 0xe000 ? a - 0x2000 : a + 0x2000;
      b = b >= 0xe000 ? b - 0x2000 : b + 0x2000;
    }
    return a - b;
  }
  return x.length - y.length;
}

/** Writes the unknown fields of a message as they came. */
export function unknownFields(m: object, p: number): number {
  const runs = (m as AnyMessage)[unknownSymbol];
  if (runs === undefined || !output.writeUnknown) return p;
  // and room behind it, as after every field: a length in front may need more bytes than were reserved
  for (const run of runs) p = raw(roomBytes(p, run.length, 16), p, run);
  return p;
}

/** Room for a `bytes` value of `n` bytes and for `rest` more: what will not be copied needs little. */
export function roomBytes(p: number, n: number, rest: number): Uint8Array {
  return room(p, (output.sink === undefined ? n : Math.min(n, segmentBytes)) + rest);
}

const lastFieldNumber = 0x1fffffff;

/**
 * Reads one item of a MessageSet, group 1 of `{ 2: type id, 3: message }`, and keeps it as the unknown field that an
 * extension of this number has. `start` is where the group's tag begins, `p` is behind it. Items that no field number
 * can name stay as they are.
 */
export function messageSetItem(
  b: Uint8Array,
  start: number,
  p: number,
  e: number,
  d: number,
  m: object,
): number {
  const z = skip(b, p, e, 11, d);
  if (!cursor.messageSet) {
    keepUnknown(b, start, z, m);
    return z;
  }
  // fragments of the message are gathered behind room for a tag and a length
  if ((cursor.memory -= z - p + 112) < 0) overBudget(p);
  const gathered = new Uint8Array(z - p + 10);
  let id = 0;
  let q = 10;
  let found = false;
  while (p < z) {
    let t = b[p++]!;
    if (t > 127) {
      t = tag(b, p, t);
      p = cursor.p;
    }
    if (t === 16) {
      id = b[p]! > 127 ? varint64(b, p + 1, b[p]!) : b[p]!;
    } else if (t === 26) {
      const bodyEnd = end(b, p, z);
      gathered.set(b.subarray(cursor.p, bodyEnd), q);
      q += bodyEnd - cursor.p;
      found = true;
    }
    p = t === 12 ? z : skip(b, p, z, t, d);
  }
  if (found && id > 0 && id <= lastFieldNumber) {
    const head = varintSize(((id << 3) | 2) >>> 0) + varintSize(q - 10);
    varint(gathered, varint(gathered, 10 - head, ((id << 3) | 2) >>> 0), q - 10);
    keepUnknown(gathered, 10 - head, q, m);
  } else {
    keepUnknown(b, start, z, m);
  }
  return z;
}

/** Unknown groups were bounded when they were read; this bounds those that were set by hand. */
const groupDepth = 10_000;

/** Writes the unknown fields of a MessageSet: length-delimited ones, which are extensions, as items. */
export function messageSet(m: object, p: number): number {
  const runs = (m as AnyMessage)[unknownSymbol];
  if (runs === undefined || !output.writeUnknown) return p;
  cursor.unknown = 0x40000000;
  for (const run of runs) {
    for (let q = 0; q < run.length; ) {
      const start = q;
      let t = run[q++]!;
      if (t > 127) {
        t = tag(run, q, t);
        q = cursor.p;
      }
      const value = q;
      q = skip(run, q, run.length, t, groupDepth);
      let b = room(p, 16);
      const item = (t & 7) === 2;
      if (item) {
        b[p++] = 11;
        b[p++] = 16;
        p = varint(b, p, t >>> 3);
        b[p++] = 26;
      }
      const from = item ? value : start;
      p = raw(roomBytes(p, q - from, 16), p, run.subarray(from, q));
      b = room(p, 16);
      if (item) b[p++] = 12;
    }
  }
  return p;
}
