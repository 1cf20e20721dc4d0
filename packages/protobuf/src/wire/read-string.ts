import { string } from "./ascii.js";
import { cursor as c, overBudget } from "./cursor.js";
import { input, isOpen } from "./input.js";

export { string };

/** The default of `bytes` fields: one array, as it cannot be changed. */
export const noBytes: Uint8Array = /*@__PURE__*/ new Uint8Array(0);

/** A `bytes` value: it shares the memory of the input. */
export function bytes(b: Uint8Array, p: number, z: number): Uint8Array {
  if (p === z) return noBytes;
  if ((c.memory -= 112) < 0) overBudget(p);
  return isOpen(b) ? new Uint8Array(input.buffer, input.offset + p, z - p) : b.subarray(p, z);
}

const slots = 512;
const slotBytes = 32;
const cachedText: string[] = /*@__PURE__*/ Array.from({ length: slots }, () => "");
const cachedBytes = /*@__PURE__*/ new Uint8Array(slots * slotBytes);
const cachedLength = /*@__PURE__*/ new Uint8Array(slots);

/**
 * A map key. Keys repeat from message to message, so a small direct-mapped cache spares most of their decoding (a
 * fifth of a batch of log records); it compares every byte before it answers.
 */
export function key(b: Uint8Array, p: number, z: number): string {
  const n = z - p;
  if (n > 24 || n === 0) return string(b, p, z);
  const mixed = n + (b[p]! << 4) + (b[z - 1]! << 9) + (b[p + (n >> 1)]! << 13);
  const slot = Math.imul(mixed, 0x9e3779b1) >>> 23;
  const at = slot * slotBytes;
  if (cachedLength[slot] === n) {
    let other = 0;
    for (let i = 0; i < n; i++) other |= cachedBytes[at + i]! ^ b[p + i]!;
    if (other === 0) {
      if ((c.memory -= n + 24) < 0) overBudget(p);
      return cachedText[slot]!;
    }
  }
  const text = string(b, p, z);
  cachedLength[slot] = n;
  for (let i = 0; i < n; i++) cachedBytes[at + i] = b[p + i]!;
  cachedText[slot] = text;
  return text;
}
