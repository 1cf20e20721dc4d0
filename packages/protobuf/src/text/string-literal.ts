import { fail, syntax } from "../json/failure.js";
import { utf8 } from "../json/utf8.js";
import { utf8Length } from "../wire/platform.js";
import { isWellFormed } from "../wire/write-scalar.js";
import { charge, peek, type Reader, unexpected } from "./tokenizer.js";

/**
 * What the literals at the position say, one behind the other. One literal without an escape is kept as text; all others
 * are put together as bytes, since octal and hexadecimal escapes may be parts of characters.
 */
interface Literal {
  text: string | undefined;
  b: Uint8Array;
  n: number;
}

const strict = /*@__PURE__*/ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a string value: one literal, or several that belong together. */
export function stringValue(r: Reader): string {
  peek(r);
  const at = r.p;
  const { text, b, n } = literals(r);
  charge(r, 24 + (text === undefined ? n : utf8Length(text)));
  if (text !== undefined) return text;
  try {
    return strict.decode(b.subarray(0, n));
  } catch {
    return fail("the string is not valid UTF-8", at);
  }
}

/** Reads the same as bytes. */
export function bytesValue(r: Reader): Uint8Array {
  const { text, b, n } = literals(r);
  const bytes = text === undefined ? b.slice(0, n) : utf8(text);
  charge(r, 112 + bytes.length);
  return bytes;
}

/** Reads the literals of a string value. */
export function literals(r: Reader): Literal {
  const literal: Literal = { text: undefined, b: new Uint8Array(0), n: 0 };
  let c = peek(r);
  if (c !== 34 && c !== 39) unexpected(r, "a string");
  for (let isFirst = true; c === 34 || c === 39; c = peek(r), isFirst = false) {
    r.p++;
    if (!isFirst) toBytes(literal);
    readLiteral(r, c, literal, isFirst);
  }
  return literal;
}

/** Reads the rest of a literal that `quote` opened. */
function readLiteral(r: Reader, quote: number, into: Literal, isFirst: boolean): void {
  const { text } = r;
  const first = r.p;
  for (let start = first; ; start = r.p) {
    let p = start;
    let c = text.charCodeAt(p);
    while (c !== quote && c !== 92 && c !== 10 && c > 0) c = text.charCodeAt(++p);
    r.p = p;
    if (c !== quote && c !== 92) unexpected(r, "the end of the string");
    if (isFirst && start === first && c === quote) into.text = plain(text.slice(start, p), start);
    else if (p > start) append(into, utf8(plain(text.slice(start, p), start)));
    if (c === quote) {
      r.p++;
      return;
    }
    readEscape(r, into);
  }
}

/** Text as it stands in a literal. Half a surrogate pair is no character, and must not become one with its neighbour. */
function plain(text: string, at: number): string {
  return isWellFormed(text)
    ? text
    : syntax("half a surrogate pair", at + text.search(/\p{Surrogate}/u));
}

function toBytes(literal: Literal): void {
  if (literal.text !== undefined) append(literal, utf8(literal.text));
  literal.text = undefined;
}

function append(into: Literal, bytes: Uint8Array): void {
  const n = into.n + bytes.length;
  if (n > into.b.length) grow(into, n);
  into.b.set(bytes, into.n);
  into.n = n;
}

function appendByte(into: Literal, byte: number): void {
  if (into.n === into.b.length) grow(into, into.n);
  into.b[into.n++] = byte;
}

function grow(into: Literal, n: number): void {
  const b = new Uint8Array(Math.max(64, 2 * n));
  b.set(into.b.subarray(0, into.n));
  into.b = b;
}

const simple: ReadonlyMap<number, number> = /*@__PURE__*/ new Map(
  ["a\x07", "b\b", "f\f", "n\n", "r\r", "t\t", "v\v", "??", "\\\\", "''", '""'].map((pair) => [
    pair.charCodeAt(0),
    pair.charCodeAt(1),
  ]),
);

/** Reads an escape, whose backslash is at the position. */
function readEscape(r: Reader, into: Literal): void {
  const at = r.p;
  const c = r.text.charCodeAt(at + 1);
  const value = simple.get(c);
  r.p += 2;
  if (value !== undefined) return appendByte(into, value);
  if (c >= 48 && c <= 55) {
    r.p--;
    const byte = digits(r, 8, 1, 3, at);
    return byte > 255 ? syntax("an octal escape past \\377", at) : appendByte(into, byte);
  }
  switch (c) {
    case 120:
      return appendByte(into, digits(r, 16, 1, 2, at));
    case 117:
      return append(into, utf8(character(digits(r, 16, 4, 4, at), at)));
    case 85:
      return append(into, utf8(character(digits(r, 16, 8, 8, at), at)));
    default:
      syntax("expected an escape such as \\n, \\012, \\x0a, \\u000a or \\U0000000a", at);
  }
}

/** Between `least` and `most` digits of a base, as a number. */
function digits(r: Reader, base: 8 | 16, least: number, most: number, at: number): number {
  const { text, p: start } = r;
  let p = start;
  let value = 0;
  for (; p < start + most; p++) {
    const digit = digitOf(text.charCodeAt(p));
    if (!(digit < base)) break;
    value = value * base + digit;
  }
  r.p = p;
  if (p < start + least) {
    const s = least === 1 ? "" : "s";
    syntax(`expected ${least} hexadecimal digit${s} behind ${text.slice(at, start)}`, at);
  }
  return value;
}

/** The value of a digit of any base up to 16; what is none is larger, or `NaN`. */
function digitOf(c: number): number {
  if (c < 58) return c < 48 ? 99 : c - 48;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : 99;
}

/** A character by its code point. Unlike in JSON, two escapes that are halves of a surrogate pair are none. */
function character(code: number, at: number): string {
  if (code > 0x10ffff) syntax("a character past U+10FFFF", at);
  return code >>> 11 === 27 ? syntax("half a surrogate pair", at) : String.fromCodePoint(code);
}
