import type { DescField } from "../descriptor/model.js";
import { u32 as halves, u64 as unsigned } from "../wire/scratch.js";
import { fail } from "./failure.js";
import {
  bareNumber,
  charge,
  freeString,
  noNumber,
  number,
  numberEnd,
  powers,
  reader,
  token,
  tokenString,
} from "./tokenizer.js";

/** A `double` or a `float`: a number, the same in quotes, or `"NaN"`, `"Infinity"`, `"-Infinity"`. */
export function readDouble(single: boolean): number {
  const at = reader.p;
  let value: number;
  if (reader.b[at] !== 34) {
    value = bareNumber();
  } else {
    token();
    const { t, s } = reader;
    const c = t[t[s] === 45 ? s + 1 : s];
    if (c === 78 || c === 73) {
      const name = tokenString();
      return /^(NaN|-?Infinity)$/.test(name) ? Number(name) : noNumber(at);
    }
    value = number(t, s);
    quotedEnd(numberEnd, at);
  }
  if (single) value = Math.fround(value);
  if (value - value !== 0) outOfRange(at);
  return value;
}

function outOfRange(at: number): never {
  fail("the number is out of range", at);
}

function quotedEnd(p: number, at: number): void {
  if (p !== reader.e) noNumber(at);
}

/** Up to so many digits an integer is read as a number, exactly. */
const narrow = 15;

/** An integer of any size, in quotes or not, in any form of a number that has no fraction. */
function integer(): number | bigint {
  const at = reader.p;
  const quoted = reader.b[at] === 34;
  if (quoted) token();
  const b = quoted ? reader.t : reader.b;
  const start = quoted ? reader.s : at;
  const negative = b[start] === 45;
  const first = negative ? start + 1 : start;
  let p = first;
  let n = 0;
  let rest = 0;
  let digit = b[p]! - 48;
  for (const end = first + narrow; digit >>> 0 < 10 && p < end; digit = b[++p]! - 48)
    n = n * 10 + digit;
  for (const end = first + 20; digit >>> 0 < 10 && p < end; digit = b[++p]! - 48)
    rest = rest * 10 + digit;
  const length = p - first;
  let value: number | bigint;
  if (
    length === 0 ||
    (b[first] === 48 && length > 1) ||
    digit >>> 0 < 10 ||
    digit === -2 ||
    (digit | 32) === 53
  ) {
    number(b, start);
    p = numberEnd;
    value = unusual(freeString(b, start, p), at);
  } else if (length <= narrow) {
    value = negative ? 0 - n : n;
  } else {
    value = wide(n, rest, length - narrow);
    if (negative) value = -value;
  }
  if (quoted) quotedEnd(p, at);
  else reader.p = p;
  return value;
}

/** n × 10^digits + rest, for up to five digits: arithmetic in halves is three times as fast as parsing a bigint. */
function wide(n: number, rest: number, digits: number): bigint {
  const factor = powers[digits]!;
  const split = 2 ** 25;
  const high = Math.floor(n / split);
  const upper = high * factor;
  const lower = (n - high * split) * factor + rest + (upper % 128) * split;
  const top = Math.floor(upper / 128) + Math.floor(lower / 2 ** 32);
  halves[0] = lower;
  halves[1] = top;
  // Past 64 bits, any number will do that is out of every range.
  return top < 2 ** 32 ? unsigned[0]! : 1n << 64n;
}

/** Numbers with a fraction or an exponent, and long ones. Exact, and bounded whatever the exponent. */
function unusual(text: string, at: number): number | bigint {
  const [, sign, integral, fraction, exponent] = /^(-?)(\d+)\.?(\d*)(?:[eE]\+?(-?\d+))?$/.exec(
    text,
  )!;
  const digits = (integral! + fraction!).replace(/^0+/, "");
  if (digits === "") return 0;
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  const zeros = Number(exponent ?? 0) - fraction!.length + digits.length - end;
  if (zeros < 0) fail("the number is not an integer", at);
  if (end + zeros > 20) outOfRange(at);
  const value = BigInt(sign! + digits.slice(0, end) + "0".repeat(zeros));
  return BigInt.asIntN(50, value) === value ? Number(value) : value;
}

export function readInt32(unsigned: boolean): number {
  const at = reader.p;
  const value = integer();
  if (typeof value !== "number" || (unsigned ? value >>> 0 : value | 0) !== value) outOfRange(at);
  return value;
}

/** In the representation of the field. */
export function readInt64(unsigned: boolean, field: DescField): bigint | string | number {
  const at = reader.p;
  const value = integer();
  const big = BigInt(value);
  if ((unsigned ? BigInt.asUintN(64, big) : BigInt.asIntN(64, big)) !== big) outOfRange(at);
  charge(24);
  if (field.int64 === "number" && !Number.isSafeInteger(Number(big)))
    fail(`a number does not hold ${value} exactly`, at);
  return asInt64(field, big);
}

/** An integer as a 64-bit field holds it. */
export function asInt64({ int64 }: DescField, value: number | bigint): bigint | string | number {
  return int64 === "bigint" ? BigInt(value) : int64 === "string" ? String(value) : Number(value);
}
