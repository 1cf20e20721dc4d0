/**
 * Readers of one element, all of one form: the value at `p`, with the position behind it left in the cursor. Numbers were
 * found whole when the view was scanned.
 */
import { cursor as c } from "../wire/cursor.js";
import { key } from "../wire/read-key.js";
import { bytes, string } from "../wire/read-string.js";
import {
  double,
  end,
  fixed32,
  fixed64,
  float,
  int32,
  sfixed64 as readSfixed64,
} from "../wire/read-varint.js";

export { bool, int32, int64, sint32, sint64, uint64 } from "../wire/read-varint.js";

/** Reads an element; the position behind it is left in the cursor. */
export type ReadElement<T> = (b: Uint8Array, p: number, e: number) => T;

function delimited<T>(read: ReadElement<T>): ReadElement<T> {
  return (b, p, e) => {
    const z = end(b, p, e);
    const value = read(b, c.p, z);
    c.p = z;
    return value;
  };
}

function fixed<T>(read: ReadElement<T>, size: number): ReadElement<T> {
  return (b, p, e) => {
    c.p = p + size;
    return read(b, p, e);
  };
}

export const elementString: ReadElement<string> = /*@__PURE__*/ delimited(string);
export const elementKey: ReadElement<string> = /*@__PURE__*/ delimited(key);
export const elementBytes: ReadElement<Uint8Array> = /*@__PURE__*/ delimited(bytes);
export const elementSfixed32: ReadElement<number> = /*@__PURE__*/ fixed(fixed32, 4);
export const elementFloat: ReadElement<number> = /*@__PURE__*/ fixed(float, 4);
export const elementDouble: ReadElement<number> = /*@__PURE__*/ fixed(double, 8);
export const elementFixed64: ReadElement<bigint> = /*@__PURE__*/ fixed(fixed64, 8);
export const elementSfixed64: ReadElement<bigint> = /*@__PURE__*/ fixed(readSfixed64, 8);

export function elementFixed32(b: Uint8Array, p: number, e: number): number {
  c.p = p + 4;
  return fixed32(b, p, e) >>> 0;
}

export function elementUint32(b: Uint8Array, p: number, e: number): number {
  return int32(b, p, e) >>> 0;
}
