import { cursor, malformed, overBudget, truncated } from "./cursor.js";
import * as varints from "./read-varint.js";
import { double, fixed32, fixed64, float, sfixed64 } from "./read-varint.js";

// constants of this module: the compiler looks imported names up at every use
const c = cursor;
const varint64 = varints.varint64;
const signed = varints.signed;
const unsigned = varints.unsigned;
const zigzag = varints.zigzag;

/**
 * Packed lists: `b[p, z)` is appended to `list`. The last byte has to end a varint; then none can go past `z`, so the
 * elements are read without a check each. Elements are counted in advance only where they might pass the budget.
 */
function admit(b: Uint8Array, p: number, z: number, bytesEach: number): void {
  if (b[z - 1]! > 127) truncated(z);
  if ((z - p) * bytesEach > c.memory && count(b, p, z) * bytesEach > c.memory) overBudget(p);
}

/** How many varints end in `b[p, z)`. */
function count(b: Uint8Array, p: number, z: number): number {
  let n = z - p;
  for (; p < z; p++) n -= b[p]! >> 7;
  return n;
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

/** The varint at `p`, which ends within the list: its low word, the upper one in `cursor.hi`, its end in `cursor.p`. */
function wide(b: Uint8Array, p: number): number {
  let x = b[p++]!;
  let lo = x;
  let hi = 0;
  if (x > 127) {
    x = b[p++]!;
    lo = (lo & 127) | ((x & 127) << 7);
    if (x > 127) {
      x = b[p++]!;
      lo |= (x & 127) << 14;
      if (x > 127) {
        x = b[p++]!;
        lo |= (x & 127) << 21;
        if (x > 127) {
          x = b[p++]!;
          if (x > 127) return varint64(b, p - 4, b[p - 5]!);
          lo |= x << 28;
          hi = x >> 4;
        }
      }
    }
  }
  c.hi = hi;
  c.p = p;
  return lo;
}

// One function a type: a loop that gets the reader of its elements as a value calls it, and cannot have it inlined.

/** Long lists get their length at once: for what takes a nanosecond to read, growing would be most of the cost. */
const sizedFrom = 64;

export function packedBool(b: Uint8Array, p: number, z: number, list: boolean[]): void {
  if (p === z) return;
  admit(b, p, z, 8);
  const before = list.length;
  let i = before;
  if (z - p >= sizedFrom) list.length += count(b, p, z);
  while (p < z) {
    const v = b[p]!;
    if (v < 128) {
      p++;
      list[i++] = v !== 0;
    } else {
      const lo = wide(b, p);
      p = c.p;
      list[i++] = (lo | c.hi) !== 0;
    }
  }
  c.memory -= (i - before) * 8;
}

export function packedInt64(b: Uint8Array, p: number, z: number, list: bigint[]): void {
  if (p === z) return;
  admit(b, p, z, 24);
  const before = list.length;
  while (p < z) {
    list.push(signed(wide(b, p)));
    p = c.p;
  }
  c.memory -= (list.length - before) * 24;
}

export function packedUint64(b: Uint8Array, p: number, z: number, list: bigint[]): void {
  if (p === z) return;
  admit(b, p, z, 24);
  const before = list.length;
  while (p < z) {
    list.push(unsigned(wide(b, p)));
    p = c.p;
  }
  c.memory -= (list.length - before) * 24;
}

export function packedSint64(b: Uint8Array, p: number, z: number, list: bigint[]): void {
  if (p === z) return;
  admit(b, p, z, 24);
  const before = list.length;
  while (p < z) {
    list.push(zigzag(wide(b, p)));
    p = c.p;
  }
  c.memory -= (list.length - before) * 24;
}

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

let viewed: Uint8Array | undefined;
let view: DataView | undefined;

/** From this many bytes on a list is read through a `DataView`, whose making costs as much as a dozen numbers by hand. */
const viewFrom = 128;

/** Checks the length of a list of `size`-byte values, and pays for them. */
function admitFixed(p: number, z: number, size: number, bytesEach: number): number {
  const n = (z - p) / size;
  if (!Number.isInteger(n)) malformed(`a packed list of ${size}-byte values has ${z - p} bytes`, p);
  if ((c.memory -= n * bytesEach) < 0) overBudget(p);
  return n;
}

/** The input as a `DataView`, for a long list and for all that follow it; and room for the list's `n` elements. */
function viewOf(b: Uint8Array, bytes: number, list: unknown[], n: number): DataView | undefined {
  if (viewed !== b) {
    if (bytes < viewFrom) return undefined;
    view = new DataView(b.buffer, b.byteOffset, b.byteLength);
    viewed = b;
  }
  list.length += n;
  return view;
}

/** Lets go of the last input, so that it is not kept alive. */
export function releaseView(): void {
  if (viewed !== undefined) viewed = view = undefined;
}

export function packedDouble(b: Uint8Array, p: number, z: number, list: number[]): void {
  let i = list.length;
  const v = viewOf(b, z - p, list, admitFixed(p, z, 8, 8));
  if (v === undefined) for (; p < z; p += 8) list.push(double(b, p, z));
  else for (; p < z; p += 8) list[i++] = v.getFloat64(p, true);
}

export function packedFloat(b: Uint8Array, p: number, z: number, list: number[]): void {
  let i = list.length;
  const v = viewOf(b, z - p, list, admitFixed(p, z, 4, 8));
  if (v === undefined) for (; p < z; p += 4) list.push(float(b, p, z));
  else for (; p < z; p += 4) list[i++] = v.getFloat32(p, true);
}

export function packedFixed32(b: Uint8Array, p: number, z: number, list: number[]): void {
  let i = list.length;
  const v = viewOf(b, z - p, list, admitFixed(p, z, 4, 8));
  if (v === undefined) for (; p < z; p += 4) list.push(fixed32(b, p, z) >>> 0);
  else for (; p < z; p += 4) list[i++] = v.getUint32(p, true);
}

export function packedSfixed32(b: Uint8Array, p: number, z: number, list: number[]): void {
  let i = list.length;
  const v = viewOf(b, z - p, list, admitFixed(p, z, 4, 8));
  if (v === undefined) for (; p < z; p += 4) list.push(fixed32(b, p, z));
  else for (; p < z; p += 4) list[i++] = v.getInt32(p, true);
}

// a bigint is cheaper by hand than through a DataView, whose method is not compiled in place

export function packedFixed64(b: Uint8Array, p: number, z: number, list: bigint[]): void {
  admitFixed(p, z, 8, 24);
  for (; p < z; p += 8) list.push(fixed64(b, p, z));
}

export function packedSfixed64(b: Uint8Array, p: number, z: number, list: bigint[]): void {
  admitFixed(p, z, 8, 24);
  for (; p < z; p += 8) list.push(sfixed64(b, p, z));
}
