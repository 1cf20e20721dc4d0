import type { TypedArray } from "../descriptor/model.js";
import { cursor as c, malformed, overBudget, truncated } from "./cursor.js";
import { littleEndian } from "./endian.js";
import { varint64 } from "./read-varint.js";

/**
 * Lists that are typed arrays. Each reader takes the list of the message as it is, and returns the one that it is then:
 * never a view of the input, whose bytes are not aligned and belong to somebody else.
 *
 * A list may come in any number of pieces, down to one for each element. Memory for those that follow the first is
 * therefore taken in doubles, and what is left of it stands behind the array in its buffer. Only lists that a decoder
 * made itself have such room behind them: decoders read into new messages.
 */
interface ArrayClass<T extends TypedArray> {
  new (length: number): T;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
}

/** What a list costs of element memory beside its elements. */
export const arrayMemory = 192;

/** Room for `n` elements behind `list`; the result is as long as both. */
function extended<T extends TypedArray>(list: T, n: number, p: number, of: ArrayClass<T>): T {
  const size = list.BYTES_PER_ELEMENT;
  if (list.length === 0) {
    if ((c.memory -= n * size + arrayMemory) < 0) overBudget(p);
    return new of(n);
  }
  const length = list.length + n;
  const buffer = list.buffer as ArrayBuffer;
  if (length * size <= buffer.byteLength) return new of(buffer, 0, length);
  const room = Math.max(length, list.length * 2);
  if ((c.memory -= room * size) < 0) overBudget(p);
  const longer = new of(new ArrayBuffer(room * size), 0, length);
  longer.set(list as never);
  return longer;
}

/** Fixed-width elements, which stand in the input as they do in memory. */
function fixed<T extends TypedArray>(
  of: ArrayClass<T>,
  read: (view: DataView, p: number) => T[number],
): (b: Uint8Array, p: number, z: number, list: T) => T {
  return (b, p, z, list) => {
    const size = list.BYTES_PER_ELEMENT;
    const n = (z - p) / size;
    if (!Number.isInteger(n))
      malformed(`a packed list of ${size}-byte values has ${z - p} bytes`, p);
    if (n === 0) return list;
    const start = list.length;
    if (start === 0 && littleEndian) {
      if ((c.memory -= z - p + arrayMemory) < 0) overBudget(p);
      return new of(b.slice(p, z).buffer as ArrayBuffer, 0, n);
    }
    const longer = extended(list, n, p, of);
    if (littleEndian) new Uint8Array(longer.buffer).set(b.subarray(p, z), start * size);
    else {
      const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
      for (let i = start; p < z; i++, p += size) longer[i] = read(view, p);
    }
    return longer;
  };
}

type Read<T> = (b: Uint8Array, p: number, z: number, list: T) => T;

/** Each of these reads the packed list `b[p, z)` behind the elements of `list`. */
export const typedDouble: Read<Float64Array> = /*@__PURE__*/ fixed<Float64Array>(
  Float64Array,
  (view, p) => view.getFloat64(p, true),
);
export const typedFloat: Read<Float32Array> = /*@__PURE__*/ fixed<Float32Array>(
  Float32Array,
  (view, p) => view.getFloat32(p, true),
);
export const typedFixed32: Read<Uint32Array> = /*@__PURE__*/ fixed<Uint32Array>(
  Uint32Array,
  (view, p) => view.getUint32(p, true),
);
export const typedSfixed32: Read<Int32Array> = /*@__PURE__*/ fixed<Int32Array>(
  Int32Array,
  (view, p) => view.getInt32(p, true),
);
export const typedFixed64: Read<BigUint64Array> = /*@__PURE__*/ fixed<BigUint64Array>(
  BigUint64Array,
  (view, p) => view.getBigUint64(p, true),
);
export const typedSfixed64: Read<BigInt64Array> = /*@__PURE__*/ fixed<BigInt64Array>(
  BigInt64Array,
  (view, p) => view.getBigInt64(p, true),
);

/** Puts the varints of `b[p, z)` into `out` from `i` on, as 32-bit words; returns the position behind the last one. */
type Fill = (b: Uint8Array, p: number, z: number, out: Int32Array, i: number) => number;

/** Where lists of moderate length are read to: their number of elements is known afterwards only. */
let scratch: Int32Array | undefined;
const scratchWords = 32768;

/** `words`: 32-bit words an element. */
function varints<T extends TypedArray>(words: number, fill: Fill, of: ArrayClass<T>): Read<T> {
  return (b, p, z, list) => {
    if (p === z) return list;
    if (b[z - 1]! > 127) truncated(z);
    const start = list.length * words;
    if ((z - p) * words > scratchWords) {
      let n = 0;
      for (let i = p; i < z; i++) n += b[i]! >> 7;
      const longer = extended(list, z - p - n, p, of);
      fill(b, p, z, new Int32Array(longer.buffer), start);
      return longer;
    }
    scratch ??= new Int32Array(scratchWords);
    const n = fill(b, p, z, scratch, 0);
    const longer = extended(list, n / words, p, of);
    // a short array is moved to memory of its own when it is asked for its buffer
    const out = words === 1 ? (longer as unknown as Int32Array) : new Int32Array(longer.buffer);
    if (n < 64) for (let i = 0; i < n; i++) out[start + i] = scratch[i]!;
    else out.set(scratch.subarray(0, n), start);
    return longer;
  };
}

function fill32(b: Uint8Array, p: number, z: number, out: Int32Array, i: number): number {
  while (p < z) {
    let v = b[p++]!;
    if (v > 127) {
      let x = b[p++]!;
      v = (v & 127) | ((x & 127) << 7);
      if (x > 127) {
        x = b[p++]!;
        v |= (x & 127) << 14;
        if (x > 127) {
          x = b[p++]!;
          v |= (x & 127) << 21;
          if (x > 127) {
            v = varint64(b, p - 3, b[p - 4]!);
            p = c.p;
          }
        }
      }
    }
    out[i++] = v;
  }
  return i;
}

function fillZigzag32(b: Uint8Array, p: number, z: number, out: Int32Array, i: number): number {
  const n = fill32(b, p, z, out, i);
  for (; i < n; i++) out[i] = (out[i]! >>> 1) ^ -(out[i]! & 1);
  return n;
}

/** Which word of a 64-bit integer comes first. */
const low = littleEndian ? 0 : 1;

function fill64(b: Uint8Array, p: number, z: number, out: Int32Array, i: number): number {
  while (p < z) {
    let v = b[p++]!;
    let hi = 0;
    if (v > 127) {
      const x = b[p]!;
      if (x < 128) {
        v = (v & 127) | (x << 7);
        p++;
      } else {
        v = varint64(b, p, v);
        hi = c.hi;
        p = c.p;
      }
    }
    out[i + low] = v;
    out[i + 1 - low] = hi;
    i += 2;
  }
  return i;
}

function fillZigzag64(b: Uint8Array, p: number, z: number, out: Int32Array, i: number): number {
  const n = fill64(b, p, z, out, i);
  for (; i < n; i += 2) {
    const lo = out[i + low]!;
    const hi = out[i + 1 - low]!;
    out[i + low] = ((lo >>> 1) | (hi << 31)) ^ -(lo & 1);
    out[i + 1 - low] = (hi >>> 1) ^ -(lo & 1);
  }
  return n;
}

export const typedInt32: Read<Int32Array> = /*@__PURE__*/ varints<Int32Array>(
  1,
  fill32,
  Int32Array,
);
export const typedUint32: Read<Uint32Array> = /*@__PURE__*/ varints<Uint32Array>(
  1,
  fill32,
  Uint32Array,
);
export const typedSint32: Read<Int32Array> = /*@__PURE__*/ varints<Int32Array>(
  1,
  fillZigzag32,
  Int32Array,
);
export const typedInt64: Read<BigInt64Array> = /*@__PURE__*/ varints<BigInt64Array>(
  2,
  fill64,
  BigInt64Array,
);
export const typedUint64: Read<BigUint64Array> = /*@__PURE__*/ varints<BigUint64Array>(
  2,
  fill64,
  BigUint64Array,
);
export const typedSint64: Read<BigInt64Array> = /*@__PURE__*/ varints<BigInt64Array>(
  2,
  fillZigzag64,
  BigInt64Array,
);

/** Adds one element, which was not packed. */
export function appendTyped<T extends TypedArray>(list: T, value: T[number], p: number): T {
  const longer = extended(list, 1, p, list.constructor as ArrayClass<T>);
  longer[list.length] = value;
  return longer;
}

/** What lists are that have no elements. */
export const emptyFloat64Array: Float64Array = /*@__PURE__*/ new Float64Array(0);
export const emptyFloat32Array: Float32Array = /*@__PURE__*/ new Float32Array(0);
export const emptyInt32Array: Int32Array = /*@__PURE__*/ new Int32Array(0);
export const emptyUint32Array: Uint32Array = /*@__PURE__*/ new Uint32Array(0);
export const emptyBigInt64Array: BigInt64Array = /*@__PURE__*/ new BigInt64Array(0);
export const emptyBigUint64Array: BigUint64Array = /*@__PURE__*/ new BigUint64Array(0);
