import { type AnyMessage, unknownSymbol } from "../message/codec.js";
import { cursor as c, Malformed, malformed, overBudget, tooDeep, truncated } from "./cursor.js";
import { end, tag, varint64 } from "./read-varint.js";

/** The position behind the value of a field with tag `t`, whose value begins at `p`. Groups use up nesting levels. */
export function skip(b: Uint8Array, p: number, e: number, t: number, d: number): number {
  if (t >>> 3 === 0) malformed("field number 0 is not allowed", p - 1);
  switch (t & 7) {
    case 0: {
      if (p >= e) truncated(p);
      const a = b[p++]!;
      if (a > 127) {
        varint64(b, p, a);
        p = c.p;
      }
      break;
    }
    case 1:
      p += 8;
      break;
    case 2:
      p = end(b, p, e);
      break;
    case 3:
      return skipGroup(b, p, e, t, d - 1);
    case 5:
      p += 4;
      break;
    case 4:
      malformed(`an end-group tag for field ${t >>> 3} without its start`, p - 1);
      break;
    default:
      malformed(`wire type ${t & 7} does not exist`, p - 1);
  }
  if (p > e) truncated(e);
  return p;
}

function skipGroup(b: Uint8Array, p: number, e: number, start: number, d: number): number {
  if (d < 0) tooDeep(p);
  while (p < e) {
    let t = b[p++]!;
    if (t > 127) {
      t = tag(b, p, t);
      p = c.p;
    }
    if ((t & 7) === 4) {
      if (t !== start + 1)
        malformed(`group ${start >>> 3} is ended by the tag of ${t >>> 3}`, p - 1);
      return p;
    }
    countUnknown(p);
    p = skip(b, p, e, t, d);
  }
  return truncated(p);
}

/** Counts one unknown field, which stands at `p`. */
export function countUnknown(p: number): void {
  if (--c.unknown < 0)
    throw new Malformed("more unknown fields than the limit (limits.unknownFields)", p, true);
}

/**
 * Takes a field that the schema does not know (or whose wire type does not fit): `start` is where its tag begins, `p`
 * where its value does. Returns the position behind it.
 */
export function unknown(
  b: Uint8Array,
  start: number,
  p: number,
  e: number,
  t: number,
  d: number,
  m: object,
): number {
  const z = skip(b, p, e, t, d);
  keepUnknown(b, start, z, m);
  return z;
}

/** Counts one unknown field, and keeps it, `b[start, z)`, as one of `m`. */
export function keepUnknown(b: Uint8Array, start: number, z: number, m: object): void {
  countUnknown(start);
  if (c.keepUnknown) keep(b, start, z, m, runMemory, start + 1);
}

/** Element memory of a run of unknown fields: the array that shows it, and the message's list. */
export const runMemory = 192;
/** Element memory of a number in a packed list that its closed enum does not declare. */
export const undeclaredMemory = 96;

/** Neighbours in the input become one run. What it costs does not depend on what the message already holds. */
function keep(b: Uint8Array, start: number, z: number, m: object, cost: number, p: number): void {
  const runs = ((m as AnyMessage)[unknownSymbol] ??= []);
  const last = runs.at(-1);
  if (last?.buffer === b.buffer && last.byteOffset + last.length === b.byteOffset + start) {
    runs[runs.length - 1] = b.subarray(last.byteOffset - b.byteOffset, z);
    return;
  }
  if ((c.memory -= cost) < 0) overBudget(p);
  runs.push(b.subarray(start, z));
}

/** Memory for {@link keepUnknownVarint}, which no place of is written twice. */
let made = /*@__PURE__*/ new Uint8Array(0);
let madeEnd = 0;

/**
 * Keeps the element of a packed list that ends at `end`, an undeclared number of a closed enum, as an unknown varint
 * field.
 */
export function keepUnknownVarint(number: number, value: number, m: object, end: number): void {
  countUnknown(end - 1);
  if (!c.keepUnknown) return;
  if ((c.memory -= undeclaredMemory) < 0) overBudget(end);
  if (made.length - madeEnd < 15) {
    made = new Uint8Array(4096);
    madeEnd = 0;
  }
  const start = madeEnd;
  let t = (number << 3) >>> 0;
  for (; t > 127; t >>>= 7) made[madeEnd++] = (t & 127) | 128;
  made[madeEnd++] = t;
  let v = BigInt.asUintN(64, BigInt(value));
  for (; v > 127n; v >>= 7n) made[madeEnd++] = Number(v & 127n) | 128;
  made[madeEnd++] = Number(v);
  keep(made, start, madeEnd, m, 0, end);
}
