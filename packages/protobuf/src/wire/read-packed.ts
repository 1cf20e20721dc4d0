import { cursor as c, malformed, overBudget, truncated } from "./cursor.js";
import { bool, int64, sint64, uint64, varint64 } from "./read-varint.js";

/**
 * Packed lists: `b[p, z)` is appended to `list`. The last byte has to end a varint; then none can go past `z`, so the
 * elements are read without a check each. Elements are counted in advance only where they might pass the budget.
 */
function admit(b: Uint8Array, p: number, z: number, bytesEach: number): void {
  if (b[z - 1]! > 127) truncated(z);
  if ((z - p) * bytesEach <= c.memory) return;
  let count = z - p;
  for (let i = p; i < z; i++) count -= b[i]! >> 7;
  if (count * bytesEach > c.memory) overBudget(p);
}

/** `int32` and open enums. */
export function packedInt32(b: Uint8Array, p: number, z: number, list: number[]): void {
  if (p === z) return;
  admit(b, p, z, 8);
  const before = list.length;
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
    list.push(v);
  }
  c.memory -= (list.length - before) * 8;
}

function packed<T>(
  bytesEach: number,
  read: (b: Uint8Array, p: number, e: number) => T,
): ReadPacked<T> {
  return (b, p, z, list) => {
    if (p === z) return;
    admit(b, p, z, bytesEach);
    const before = list.length;
    while (p < z) {
      list.push(read(b, p, z));
      p = c.p;
    }
    c.memory -= (list.length - before) * bytesEach;
  };
}

type ReadPacked<T> = (b: Uint8Array, p: number, z: number, list: T[]) => void;

/** `uint32` */
export function packedUint32(b: Uint8Array, p: number, z: number, list: number[]): void {
  const before = list.length;
  packedInt32(b, p, z, list);
  for (let i = before; i < list.length; i++) if (list[i]! < 0) list[i] = list[i]! >>> 0;
}

/** `sint32` */
export function packedSint32(b: Uint8Array, p: number, z: number, list: number[]): void {
  const before = list.length;
  packedInt32(b, p, z, list);
  for (let i = before; i < list.length; i++) list[i] = (list[i]! >>> 1) ^ -(list[i]! & 1);
}

export const packedBool: ReadPacked<boolean> = /*@__PURE__*/ packed(8, bool);
export const packedInt64: ReadPacked<bigint> = /*@__PURE__*/ packed(24, int64);
export const packedUint64: ReadPacked<bigint> = /*@__PURE__*/ packed(24, uint64);
export const packedSint64: ReadPacked<bigint> = /*@__PURE__*/ packed(24, sint64);

let viewed: Uint8Array | undefined;
let view: DataView;

/**
 * The input as a `DataView`, and room for the elements in `list`. One view serves a whole input: making one costs as
 * much as reading eight numbers by hand.
 */
function fixed(
  b: Uint8Array,
  p: number,
  z: number,
  size: number,
  list: unknown[],
  bytesEach: number,
): DataView {
  const n = (z - p) / size;
  if (!Number.isInteger(n)) malformed(`a packed list of ${size}-byte values has ${z - p} bytes`, p);
  if ((c.memory -= n * bytesEach) < 0) overBudget(p);
  if (viewed !== b) {
    view = new DataView(b.buffer, b.byteOffset, b.byteLength);
    viewed = b;
  }
  list.length += n;
  return view;
}

/** Lets go of the last input, so that it is not kept alive. */
export function releaseView(): void {
  if (viewed !== undefined) viewed = undefined;
}

export function packedDouble(b: Uint8Array, p: number, z: number, list: number[]): void {
  let i = list.length;
  const v = fixed(b, p, z, 8, list, 8);
  for (; p < z; p += 8) list[i++] = v.getFloat64(p, true);
}

export function packedFloat(b: Uint8Array, p: number, z: number, list: number[]): void {
  let i = list.length;
  const v = fixed(b, p, z, 4, list, 8);
  for (; p < z; p += 4) list[i++] = v.getFloat32(p, true);
}

export function packedFixed32(b: Uint8Array, p: number, z: number, list: number[]): void {
  let i = list.length;
  const v = fixed(b, p, z, 4, list, 8);
  for (; p < z; p += 4) list[i++] = v.getUint32(p, true);
}

export function packedSfixed32(b: Uint8Array, p: number, z: number, list: number[]): void {
  let i = list.length;
  const v = fixed(b, p, z, 4, list, 8);
  for (; p < z; p += 4) list[i++] = v.getInt32(p, true);
}

export function packedFixed64(b: Uint8Array, p: number, z: number, list: bigint[]): void {
  let i = list.length;
  const v = fixed(b, p, z, 8, list, 24);
  for (; p < z; p += 8) list[i++] = v.getBigUint64(p, true);
}

export function packedSfixed64(b: Uint8Array, p: number, z: number, list: bigint[]): void {
  let i = list.length;
  const v = fixed(b, p, z, 8, list, 24);
  for (; p < z; p += 8) list[i++] = v.getBigInt64(p, true);
}
