import { quoted, syntax, tooDeep, tooMuch } from "../json/failure.js";
import type { TextReadOptions } from "./options.js";

/** The state of one decode. */
export interface Reader {
  readonly text: string;
  readonly options: TextReadOptions;
  /** The position in `text`, in UTF-16 units. */
  p: number;
  /** Levels of nesting that are left. */
  depth: number;
  /** Values that may still be passed over. */
  unknown: number;
  /** Element memory that is left. */
  memory: number;
}

/** Takes from the element memory that is left. */
export function charge(r: Reader, bytes: number): void {
  if ((r.memory -= bytes) < 0) {
    tooMuch(
      "the decoded value would take more memory than allowed (limits.elementMemoryBytes)",
      r.p,
    );
  }
}

/** Uses up a level of nesting. Whoever leaves the level gives it back. */
export function descend(r: Reader): void {
  if (--r.depth < 0) tooDeep(r.p);
}

/** Passes over white space and comments; the character code at the new position, `NaN` at the end. */
export function peek(r: Reader): number {
  const { text } = r;
  let { p } = r;
  for (;;) {
    const c = text.charCodeAt(p);
    if (c === 32 || (c > 8 && c < 14)) {
      p++;
    } else if (c === 35) {
      const end = text.indexOf("\n", p);
      p = end < 0 ? text.length : end;
    } else {
      r.p = p;
      return c;
    }
  }
}

/** Passes over one character of punctuation if it is the next token. */
export function take(r: Reader, code: number): boolean {
  if (peek(r) !== code) return false;
  r.p++;
  return true;
}

/** Reads one character of punctuation. */
export function punctuation(r: Reader, code: number): void {
  if (!take(r, code)) unexpected(r, `"${String.fromCharCode(code)}"`);
}

/** The token at the position is not what the text needs here. */
export function unexpected(r: Reader, wanted: string): never {
  syntax(`expected ${wanted}, got ${got(r)}`, r.p);
}

/** The token at the position, for messages. */
export function got(r: Reader): string {
  const { text, p } = r;
  if (p >= text.length) return "the end of the text";
  let end = p;
  while (isWord(text.charCodeAt(end)) && end - p < 80) end++;
  return quoted(end > p ? text.slice(p, end) : String.fromCodePoint(text.codePointAt(p)!));
}

/** Whether a character can be in an identifier or a number. */
export function isWord(c: number): boolean {
  return isLetter(c) || isDigit(c);
}

/** Whether a character can begin an identifier. */
export function isLetter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95;
}

export function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

/** Reads an identifier. `wanted`: what it would be, for the error. */
export function identifier(r: Reader, wanted: string): string {
  if (!isLetter(peek(r))) unexpected(r, wanted);
  const start = r.p;
  let p = start + 1;
  while (isWord(r.text.charCodeAt(p))) p++;
  r.p = p;
  return r.text.slice(start, p);
}
