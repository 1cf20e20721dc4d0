import type { TypedArray } from "../descriptor/model.js";
import { littleEndian } from "./endian.js";
import { close, varint, varintSize } from "./output.js";
import { room, roomBytes } from "./write-message.js";
import * as plain from "./write-packed.js";
import * as scalar from "./write-scalar.js";

type WriteTyped<T> = (p: number, list: ArrayLike<T>) => number;
type Class = new (length: number) => TypedArray;

/** Fixed-width elements, which go out as they stand in memory. What else is there was put there by hand. */
function fixed<T>(arrayClass: Class, byElement: WriteTyped<T>): WriteTyped<T> {
  return (p, list) => {
    if (!littleEndian || !(list instanceof arrayClass)) return byElement(p, list);
    const n = list.byteLength;
    const b = roomBytes(p, n, 16);
    return scalar.raw(b, varint(b, p, n), new Uint8Array(list.buffer, list.byteOffset, n));
  };
}

/** Varints, from the 32-bit words of the array: `words` an element, which takes `most` bytes at most. */
function varints<T>(
  arrayClass: Class,
  byElement: WriteTyped<T>,
  words: number,
  most: number,
  write: (b: Uint8Array, p: number, all: Int32Array) => number,
): WriteTyped<T> {
  return (p, list) => {
    if (!(list instanceof arrayClass)) return byElement(p, list);
    const n = list.length;
    const b = room(p, n * most + 5);
    const g = varintSize(n);
    const s = p;
    p = write(b, p + g, new Int32Array(list.buffer, list.byteOffset, n * words));
    const length = p - s - g;
    if (varintSize(length) !== g) return close(s, g, p);
    varint(b, s, length);
    return p;
  };
}

function int32(b: Uint8Array, p: number, all: Int32Array): number {
  for (let i = 0; i < all.length; i++) p = scalar.int32(b, p, all[i]!);
  return p;
}

function uint32(b: Uint8Array, p: number, all: Int32Array): number {
  for (let i = 0; i < all.length; i++) p = varint(b, p, all[i]! >>> 0);
  return p;
}

function sint32(b: Uint8Array, p: number, all: Int32Array): number {
  for (let i = 0; i < all.length; i++) p = scalar.sint32(b, p, all[i]!);
  return p;
}

const low = littleEndian ? 0 : 1;

function int64(b: Uint8Array, p: number, all: Int32Array): number {
  for (let i = 0; i < all.length; i += 2)
    p = scalar.varint64(b, p, all[i + low]!, all[i + 1 - low]!);
  return p;
}

function sint64(b: Uint8Array, p: number, all: Int32Array): number {
  for (let i = 0; i < all.length; i += 2) {
    const lo = all[i + low]!;
    const hi = all[i + 1 - low]!;
    const sign = hi >> 31;
    p = scalar.varint64(b, p, (lo << 1) ^ sign, ((hi << 1) | (lo >>> 31)) ^ sign);
  }
  return p;
}

/** Each of these writes the length and the elements of a packed list at `p` and returns the position behind them. */
export const typedDouble: WriteTyped<number> = /*@__PURE__*/ fixed(
  Float64Array,
  plain.packedDouble,
);
export const typedFloat: WriteTyped<number> = /*@__PURE__*/ fixed(Float32Array, plain.packedFloat);
export const typedFixed32: WriteTyped<number> = /*@__PURE__*/ fixed(
  Uint32Array,
  plain.packedFixed32,
);
export const typedSfixed32: WriteTyped<number> = /*@__PURE__*/ fixed(
  Int32Array,
  plain.packedSfixed32,
);
export const typedFixed64: WriteTyped<bigint> = /*@__PURE__*/ fixed(
  BigUint64Array,
  plain.packedFixed64,
);
export const typedSfixed64: WriteTyped<bigint> = /*@__PURE__*/ fixed(
  BigInt64Array,
  plain.packedSfixed64,
);
export const typedInt32: WriteTyped<number> = /*@__PURE__*/ varints(
  Int32Array,
  plain.packedInt32,
  1,
  10,
  int32,
);
export const typedUint32: WriteTyped<number> = /*@__PURE__*/ varints(
  Uint32Array,
  plain.packedUint32,
  1,
  5,
  uint32,
);
export const typedSint32: WriteTyped<number> = /*@__PURE__*/ varints(
  Int32Array,
  plain.packedSint32,
  1,
  5,
  sint32,
);
export const typedInt64: WriteTyped<bigint> = /*@__PURE__*/ varints(
  BigInt64Array,
  plain.packedInt64,
  2,
  10,
  int64,
);
export const typedUint64: WriteTyped<bigint> = /*@__PURE__*/ varints(
  BigUint64Array,
  plain.packedUint64,
  2,
  10,
  int64,
);
export const typedSint64: WriteTyped<bigint> = /*@__PURE__*/ varints(
  BigInt64Array,
  plain.packedSint64,
  2,
  10,
  sint64,
);
