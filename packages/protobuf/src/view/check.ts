/**
 * The leaves of a check: each goes over the value at `p`, takes from the budgets what reading it would take, says which
 * bytes are in no string, and returns the position behind it. They accept and refuse what the readers do.
 */
import { type AnyMessage, unknownSymbol } from "../message/codec.js";
import { cursor, malformed, overBudget, truncated } from "../wire/cursor.js";
import { arrayMemory } from "../wire/read-typed.js";
import { end, int32, length, safeNumber, tag, varint64 } from "../wire/read-varint.js";
import { countUnknown, runMemory, skip, undeclaredMemory } from "../wire/unknown.js";
import { messageSetItem } from "../wire/write-message.js";
import type { ReadElement } from "./element.js";
import * as masks from "./mask.js";
import { verifyString } from "./mask.js";

// constants of this module: the compiler looks imported names up at every use
const c = cursor;
const mask = masks.mask;
const blank = masks.blank;
const blank8 = masks.blank8;
const blankVarint = masks.blankVarint;
const isMasked = masks.isMasked;
const longestVarint = masks.longestVarint;

/** The rest of a tag whose first byte `a` is in front of `p`; the position behind it is left in the cursor. */
export function checkTag(b: Uint8Array, p: number, a: number): number {
  const t = tag(b, p, a);
  blank(p - 1, c.p);
  return t;
}

/** The end of the value whose length is at `p`; its start is left in the cursor. */
export function checkEnd(b: Uint8Array, p: number, e: number): number {
  const n = p < e ? b[p]! : 255;
  const z = p + 1 + n;
  if (n > 127 || z > e) return checkAnyEnd(b, p, e);
  c.p = p + 1;
  return z;
}

function checkAnyEnd(b: Uint8Array, p: number, e: number): number {
  const z = end(b, p, e);
  if (c.p - p > 1) blank(p, c.p);
  return z;
}

/** Accepts what `varint64` accepts, without the value. */
export function checkVarint(b: Uint8Array, p: number, e: number): number {
  if (p >= e) truncated(p);
  return b[p]! < 128 ? p + 1 : checkLongVarint(b, p);
}

function checkLongVarint(b: Uint8Array, p: number): number {
  if (isMasked(p + longestVarint)) {
    const last = blankVarint(b, p);
    if (last - p === longestVarint - 1 && b[last]! > 1) overlong(p);
    return last + 1;
  }
  varint64(b, p + 1, b[p]!);
  blank(p, c.p);
  return c.p;
}

export function checkFixed32(_b: Uint8Array, p: number, e: number): number {
  if (p + 4 > e) truncated(p);
  blank(p, p + 4);
  return p + 4;
}

export function checkFixed64(_b: Uint8Array, p: number, e: number): number {
  if (p + 8 > e) truncated(p);
  if (isMasked(p + 8)) blank8(p);
  else blank(p, p + 8);
  return p + 8;
}

export function checkString(b: Uint8Array, p: number, e: number): number {
  const n = p < e ? b[p]! : 255;
  const z = p + 1 + n;
  // what is not as usual goes the long way, so that this is short enough to be part of its callers
  if (n > 127 || z > e || c.memory < n + 24 || mask.each) return checkAnyString(b, p, e);
  c.memory -= n + 24;
  return z;
}

function checkAnyString(b: Uint8Array, p: number, e: number): number {
  if (p >= e) truncated(p);
  let n = b[p++]!;
  if (n > 127) {
    const start = p - 1;
    n = length(b, p, n);
    p = c.p;
    blank(start, p);
  }
  const z = p + n;
  if (z > e) truncated(p);
  if ((c.memory -= n + 24) < 0) overBudget(p);
  if (mask.each) verifyString(b, p, z);
  return z;
}

export function checkBytes(b: Uint8Array, p: number, e: number): number {
  const z = checkEnd(b, p, e);
  p = c.p;
  if (p === z) return z;
  if ((c.memory -= 112) < 0) overBudget(p);
  blank(p, z);
  return z;
}

/** An integer that has to fit a number. */
export function checkNumber(
  b: Uint8Array,
  p: number,
  e: number,
  read: ReadElement<bigint>,
): number {
  safeNumber(read(b, p, e), p);
  blank(p, c.p);
  return c.p;
}

/** The value of a closed enum; the position behind it is left in the cursor. */
export function checkEnum(b: Uint8Array, p: number, e: number): number {
  const v = int32(b, p, e);
  blank(p, c.p);
  return v;
}

export function checkPackedVarint(b: Uint8Array, p: number, e: number, cost: number): number {
  const z = checkEnd(b, p, e);
  p = c.p;
  if (p === z) return z;
  if (b[z - 1]! > 127) truncated(z);
  let count = 0;
  let more = 0;
  for (let i = p; i < z; i++) {
    if (b[i]! < 128) {
      if (more === 9 && b[i]! > 1) overlong(i - 9);
      count++;
      more = 0;
    } else if (++more === 10) overlong(i - 9);
  }
  if ((c.memory -= count * cost) < 0) overBudget(p);
  blank(p, z);
  return z;
}

function overlong(p: number): never {
  malformed("a varint is longer than ten bytes or has more than 64 bits", p);
}

export function checkPackedFixed(
  b: Uint8Array,
  p: number,
  e: number,
  cost: number,
  size: number,
): number {
  const z = checkEnd(b, p, e);
  p = c.p;
  if ((z - p) % size !== 0) malformed(`a packed list of ${size}-byte values has ${z - p} bytes`, p);
  if ((c.memory -= ((z - p) / size) * cost) < 0) overBudget(p);
  if (p !== z) blank(p, z);
  return z;
}

/** How long a typed array has become, and how much room it has: what is appended is charged by that. */
export interface TypedSize {
  /** Bytes an element. */
  readonly size: number;
  length: number;
  room: number;
}

export function typedSize(size: number): TypedSize {
  return { size, length: 0, room: 0 };
}

/** Takes from the budget what `n` more elements of a typed array take. */
export function checkTyped(list: TypedSize, n: number, p: number): void {
  const length = list.length + n;
  let cost = 0;
  if (list.length === 0) {
    list.room = n;
    cost = n * list.size + arrayMemory;
  } else if (length > list.room) {
    list.room = Math.max(length, list.length * 2);
    cost = list.room * list.size;
  }
  list.length = length;
  if ((c.memory -= cost) < 0) overBudget(p);
}

export function checkTypedVarint(b: Uint8Array, p: number, e: number, list: TypedSize): number {
  const z = checkPackedVarint(b, p, e, 0);
  let n = 0;
  for (let i = c.p; i < z; i++) n += 1 - (b[i]! >> 7);
  if (n > 0) checkTyped(list, n, c.p);
  return z;
}

export function checkTypedFixed(
  b: Uint8Array,
  p: number,
  e: number,
  list: TypedSize,
  size: number,
): number {
  const z = checkPackedFixed(b, p, e, 0, size);
  if (z > c.p) checkTyped(list, (z - c.p) / size, c.p);
  return z;
}

/** A packed list of 64-bit integers that become text (`cost` 44), or numbers (8), which they have to fit. */
export function checkPackedWide(
  b: Uint8Array,
  p: number,
  e: number,
  read: ReadElement<bigint>,
  cost: number,
): number {
  const z = checkEnd(b, p, e);
  const start = c.p;
  for (p = start; p < z; p = c.p) {
    if ((c.memory -= cost) < 0) overBudget(p);
    const value = read(b, p, e);
    if (cost === 8) safeNumber(value, p);
  }
  if (p !== z) truncated(z);
  if (start !== z) blank(start, z);
  return z;
}

/** A packed list of a closed enum. */
export function checkPackedEnum(
  b: Uint8Array,
  p: number,
  e: number,
  declared: (value: number) => boolean,
  keeps: boolean,
): number {
  const z = checkEnd(b, p, e);
  const start = c.p;
  for (p = start; p < z; p = c.p) {
    if ((c.memory -= 8) < 0) overBudget(p);
    if (!declared(int32(b, p, z)) && keeps) {
      countUnknown(c.p - 1);
      if (c.keepUnknown && (c.memory -= undeclaredMemory) < 0) overBudget(c.p);
    }
  }
  if (p !== z) truncated(z);
  if (start !== z) blank(start, z);
  return z;
}

/** Counts the unknown field `b[s, z)`. `last`: where the run of unknown fields in front of it ends. Returns `z`. */
export function checkUnknown(s: number, z: number, last: number): number {
  countUnknown(s);
  if (c.keepUnknown && s !== last && (c.memory -= runMemory) < 0) overBudget(s + 1);
  return z;
}

/** A field that the schema does not know, with the tag `t` at `s` and the value at `p`. */
export function checkField(
  b: Uint8Array,
  s: number,
  p: number,
  e: number,
  t: number,
  d: number,
  last: number,
): number {
  const z = skip(b, p, e, t, d);
  if (z > p) blank(p, z);
  return checkUnknown(s, z, last);
}

/** A field that the schema does not know where none is kept. */
export function checkSkip(b: Uint8Array, p: number, e: number, t: number, d: number): number {
  const z = skip(b, p, e, t, d);
  if (z > p) blank(p, z);
  return z;
}

/**
 * An item of a MessageSet, whose group begins at `s`. The end of the run of unknown fields is left in the cursor as its
 * position, −1 where the item was taken apart.
 */
export function checkItem(
  b: Uint8Array,
  s: number,
  p: number,
  e: number,
  d: number,
  last: number,
): number {
  const m: AnyMessage = {};
  if (last >= 0) m[unknownSymbol] = [b.subarray(last, last)];
  const z = messageSetItem(b, s, p, e, d, m);
  blank(p, z);
  c.p = m[unknownSymbol]?.at(-1)?.buffer === b.buffer ? z : -1;
  return z;
}
