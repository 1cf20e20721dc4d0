import { isPlainObject } from "../message/plain-object.js";
import { scalarProblem } from "../message/problem.js";
import { asciiLoop, utf8Write } from "../wire/platform.js";
import { u32 as halves, i64 as signed, u64 as unsigned } from "../wire/scratch.js";
import { isBytes, isWellFormed, stringValue } from "../wire/write-scalar.js";
import { toBase64 } from "./base64.js";
import { fail, inside, quoted, tooDeep } from "./failure.js";
import type { JsonObject, JsonValue } from "./json-value.js";
import type { JsonWriteOptions } from "./options.js";
import type { Piece } from "./piece.js";
import { enumOf, type FieldPlan } from "./plan.js";
import { freeString, noView, special } from "./tokenizer.js";
import { utf8 } from "./utf8.js";
import { writeAscii, writeDouble, writeInt32, writeInteger, writeUint64 } from "./write-number.js";

/** The state of the encode that is under way; a nested one saves and restores it. */
export const writer = {
  b: new Uint8Array(0) as Uint8Array,
  /** Over the memory of `b`. */
  view: noView as DataView,
  /** Where the next text begins: the bytes in front are those of results that were handed out. */
  start: 0,
  depth: 0,
  options: {} as JsonWriteOptions,
};

/** Makes a buffer of `size` the one to write to. */
export function useBuffer(size: number): void {
  writer.b = new Uint8Array(size);
  writer.view = new DataView(writer.b.buffer);
}

/** The buffer, with room for `n` bytes at `p`. */
export function room(p: number, n: number): Uint8Array {
  const { b } = writer;
  if (p + n <= b.length) return b;
  useBuffer(2 * (p + n));
  writer.b.set(b.subarray(0, p));
  return writer.b;
}

/** Writes prepared text. There has to be room for 15 bytes more. */
export function writePiece(p: number, { length, words }: Piece): number {
  const { view } = writer;
  // Most names have up to 16 bytes: one turn.
  for (let i = 0, q = p; i < words.length; q += 16) {
    view.setInt32(q, words[i++]!, true);
    view.setInt32(q + 4, words[i++]!, true);
    view.setInt32(q + 8, words[i++]!, true);
    view.setInt32(q + 12, words[i++]!, true);
  }
  return p + length;
}

/** Room that writers of short values take for granted: for a string of {@link longest} characters and punctuation. */
export const headroom = 64;

/** Longer strings are written natively. */
const longest: number = asciiLoop;

// As in the binary codec: called without a look-up, which is slow where strings have many internal forms.
const { charCodeAt } = String.prototype;

/** Writes a string. There has to be room for {@link headroom} bytes. */
export function writeString(p: number, value: string): number {
  const v = stringValue(value);
  const n = v.length;
  if (n > longest) return writeLong(p, v);
  const { b, view } = writer;
  b[p] = 34;
  let q = p + 1;
  let odd = 0;
  let i = 0;
  for (; i < n - 3; i += 4, q += 4) {
    const c = charCodeAt.call(v, i);
    const d = charCodeAt.call(v, i + 1);
    const e = charCodeAt.call(v, i + 2);
    const f = charCodeAt.call(v, i + 3);
    const x = c | (d << 8) | (e << 16) | (f << 24);
    odd |= x | special(x) | ((c | d | e | f) > 127 ? 128 : 0);
    view.setInt32(q, x, true);
  }
  for (; i < n; i++, q++) {
    const c = charCodeAt.call(v, i);
    if (c < 32 || c > 127 || c === 34 || c === 92) return writeLong(p, v);
    b[q] = c;
  }
  if ((odd & 0x80808080) !== 0) return writeLong(p, v);
  b[q] = 34;
  return q + 1;
}

/** Long strings, and those with characters that need a second look: natively first, then it is checked what is there. */
function writeLong(p: number, v: string): number {
  const end = writeUtf8(p + 1, v);
  const { b, view } = writer;
  if (end - p - 1 !== v.length && !isWellFormed(v)) fail("a lone surrogate");
  // Fills up the last word with a byte that is no special one.
  view.setInt32(end, 0x61616161, true);
  for (let q = p + 1; q < end; q += 4) {
    const x = view.getInt32(q, true);
    if ((special(x) & ~x & 0x80808080) !== 0) return writeUtf8(p, JSON.stringify(v));
  }
  b[p] = 34;
  b[end] = 34;
  return end + 1;
}

function writeUtf8(p: number, v: string): number {
  const b = room(p, 3 * v.length + headroom);
  if (utf8Write !== undefined) return p + utf8Write.call(b, v, p);
  const bytes = utf8(v);
  b.set(bytes, p);
  return p + bytes.length;
}

/** ASCII in quotes, with nothing to escape. */
export function writeQuoted(p: number, text: string): number {
  const b = room(p, text.length + 8);
  b[p] = 34;
  p = writeAscii(b, p + 1, text);
  b[p] = 34;
  return p + 1;
}

/** Writes one value of a field that holds no message. There has to be room for {@link headroom} bytes. */
export function writeScalar(p: number, f: FieldPlan, v: unknown): number {
  const b = writer.b;
  switch (f.kind) {
    case 9:
      if (typeof v !== "string") break;
      return writeString(p, v);
    case 8:
      if (typeof v !== "boolean") break;
      return writeAscii(b, p, String(v));
    case 5:
      if (((v as number) | 0) !== v) break;
      return writeInt32(b, p, v as number);
    case 13:
      if ((v as number) >>> 0 !== v) break;
      return writeInteger(b, p, v as number);
    case 3:
    case 4:
      return writeInt64(b, p, f, v);
    case 1:
      if (typeof v !== "number") break;
      return v - v === 0 ? writeDouble(b, p, v, false) : writeQuoted(p, String(v));
    case 2:
      if (typeof v !== "number") break;
      if (v - v !== 0) return writeQuoted(p, String(v));
      if (Math.abs(Math.fround(v)) === Infinity) break;
      return writeDouble(b, p, v, true);
    case 12:
      if (!isBytes(v)) break;
      return writeBase64(p, v);
    case 21:
      if (!isBytes(v)) break;
      return writeString(p, freeString(v, 0, v.length));
    case 22:
      return writer.options.enumsAsNumbers ? writeInt32(b, p, 0) : writeAscii(b, p, "null");
    default:
      if (((v as number) | 0) !== v) break;
      return writeEnum(p, f, v as number);
  }
  return wrong(f, v);
}

function wrong(f: FieldPlan, v: unknown): never {
  fail(scalarProblem(f.scalar, v)!);
}

function writeInt64(b: Uint8Array, p: number, f: FieldPlan, v: unknown): number {
  const array = f.kind === 3 ? signed : unsigned;
  if (typeof v !== "bigint") {
    if (scalarProblem(f.scalar, v) !== undefined) wrong(f, v);
    v = BigInt(v as string);
  }
  array[0] = v as bigint;
  if (array[0] !== v) wrong(f, v);
  b[p++] = 34;
  if (f.kind === 3 && halves[1]! >>> 31 > 0) {
    b[p++] = 45;
    unsigned[0] = -(v as bigint);
  }
  p = writeUint64(b, p, halves[1]!, halves[0]!);
  b[p] = 34;
  return p + 1;
}

function writeBase64(p: number, v: Uint8Array): number {
  const b = room(p, v.length + (v.length >> 1) + 16);
  b[p] = 34;
  p = toBase64(b, p + 1, v);
  b[p] = 34;
  return p + 1;
}

function writeEnum(p: number, f: FieldPlan, v: number): number {
  const name = writer.options.enumsAsNumbers ? undefined : enumOf(f).written.get(v);
  if (name === undefined) return writeInt32(writer.b, p, v);
  room(p, name.length + headroom);
  return writePiece(p, name);
}

/** Writes a map key: always a string. */
export function writeMapKey(p: number, f: FieldPlan, v: unknown): number {
  if (f.kind === 9 || typeof v === "bigint") return writeScalar(p, f, v);
  const problem = scalarProblem(f.desc, v);
  if (problem !== undefined) fail(`the key: ${problem}`);
  return writeQuoted(p, String(v));
}

/** Writes a plain JSON value. */
export function writeJson(p: number, v: JsonValue): number {
  const b = room(p, headroom);
  switch (typeof v) {
    case "string":
      return writeString(p, v);
    case "number":
      if (v - v !== 0) fail(`JSON has no ${v}`);
      return writeDouble(b, p, v, false);
    case "object":
      if (Array.isArray(v) || isPlainObject(v)) return writeJsonNested(p, v, 2);
  }
  if (v === null || typeof v === "boolean") return writeAscii(b, p, String(v));
  fail(`expected a JSON value, got ${typeof v}`);
}

/** `levels`: as many as the messages of the same data in a `google.protobuf.Value` take. */
function writeJsonNested(p: number, v: JsonValue[] | JsonObject, levels: number): number {
  if ((writer.depth -= levels) < 0) tooDeep();
  const isArray = Array.isArray(v);
  const start = p;
  for (const key of isArray ? v.keys() : Object.keys(v)) {
    room(p, headroom)[p++] = 44;
    try {
      if (!isArray) {
        p = writeString(p, key as string);
        writer.b[p++] = 58;
      }
      p = writeJson(p, (v as JsonObject)[key]!);
    } catch (error) {
      inside(error, `[${isArray ? key : quoted(key)}]`);
    }
  }
  writer.depth += levels;
  return close(start, p, isArray ? 91 : 123);
}

/** Writes a `google.protobuf.Struct` that is a plain object. */
export function writeJsonObject(p: number, v: unknown): number {
  return isPlainObject(v) ? writeJsonNested(p, v as JsonObject, 1) : fail("expected an object");
}

/** Ends an array or object whose elements all began with a comma: the first one becomes the opening byte. */
export function close(start: number, p: number, open: number): number {
  const b = room(p, 8);
  if (p === start) p++;
  b[start] = open;
  b[p] = open + 2;
  return p + 1;
}
