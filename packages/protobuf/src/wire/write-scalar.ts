import * as out from "./output.js";
import * as platform from "./platform.js";
import * as scratch from "./scratch.js";

const varint = out.varint;
const varintSize = out.varintSize;
const asciiLoop = platform.asciiLoop;
const utf8Write = platform.utf8Write;
const i32 = scratch.i32;
const i64 = scratch.i64;
const u64 = scratch.u64;
const f32 = scratch.f32;
const f64 = scratch.f64;

/** Thrown when a value does not fit its field; the entry point finds out which field it was. */
export class WrongValue {}

export function wrongValue(): never {
  throw new WrongValue();
}

/** A 64-bit varint from its halves. */
export function varint64(b: Uint8Array, p: number, lo: number, hi: number): number {
  if (hi === 0) return varint(b, p, lo >>> 0);
  b[p] = (lo & 127) | 128;
  b[p + 1] = ((lo >>> 7) & 127) | 128;
  b[p + 2] = ((lo >>> 14) & 127) | 128;
  b[p + 3] = ((lo >>> 21) & 127) | 128;
  p += 4;
  let rest = ((lo >>> 28) | (hi << 4)) >>> 0;
  const top = hi >>> 28;
  if (top === 0) return varint(b, p, rest);
  // 36 bits are left: four groups of the low word's bits, the rest joined with the top four
  for (let i = 0; i < 4; i++) {
    b[p++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  return varint(b, p, rest | (top << 4));
}

/** `int32` and enums: negative numbers take ten bytes. */
export function int32(b: Uint8Array, p: number, v: number): number {
  if ((v & 127) === v) {
    b[p] = v;
    return p + 1;
  }
  if ((v | 0) !== v) wrongValue();
  return v < 0 ? varint64(b, p, v, -1) : varint(b, p, v);
}

export function uint32(b: Uint8Array, p: number, v: number): number {
  if (v >>> 0 !== v) wrongValue();
  return varint(b, p, v);
}

export function sint32(b: Uint8Array, p: number, v: number): number {
  if ((v | 0) !== v) wrongValue();
  return varint(b, p, ((v << 1) ^ (v >> 31)) >>> 0);
}

export function bool(b: Uint8Array, p: number, v: boolean): number {
  if (v === true) b[p] = 1;
  else if (v === false) b[p] = 0;
  else wrongValue();
  return p + 1;
}

export function int64(b: Uint8Array, p: number, v: bigint): number {
  i64[0] = v;
  if (i64[0] !== v) wrongValue();
  return varint64(b, p, i32[0]!, i32[1]!);
}

export function uint64(b: Uint8Array, p: number, v: bigint): number {
  u64[0] = v;
  if (u64[0] !== v) wrongValue();
  return varint64(b, p, i32[0]!, i32[1]!);
}

export function sint64(b: Uint8Array, p: number, v: bigint): number {
  i64[0] = v;
  if (i64[0] !== v) wrongValue();
  const lo = i32[0]!;
  const hi = i32[1]!;
  const sign = hi >> 31;
  return varint64(b, p, (lo << 1) ^ sign, ((hi << 1) | (lo >>> 31)) ^ sign);
}

function store32(b: Uint8Array, p: number, v: number): number {
  b[p] = v;
  b[p + 1] = v >> 8;
  b[p + 2] = v >> 16;
  b[p + 3] = v >> 24;
  return p + 4;
}

export function fixed32(b: Uint8Array, p: number, v: number): number {
  if (v >>> 0 !== v) wrongValue();
  return store32(b, p, v);
}

export function sfixed32(b: Uint8Array, p: number, v: number): number {
  if ((v | 0) !== v) wrongValue();
  return store32(b, p, v);
}

export function fixed64(b: Uint8Array, p: number, v: bigint): number {
  u64[0] = v;
  if (u64[0] !== v) wrongValue();
  return store32(b, store32(b, p, i32[0]!), i32[1]!);
}

export function sfixed64(b: Uint8Array, p: number, v: bigint): number {
  i64[0] = v;
  if (i64[0] !== v) wrongValue();
  return store32(b, store32(b, p, i32[0]!), i32[1]!);
}

/** A number past the range of a 32-bit float would be written as infinity, so it is refused. */
export function float(b: Uint8Array, p: number, v: number): number {
  if (typeof v !== "number") wrongValue();
  f32[0] = v;
  if (f32[0] === Infinity || f32[0] === -Infinity) if (Number.isFinite(v)) wrongValue();
  return store32(b, p, i32[0]!);
}

export function double(b: Uint8Array, p: number, v: number): number {
  if (typeof v !== "number") wrongValue();
  f64[0] = v;
  return store32(b, store32(b, p, i32[0]!), i32[1]!);
}

/** Whether every surrogate of a string has its partner, so that UTF-8 can hold it. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** The value of a 64-bit field that is generated as a string or a number; the writer checks its range. */
export function toBigInt(v: string | number): bigint {
  if (
    typeof v === "number"
      ? !Number.isSafeInteger(v)
      : typeof v !== "string" || !/^-?[0-9]+$/.test(v)
  )
    wrongValue();
  return BigInt(v);
}

const encoder = /*@__PURE__*/ new TextEncoder();

// Strings have many internal forms (concatenated, internalized, two-byte …), and the engine looks a property up the slow
// way at a place that has seen more than four of them: ten times the cost of the character itself. So the method is
// called without a look-up, and a string passes `stringValue` before its length is asked for.
const { charCodeAt } = String.prototype;

/** The string, whose length the compiler then knows how to read: only what comes out of an addition is a string to it. */
export function stringValue(v: string): string {
  if (typeof v !== "string") wrongValue();
  return "" + v;
}

/** A string with its length. Needs room for three bytes a character and five more. */
export function string(b: Uint8Array, p: number, value: string): number {
  const v = stringValue(value);
  const n = v.length;
  if (n > asciiLoop) return stringNative(b, p, v);
  b[p] = n;
  let q = p + 1;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const w = charCodeAt.call(v, i);
    const x = charCodeAt.call(v, i + 1);
    const y = charCodeAt.call(v, i + 2);
    const z = charCodeAt.call(v, i + 3);
    if ((w | x | y | z) > 127) return stringNative(b, p, v);
    b[q] = w;
    b[q + 1] = x;
    b[q + 2] = y;
    b[q + 3] = z;
    q += 4;
  }
  for (; i < n; i++) {
    const code = charCodeAt.call(v, i);
    if (code > 127) return stringNative(b, p, v);
    b[q++] = code;
  }
  return q;
}

function stringNative(b: Uint8Array, p: number, v: string): number {
  const g = varintSize(v.length);
  const start = p + g;
  const k =
    utf8Write === undefined
      ? encoder.encodeInto(v, b.subarray(start)).written
      : utf8Write.call(b, v, start);
  if (k !== v.length && !isWellFormed(v)) wrongValue();
  const width = varintSize(k);
  if (width !== g) b.copyWithin(p + width, start, start + k);
  return varint(b, p, k) + k;
}

/** Whether a value is a `Uint8Array`, of this realm or another. */
export function isBytes(v: unknown): v is Uint8Array {
  return (
    v instanceof Uint8Array ||
    (ArrayBuffer.isView(v) && Object.prototype.toString.call(v) === "[object Uint8Array]")
  );
}

/** From this length on bytes are taken as they are by an encode to a list of chunks. */
export const segmentBytes = 4096;

/** A `bytes` value with its length. Needs room for its length and five more. */
export function bytes(b: Uint8Array, p: number, v: Uint8Array): number {
  if (!isBytes(v)) wrongValue();
  const n = v.length;
  p = varint(b, p, n);
  if (n > 31) return raw(b, p, v);
  for (let i = 0; i < n; i++) b[p + i] = v[i]!;
  return p + n;
}

/** Bytes as they are. */
export function raw(b: Uint8Array, p: number, v: Uint8Array): number {
  if (v.length >= segmentBytes && out.output.sink !== undefined) return out.output.sink.take(p, v);
  b.set(v, p);
  return p + v.length;
}
