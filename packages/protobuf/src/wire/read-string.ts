import { cursor, overBudget } from "./cursor.js";

export { string } from "./ascii.js";

const c = cursor;

/** The default of `bytes` fields: one array, as it cannot be changed. */
export const noBytes: Uint8Array = /*@__PURE__*/ new Uint8Array(0);

/** A `bytes` value: it shares the memory of the input. */
export function bytes(b: Uint8Array, p: number, z: number): Uint8Array {
  if (p === z) return noBytes;
  if ((c.memory -= 112) < 0) overBudget(p);
  return b.subarray(p, z);
}
