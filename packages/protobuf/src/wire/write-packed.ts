import { close, varint, varintSize } from "./output.js";
import { room } from "./write-message.js";
import * as scalar from "./write-scalar.js";

type Numbers = ArrayLike<number>;
type Bigints = ArrayLike<bigint>;

// Each of these writes the length and the elements of a packed list at `p` and returns the position behind them. One loop
// a type: a loop that gets the writer of its elements as a value calls it, and cannot have it inlined.

/** Ends a list of varints at `p`: as many bytes were reserved at `s` for its length as `n` one-byte elements would take. */
function finish(b: Uint8Array, s: number, n: number, p: number): number {
  const g = varintSize(n);
  const length = p - s - g;
  if (varintSize(length) !== g) return close(s, g, p);
  varint(b, s, length);
  return p;
}

export function packedInt32(p: number, list: Numbers): number {
  const n = list.length;
  const b = room(p, n * 10 + 5);
  const s = p;
  p += varintSize(n);
  for (let i = 0; i < n; i++) p = scalar.int32(b, p, list[i]!);
  return finish(b, s, n, p);
}

export function packedUint32(p: number, list: Numbers): number {
  const n = list.length;
  const b = room(p, n * 5 + 5);
  const s = p;
  p += varintSize(n);
  for (let i = 0; i < n; i++) p = scalar.uint32(b, p, list[i]!);
  return finish(b, s, n, p);
}

export function packedSint32(p: number, list: Numbers): number {
  const n = list.length;
  const b = room(p, n * 5 + 5);
  const s = p;
  p += varintSize(n);
  for (let i = 0; i < n; i++) p = scalar.sint32(b, p, list[i]!);
  return finish(b, s, n, p);
}

export function packedBool(p: number, list: ArrayLike<boolean>): number {
  const n = list.length;
  const b = room(p, n + 5);
  const s = p;
  p += varintSize(n);
  for (let i = 0; i < n; i++) p = scalar.bool(b, p, list[i]!);
  return finish(b, s, n, p);
}

export function packedInt64(p: number, list: Bigints): number {
  const n = list.length;
  const b = room(p, n * 10 + 5);
  const s = p;
  p += varintSize(n);
  for (let i = 0; i < n; i++) p = scalar.int64(b, p, list[i]!);
  return finish(b, s, n, p);
}

export function packedUint64(p: number, list: Bigints): number {
  const n = list.length;
  const b = room(p, n * 10 + 5);
  const s = p;
  p += varintSize(n);
  for (let i = 0; i < n; i++) p = scalar.uint64(b, p, list[i]!);
  return finish(b, s, n, p);
}

export function packedSint64(p: number, list: Bigints): number {
  const n = list.length;
  const b = room(p, n * 10 + 5);
  const s = p;
  p += varintSize(n);
  for (let i = 0; i < n; i++) p = scalar.sint64(b, p, list[i]!);
  return finish(b, s, n, p);
}

type WritePacked<T> = (p: number, list: ArrayLike<T>) => number;

function packedFixed<T>(
  size: number,
  write: (b: Uint8Array, p: number, v: T) => number,
): WritePacked<T> {
  return (p, list) => {
    const n = list.length;
    const b = room(p, n * size + 5);
    p = varint(b, p, n * size);
    for (let i = 0; i < n; i++) p = write(b, p, list[i]!);
    return p;
  };
}

export const packedSfixed32: WritePacked<number> = /*@__PURE__*/ packedFixed(4, scalar.sfixed32);
export const packedFixed64: WritePacked<bigint> = /*@__PURE__*/ packedFixed(8, scalar.fixed64);
export const packedSfixed64: WritePacked<bigint> = /*@__PURE__*/ packedFixed(8, scalar.sfixed64);
export const packedFloat: WritePacked<number> = /*@__PURE__*/ packedFixed(4, scalar.float);

/** From this number of elements on a `DataView` pays, whose making costs as much as writing a dozen by hand. */
const viewFrom = 16;

/** `double`. The view is not kept: it would keep the memory of the message alive. */
export function packedDouble(p: number, list: ArrayLike<number>): number {
  const n = list.length;
  const b = room(p, n * 8 + 5);
  p = varint(b, p, n * 8);
  if (n < viewFrom) {
    for (let i = 0; i < n; i++) p = scalar.double(b, p, list[i]!);
    return p;
  }
  const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
  for (let i = 0; i < n; i++, p += 8) {
    const x = list[i]!;
    // a comparison that holds for nearly all numbers and nothing else: asking each for its type would box it
    if (x !== +x && typeof x !== "number") scalar.wrongValue();
    view.setFloat64(p, x, true);
  }
  return p;
}

export function packedFixed32(p: number, list: Numbers): number {
  const n = list.length;
  const b = room(p, n * 4 + 5);
  p = varint(b, p, n * 4);
  if (n < viewFrom) {
    for (let i = 0; i < n; i++) p = scalar.fixed32(b, p, list[i]!);
    return p;
  }
  const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
  for (let i = 0; i < n; i++, p += 4) {
    const x = list[i]!;
    if (x >>> 0 !== x) scalar.wrongValue();
    view.setUint32(p, x, true);
  }
  return p;
}
