import { close, varint, varintSize } from "./output.js";
import { room } from "./write-message.js";
import * as scalar from "./write-scalar.js";

type Write<T> = (b: Uint8Array, p: number, v: T) => number;
type WritePacked<T> = (p: number, list: ArrayLike<T>) => number;

/** Varints: their length is not known before, so as many bytes are reserved as one-byte elements would take. */
function packedVarints<T>(write: Write<T>): WritePacked<T> {
  return (p, list) => {
    const n = list.length;
    const b = room(p, n * 10 + 5);
    const g = varintSize(n);
    const s = p;
    p += g;
    for (let i = 0; i < n; i++) p = write(b, p, list[i]!);
    const length = p - s - g;
    if (varintSize(length) !== g) return close(s, g, p);
    varint(b, s, length);
    return p;
  };
}

function packedFixed<T>(size: number, write: Write<T>): WritePacked<T> {
  return (p, list) => {
    const n = list.length;
    const b = room(p, n * size + 5);
    p = varint(b, p, n * size);
    for (let i = 0; i < n; i++) p = write(b, p, list[i]!);
    return p;
  };
}

/** Each of these writes the length and the elements of a packed list at `p` and returns the position behind them. */
export const packedInt32: WritePacked<number> = /*@__PURE__*/ packedVarints(scalar.int32);
export const packedUint32: WritePacked<number> = /*@__PURE__*/ packedVarints(scalar.uint32);
export const packedSint32: WritePacked<number> = /*@__PURE__*/ packedVarints(scalar.sint32);
export const packedBool: WritePacked<boolean> = /*@__PURE__*/ packedVarints(scalar.bool);
export const packedInt64: WritePacked<bigint> = /*@__PURE__*/ packedVarints(scalar.int64);
export const packedUint64: WritePacked<bigint> = /*@__PURE__*/ packedVarints(scalar.uint64);
export const packedSint64: WritePacked<bigint> = /*@__PURE__*/ packedVarints(scalar.sint64);
export const packedFixed32: WritePacked<number> = /*@__PURE__*/ packedFixed(4, scalar.fixed32);
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
    if (typeof x !== "number") scalar.wrongValue();
    view.setFloat64(p, x, true);
  }
  return p;
}
