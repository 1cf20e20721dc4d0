import type { DescField } from "../descriptor/model.js";
import { fail, quoted, syntax } from "../json/failure.js";
import {
  charge,
  identifier,
  isDigit,
  isLetter,
  isWord,
  peek,
  type Reader,
  unexpected,
} from "./tokenizer.js";

/** The forms of a number; a number ends where a word ends, so `10in` is none. */
const decimal = /^(?:0|[1-9]\d*)$/;
const octal = /^0[0-7]+$/;
const hexadecimal = /^0[xX][\da-fA-F]+$/;
const float = /^(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[fF]?$/;

/** Reads a number without its sign, as it is written. */
export function numeral(r: Reader): string {
  const { text } = r;
  const start = r.p;
  let p = start;
  let c = text.charCodeAt(p);
  if (!isDigit(c) && !(c === 46 && isDigit(text.charCodeAt(p + 1)))) unexpected(r, "a number");
  const isHex = (text.charCodeAt(p + 1) | 32) === 120;
  for (;;) {
    const isExponent = !isHex && (c | 32) === 101;
    c = text.charCodeAt(++p);
    if (!(isWord(c) || c === 46 || (isExponent && (c === 43 || c === 45)))) break;
  }
  const token = text.slice(start, p);
  if (!decimal.test(token) && !octal.test(token) && !hexadecimal.test(token) && !float.test(token))
    syntax(`${quoted(token)} is no number`, start);
  r.p = p;
  return token;
}

/** Reads a minus, behind which there may be white space; whether there is one. */
export function minus(r: Reader): boolean {
  if (peek(r) !== 45) return false;
  r.p++;
  peek(r);
  return true;
}

function outOfRange(at: number): never {
  fail("the number is out of range", at);
}

/** An integer of any size, in any of its forms. */
function integer(r: Reader, unsigned: boolean): number | bigint {
  peek(r);
  const at = r.p;
  if (unsigned && r.text.charCodeAt(at) === 45) unexpected(r, "a number without a sign");
  const negative = minus(r);
  const token = numeral(r);
  if (!decimal.test(token) && !octal.test(token) && !hexadecimal.test(token))
    fail(`${quoted(token)} is not an integer`, at);
  const literal = octal.test(token) ? `0o${token.slice(1)}` : token;
  if (literal.length < 16) return negative ? 0 - Number(literal) : Number(literal);
  // 64 bits have 22 octal digits; a bigint of many more would take long.
  const digits = literal.replace(/^0[oxX]0*/, "").length;
  if (digits > 22) outOfRange(at);
  const value = BigInt(literal.replace(/^(0[oxX])0+/, "$10"));
  return negative ? -value : value;
}

export function readInt32(r: Reader, unsigned: boolean): number {
  peek(r);
  const at = r.p;
  const value = integer(r, unsigned);
  if (typeof value !== "number" || (unsigned ? value >>> 0 : value | 0) !== value) outOfRange(at);
  return value;
}

/** In the representation of the field. */
export function readInt64(
  r: Reader,
  unsigned: boolean,
  field: DescField,
): bigint | string | number {
  peek(r);
  const at = r.p;
  const value = BigInt(integer(r, unsigned));
  if ((unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value)) !== value) outOfRange(at);
  charge(r, 24);
  if (field.int64 === "bigint") return value;
  if (field.int64 === "string") return String(value);
  if (!Number.isSafeInteger(Number(value))) fail(`a number does not hold ${value} exactly`, at);
  return Number(value);
}

/** A `double` or a `float`: what is too large for it is infinite. */
export function readFloat(r: Reader, single: boolean): number {
  const negative = minus(r);
  const size = isLetter(peek(r)) ? special(r) : finite(r);
  const value = negative ? -size : size;
  return single ? Math.fround(value) : value;
}

function finite(r: Reader): number {
  const at = r.p;
  const token = numeral(r);
  if (octal.test(token) || hexadecimal.test(token))
    fail(`${quoted(token)} is not a decimal number`, at);
  return Number(token.replace(/[fF]$/, ""));
}

function special(r: Reader): number {
  const at = r.p;
  const name = identifier(r, "a number");
  switch (name.toLowerCase()) {
    case "inf":
    case "infinity":
      return Number.POSITIVE_INFINITY;
    case "nan":
      return Number.NaN;
    default:
      return fail(`expected a number, got ${quoted(name)}`, at);
  }
}
