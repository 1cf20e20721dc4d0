import { cursor, overBudget } from "../wire/cursor.js";
import { key } from "../wire/read-key.js";
import { string } from "../wire/read-string.js";
import { isWellFormed } from "../wire/write-scalar.js";
import { quoted, syntax, tooDeep, tooMuch } from "./failure.js";
import type { JsonReadOptions } from "./options.js";
import { utf8 } from "./utf8.js";

const none: Uint8Array = new Uint8Array(0);
export const noView: DataView = /*@__PURE__*/ new DataView(new ArrayBuffer(0));

/**
 * The state of the decode that is under way. A decode is synchronous, so one constant object serves all; a nested one
 * (a registry may decode) saves and restores it. The element memory that is left is in `cursor.memory`.
 */
export const reader = {
  /** The JSON text in UTF-8. Bytes 0, which no JSON holds, follow it. */
  b: none as Uint8Array,
  /** Over the memory of `b`. */
  view: noView as DataView,
  /** The length of the text. */
  n: 0,
  p: 0,
  /** Levels of nesting that are left. */
  depth: 0,
  /** Values that may still be passed over. */
  unknown: 0,
  /** The contents of the string that {@link token} read: `t[s, e)`, with a byte behind them that is in no number. */
  t: none as Uint8Array,
  s: 0,
  e: 0,
  options: {} as JsonReadOptions,
};

/** Takes from the element memory that is left. */
export function charge(bytes: number): void {
  if ((cursor.memory -= bytes) < 0) overBudget(reader.p);
}

/** Uses up levels of nesting. */
export function descend(levels: number): void {
  if ((reader.depth -= levels) < 0) tooDeep(reader.p);
}

/** Passes over white space; the byte at the new position. */
export function peek(): number {
  const { b } = reader;
  let { p } = reader;
  let c = b[p]!;
  if (c > 32) return c;
  while (c === 32 || c === 10 || c === 13 || c === 9) c = b[++p]!;
  reader.p = p;
  return c;
}

/** The byte at the position is not what the text needs here. */
export function unexpected(wanted: string): never {
  const { b, n, p } = reader;
  const c = b[p]!;
  const got = p < n ? JSON.stringify(String.fromCharCode(c)) : "the end";
  syntax(`expected ${wanted}, got ${got}`, p);
}

/** Reads one byte of punctuation. */
export function punctuation(code: number): void {
  if (peek() !== code) unexpected(`"${String.fromCharCode(code)}"`);
  reader.p++;
}

/** Reads `true`, `false` or `null`, by its first byte. */
export function constant(c: number): boolean | null {
  literal(c === 116 ? "true" : c === 102 ? "false" : "null");
  return c === 110 ? null : c === 116;
}

export function literal(word: string): void {
  const { b, p } = reader;
  for (let i = 0; i < word.length; i++) if (b[p + i] !== word.charCodeAt(i)) unexpected(word);
  reader.p = p + word.length;
}

/** Opens an array or an object, whose first byte is `open`. Whether there is an element. */
export function begin(open: number): boolean {
  punctuation(open);
  return !closed(open + 2);
}

/** Behind an element: whether there is another one before `end`. */
export function more(end: number): boolean {
  const c = peek();
  if (c !== 44 && c !== end) unexpected('","');
  reader.p++;
  return c === 44;
}

function closed(end: number): boolean {
  if (peek() !== end) return false;
  reader.p++;
  return true;
}

/** Of four ASCII bytes: bit 7 of one is set if one is below 32, a quote or a backslash. */
export function special(x: number): number {
  return (x - 0x20202020) | ((x ^ 0x22222222) - 0x01010101) | ((x ^ 0x5c5c5c5c) - 0x01010101);
}

/**
 * Reads a string that is ASCII without escapes into `reader.b[s, e)`. Otherwise only notes how far that goes: to `e`.
 */
function isSimple(): boolean {
  const { b, view } = reader;
  const s = reader.p + 1;
  let p = s;
  for (;;) {
    const x = view.getInt32(p, true);
    if (((x | special(x)) & 0x80808080) !== 0) break;
    p += 4;
  }
  let c = b[p]!;
  while (c > 31 && c < 128 && c !== 34 && c !== 92) c = b[++p]!;
  reader.s = s;
  reader.e = p;
  if (c !== 34 || b[s - 1] !== 34) return false;
  reader.p = p + 1;
  return true;
}

/** Reads a string. `repeats`: it is likely to have been read before, as map keys are. */
export function text(repeats?: boolean): string {
  const simple = isSimple();
  const { b, s, e } = reader;
  return !simple ? textSlow(s, e) : repeats ? key(b, s, e) : string(b, s, e);
}

/** Goes on with a string that began at `s`, from `p` on: other characters than ASCII, and escapes. */
function textSlow(s: number, p: number): string {
  const { b } = reader;
  if (b[s - 1] !== 34) unexpected("a string");
  let escaped = false;
  for (let c = b[p]!; c !== 34; c = b[++p]!) {
    if (c === 92) {
      escaped = true;
      c = b[++p]!;
    }
    if (c < 32) {
      reader.p = p;
      unexpected("the end of a string");
    }
  }
  reader.p = p + 1;
  const raw = string(b, s, p);
  return escaped ? unescaped(raw, s) : raw;
}

function unescaped(raw: string, offset: number): string {
  let value: string;
  try {
    value = JSON.parse(`"${raw}"`) as string;
  } catch {
    syntax("an unknown escape", offset);
  }
  if (!isWellFormed(value)) syntax("a lone surrogate", offset);
  return value;
}

/** Reads a string as bytes, into `reader.t[s, e)`. Takes no element memory. */
export function token(): void {
  reader.t = reader.b;
  if (isSimple()) return;
  const bytes = utf8(`${free(() => textSlow(reader.s, reader.e))}\0`);
  reader.t = bytes;
  reader.s = 0;
  reader.e = bytes.length - 1;
}

/** The string that {@link token} read. */
export function tokenString(): string {
  return free(() => key(reader.t, reader.s, reader.e));
}

/** The same, quoted, for messages. */
export function tokenText(): string {
  return quoted(tokenString());
}

/** Reads strings outside of the memory budget. */
export function free<T>(read: () => T): T {
  const { memory } = cursor;
  cursor.memory = Number.MAX_SAFE_INTEGER;
  const value = read();
  cursor.memory = memory;
  return value;
}

/** Passes over a value that nobody asked for; it still has to be JSON. */
export function skip(): void {
  if (--reader.unknown < 0) tooMuch("more unknown values than limits.unknownFields", reader.p);
  const c = peek();
  switch (c) {
    case 34:
      return token();
    case 123:
    case 91:
      descend(1);
      for (let go = begin(c); go; go = more(c + 2)) {
        if (c === 123) name();
        skip();
      }
      reader.depth++;
      return;
    case 116:
    case 102:
    case 110:
      constant(c);
      return;
    default:
      bareNumber();
  }
}

/** Reads the name of an object's member, and the colon, as {@link token} does. */
export function name(): void {
  peek();
  token();
  punctuation(58);
}

/** The position behind the number that was read last. */
export let numberEnd = 0;

/** 10^i, which doubles hold exactly up to the 22nd. */
export const powers: readonly number[] = /*@__PURE__*/ Array.from(
  { length: 23 },
  (_, i) => 10 ** i,
);
const exact = 2 ** 53;

/** The number at `p`, as near as a double comes; infinite past its range. */
export function number(b: Uint8Array, p: number): number {
  const start = p;
  const negative = b[p] === 45;
  if (negative) p++;
  let n = b[p]! - 48;
  if (n >>> 0 > 9) notNumber(b, p);
  let digit = b[++p]! - 48;
  if (n === 0 && digit >>> 0 < 10) notNumber(b, p);
  for (; digit >>> 0 < 10; digit = b[++p]! - 48) n = n * 10 + digit;
  let scale = 0;
  if (digit === -2) {
    const first = ++p;
    digit = b[p]! - 48;
    if (digit >>> 0 > 9) notNumber(b, p);
    for (; digit >>> 0 < 10; digit = b[++p]! - 48) n = n * 10 + digit;
    scale = p - first;
  }
  // n is exact up to 2^53, and so are the powers of ten up to the 22nd: then one division rounds correctly.
  if ((digit | 32) === 53) {
    p = exponent(b, p);
    scale = 99;
  }
  numberEnd = p;
  if (scale > 22 || n > exact) return Number(freeString(b, start, p));
  if (scale > 0) n /= powers[scale]!;
  return negative ? -n : n;
}

/** Reads a number that is not in quotes. */
export function bareNumber(): number {
  const value = number(reader.b, reader.p);
  reader.p = numberEnd;
  return value;
}

/** The position behind the exponent whose `e` is at `p`. */
function exponent(b: Uint8Array, p: number): number {
  const sign = b[p + 1];
  p += sign === 43 || sign === 45 ? 2 : 1;
  if ((b[p]! - 48) >>> 0 > 9) notNumber(b, p);
  while ((b[++p]! - 48) >>> 0 < 10);
  return p;
}

function notNumber(b: Uint8Array, p: number): never {
  if (b !== reader.b || p < reader.p) noNumber(reader.p);
  reader.p = p;
  unexpected("a number in JSON's form");
}

/** The string that {@link token} read is not a number. */
export function noNumber(at: number): never {
  syntax(`${tokenText()} is no number`, at);
}

/** The string in `b[p, z)`. */
export function freeString(b: Uint8Array, p: number, z: number): string {
  return free(() => string(b, p, z));
}
