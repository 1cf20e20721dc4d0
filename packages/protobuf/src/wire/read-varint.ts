import { cursor, malformed, truncated } from "./cursor.js";
import * as scratch from "./scratch.js";

const c = cursor;
const i32 = scratch.i32;
const f32 = scratch.f32;
const f64 = scratch.f64;

const overlong = "a varint is longer than ten bytes or has more than 64 bits";

/**
 * Goes on with a varint whose first byte `a` has the continuation bit; `p` is behind it. Returns the low 32 bits as a
 * signed integer, leaves the upper ones in `cursor.hi` and the end in `cursor.p`.
 */
export function varint64(b: Uint8Array, p: number, a: number): number {
  if (p + 9 > b.length) return varint64Checked(b, p, a);
  let x = b[p++]!;
  let lo = (a & 127) | ((x & 127) << 7);
  c.hi = 0;
  if (x < 128) return done(p, lo);
  x = b[p++]!;
  lo |= (x & 127) << 14;
  if (x < 128) return done(p, lo);
  x = b[p++]!;
  lo |= (x & 127) << 21;
  if (x < 128) return done(p, lo);
  x = b[p++]!;
  lo |= x << 28;
  let hi = (x & 127) >> 4;
  // straight on: nanoseconds since 1970 take nine bytes
  if (x > 127) {
    x = b[p++]!;
    hi |= (x & 127) << 3;
    if (x > 127) {
      x = b[p++]!;
      hi |= (x & 127) << 10;
      if (x > 127) {
        x = b[p++]!;
        hi |= (x & 127) << 17;
        if (x > 127) {
          x = b[p++]!;
          hi |= (x & 127) << 24;
          if (x > 127) {
            x = b[p++]!;
            if (x > 1) malformed(overlong, p - 10);
            hi |= x << 31;
          }
        }
      }
    }
  }
  c.hi = hi;
  return done(p, lo);
}

function done(p: number, lo: number): number {
  c.p = p;
  return lo;
}

/** The same near the end of the buffer (errors name the first byte, as others may not be the message's), never reading past it: reads past the end would stay slow for good. */
function varint64Checked(b: Uint8Array, p: number, a: number): number {
  let lo = a & 127;
  let hi = 0;
  for (let shift = 7; ; shift += 7) {
    if (p >= b.length) truncated(p, p - shift / 7);
    const x = b[p++]!;
    if (shift === 63 && x > 1) malformed(overlong, p - 10);
    if (shift < 32) lo |= (x & 127) << shift;
    if (shift === 28) hi = (x & 127) >> 4;
    else if (shift > 31) hi |= (x & 127) << (shift - 32);
    if (x < 128) break;
  }
  c.hi = hi;
  c.p = p;
  return lo;
}

/** {@link varint64} for 32-bit fields, which take the low bits. */
export function varint32(b: Uint8Array, p: number, a: number): number {
  if (p < b.length) {
    const x = b[p]!;
    if (x < 128) {
      c.p = p + 1;
      return (a & 127) | (x << 7);
    }
  }
  return varint64(b, p, a);
}

/**
 * The rest of a tag; more than 32 bits is refused. Returns it as a signed integer, never −1, which stands for "no group"
 * in `read` and would be of wire type 7.
 */
export function tag(b: Uint8Array, p: number, a: number): number {
  if (p < b.length) {
    const x = b[p]!;
    if (x < 128) {
      c.p = p + 1;
      return (a & 127) | (x << 7);
    }
  }
  const t = varint64(b, p, a);
  if (c.hi !== 0) malformed("a field number is larger than 536870911", p - 1);
  if (t === -1) malformed(`wire type ${t & 7} does not exist`, p - 1);
  return t;
}

/** The rest of a length; 2 GiB and more is refused. */
export function length(b: Uint8Array, p: number, a: number): number {
  const n = varint32(b, p, a);
  if (n < 0 || (c.p - p > 3 && c.hi !== 0)) truncated(p - 1);
  return n;
}

/**
 * Reads the length at `p` of a value that has to end by `e`: returns the value's end, leaves its start in `cursor.p`.
 */
export function end(b: Uint8Array, p: number, e: number): number {
  if (p >= e) truncated(p);
  let n = b[p++]!;
  if (n > 127) {
    n = length(b, p, n);
    p = c.p;
  }
  const z = p + n;
  if (z > e) truncated(p);
  c.p = p;
  return z;
}

/** A 32-bit varint, signed: `int32` and enums. */
export function int32(b: Uint8Array, p: number, e: number): number {
  if (p >= e) truncated(p);
  const a = b[p++]!;
  if (a < 128) {
    c.p = p;
    return a;
  }
  return varint32(b, p, a);
}

export function sint32(b: Uint8Array, p: number, e: number): number {
  const v = int32(b, p, e);
  return (v >>> 1) ^ -(v & 1);
}

/**
 * The bigint of a low word, and of the upper one in `cursor.hi`. The compiler makes 64-bit arithmetic of this; two words
 * stored and loaded as one would have to wait for the stores.
 */
export function signed(lo: number): bigint {
  return BigInt.asIntN(64, (BigInt(c.hi) << 32n) | BigInt(lo >>> 0));
}

export function unsigned(lo: number): bigint {
  return BigInt.asUintN(64, signed(lo));
}

/** The same of a `sint64`. */
export function zigzag(lo: number): bigint {
  const sign = -(lo & 1);
  const { hi } = c;
  c.hi = (hi >>> 1) ^ sign;
  return signed(((lo >>> 1) | (hi << 31)) ^ sign);
}

/** `int64`; the end is left in `cursor.p`, as with all readers of this file that return a value. */
export function int64(b: Uint8Array, p: number, e: number): bigint {
  if (p >= e) truncated(p);
  const a = b[p++]!;
  if (a < 128) {
    c.p = p;
    return BigInt(a);
  }
  return signed(varint64(b, p, a));
}

export function uint64(b: Uint8Array, p: number, e: number): bigint {
  if (p >= e) truncated(p);
  const a = b[p++]!;
  if (a < 128) {
    c.p = p;
    return BigInt(a);
  }
  return unsigned(varint64(b, p, a));
}

export function sint64(b: Uint8Array, p: number, e: number): bigint {
  if (p >= e) truncated(p);
  const a = b[p++]!;
  if (a < 128) {
    c.p = p;
    return BigInt((a >>> 1) ^ -(a & 1));
  }
  const lo = varint64(b, p, a);
  return zigzag(lo);
}

/** A varint field of type bool. */
export function bool(b: Uint8Array, p: number, e: number): boolean {
  if (p >= e) truncated(p);
  const a = b[p++]!;
  if (a < 128) {
    c.p = p;
    return a !== 0;
  }
  const lo = varint64(b, p, a);
  return (lo | c.hi) !== 0;
}

export function load32(b: Uint8Array, p: number): number {
  return b[p]! | (b[p + 1]! << 8) | (b[p + 2]! << 16) | (b[p + 3]! << 24);
}

/** Four little-endian bytes as a signed integer. The caller goes on 4 bytes behind `p`. */
export function fixed32(b: Uint8Array, p: number, e: number): number {
  if (p + 4 > e) truncated(p);
  return load32(b, p);
}

export function float(b: Uint8Array, p: number, e: number): number {
  if (p + 4 > e) truncated(p);
  i32[0] = load32(b, p);
  return f32[0]!;
}

export function double(b: Uint8Array, p: number, e: number): number {
  if (p + 8 > e) truncated(p);
  i32[0] = b[p]! | (b[p + 1]! << 8) | (b[p + 2]! << 16) | (b[p + 3]! << 24);
  i32[1] = b[p + 4]! | (b[p + 5]! << 8) | (b[p + 6]! << 16) | (b[p + 7]! << 24);
  return f64[0]!;
}

export function fixed64(b: Uint8Array, p: number, e: number): bigint {
  if (p + 8 > e) truncated(p);
  c.hi = load32(b, p + 4);
  return unsigned(load32(b, p));
}

export function sfixed64(b: Uint8Array, p: number, e: number): bigint {
  if (p + 8 > e) truncated(p);
  c.hi = load32(b, p + 4);
  return signed(load32(b, p));
}

/** A 64-bit integer for fields that are numbers; one that a number cannot hold exactly is refused. */
export function safeNumber(v: bigint, p: number): number {
  const n = Number(v);
  if (!Number.isSafeInteger(n))
    malformed(`${v} does not fit a number exactly; generate the field as bigint or string`, p);
  return n;
}
