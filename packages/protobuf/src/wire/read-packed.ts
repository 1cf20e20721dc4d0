import { cursor as c, malformed, overBudget, truncated } from "./cursor.js";
import { bool, int64, sint64, uint64, varint32, varint64 } from "./read-varint.js";

/**
 * Packed lists: `b[p, z)` is appended to `list`. The last byte has to end a varint; then none can go past `z`, so the
 * elements are read without a check each.
 */
function reserve(b: Uint8Array, p: number, z: number, bytesEach: number): void {
  if (b[z - 1]! > 127) truncated(z);
  let count = 0;
  for (let i = p; i < z; i++) count += b[i]! < 128 ? 1 : 0;
  if ((c.memory -= count * bytesEach) < 0) overBudget(p);
}

/** `int32` and open enums. */
export function packedInt32(b: Uint8Array, p: number, z: number, list: number[]): void {
  if (p === z) return;
  reserve(b, p, z, 8);
  while (p < z) {
    let v = b[p++]!;
    if (v > 127) {
      const x = b[p]!;
      if (x < 128) {
        v = (v & 127) | (x << 7);
        p++;
      } else {
        v = varint64(b, p, v);
        p = c.p;
      }
    }
    list.push(v);
  }
}

export function packedUint32(b: Uint8Array, p: number, z: number, list: number[]): void {
  if (p === z) return;
  reserve(b, p, z, 8);
  while (p < z) {
    let v = b[p++]!;
    if (v > 127) {
      v = varint32(b, p, v) >>> 0;
      p = c.p;
    }
    list.push(v);
  }
}

export function packedSint32(b: Uint8Array, p: number, z: number, list: number[]): void {
  if (p === z) return;
  reserve(b, p, z, 8);
  while (p < z) {
    let v = b[p++]!;
    if (v > 127) {
      v = varint32(b, p, v);
      p = c.p;
    }
    list.push((v >>> 1) ^ -(v & 1));
  }
}

export function packedBool(b: Uint8Array, p: number, z: number, list: boolean[]): void {
  if (p === z) return;
  reserve(b, p, z, 8);
  while (p < z) {
    list.push(bool(b, p, z));
    p = c.p;
  }
}

function packedBigint(read: typeof int64): (b: Uint8Array, p: number, z: number, list: bigint[]) => void {
  return (b, p, z, list) => {
    if (p === z) return;
    reserve(b, p, z, 24);
    while (p < z) {
      list.push(read(b, p, z));
      p = c.p;
    }
  };
}

export const packedInt64: (b: Uint8Array, p: number, z: number, list: bigint[]) => void = /*@__PURE__*/ packedBigint(int64);
export const packedUint64: typeof packedInt64 = /*@__PURE__*/ packedBigint(uint64);
export const packedSint64: typeof packedInt64 = /*@__PURE__*/ packedBigint(sint64);

let viewed: Uint8Array | undefined;
let view: DataView;

/** One `DataView` an input buffer: making one costs as much as reading eight numbers by hand. */
function viewOf(b: Uint8Array, p: number, z: number, size: number, bytesEach: number): DataView {
  const n = z - p;
  if (n % size !== 0) malformed(`a packed list of ${size}-byte values has ${n} bytes`, p);
  if ((c.memory -= (n / size) * bytesEach) < 0) overBudget(p);
  if (viewed !== b) {
    view = new DataView(b.buffer, b.byteOffset, b.byteLength);
    viewed = b;
  }
  return view;
}

/** Lets go of the last input, so that it is not kept alive. */
export function releaseView(): void {
  viewed = undefined;
}

export function packedDouble(b: Uint8Array, p: number, z: number, list: number[]): void {
  const v = viewOf(b, p, z, 8, 8);
  for (; p < z; p += 8) list.push(v.getFloat64(p, true));
}

export function packedFloat(b: Uint8Array, p: number, z: number, list: number[]): void {
  const v = viewOf(b, p, z, 4, 8);
  for (; p < z; p += 4) list.push(v.getFloat32(p, true));
}

export function packedFixed32(b: Uint8Array, p: number, z: number, list: number[]): void {
  const v = viewOf(b, p, z, 4, 8);
  for (; p < z; p += 4) list.push(v.getUint32(p, true));
}

export function packedSfixed32(b: Uint8Array, p: number, z: number, list: number[]): void {
  const v = viewOf(b, p, z, 4, 8);
  for (; p < z; p += 4) list.push(v.getInt32(p, true));
}

export function packedFixed64(b: Uint8Array, p: number, z: number, list: bigint[]): void {
  const v = viewOf(b, p, z, 8, 24);
  for (; p < z; p += 8) list.push(v.getBigUint64(p, true));
}

export function packedSfixed64(b: Uint8Array, p: number, z: number, list: bigint[]): void {
  const v = viewOf(b, p, z, 8, 24);
  for (; p < z; p += 8) list.push(v.getBigInt64(p, true));
}
