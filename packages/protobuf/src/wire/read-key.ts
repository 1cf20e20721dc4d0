import { cursor, overBudget } from "./cursor.js";
import { string } from "./read-string.js";

// a constant of this module: the compiler looks imported names up at every use
const c = cursor;

const slots = 512;
const texts: string[] = /*@__PURE__*/ Array.from({ length: slots }, () => "");
/** Of each slot the key's bytes, in six words, and its length. */
const words = /*@__PURE__*/ new Int32Array(slots * 8);

/** The word at `p + i`, without what is behind a key of `n` bytes. */
function word(b: Uint8Array, p: number, i: number, n: number): number {
  p += i;
  const w = b[p]! | (b[p + 1]! << 8) | (b[p + 2]! << 16) | (b[p + 3]! << 24);
  return n - i > 3 ? w : w & ((1 << ((n - i) * 8)) - 1);
}

/**
 * A map key. Keys repeat from message to message, so a small direct-mapped cache spares most of their decoding (a
 * fifth of a batch of log records); it compares every byte before it answers.
 */
export function key(b: Uint8Array, p: number, z: number): string {
  const n = z - p;
  // words may go past the key, but not past the input
  if (n > 24 || z + 3 > b.length || n === 0) return string(b, p, z);
  const mixed = n + (b[p]! << 4) + (b[z - 1]! << 9) + (b[p + (n >> 1)]! << 13);
  const slot = Math.imul(mixed, 0x9e3779b1) >>> 23;
  const at = slot << 3;
  let other = words[at + 6]! ^ n;
  for (let i = 0; i < n; i += 4) other |= words[at + (i >> 2)]! ^ word(b, p, i, n);
  if (other === 0) {
    if ((c.memory -= n + 24) < 0) overBudget(p);
    return texts[slot]!;
  }
  const text = string(b, p, z);
  for (let i = 0; i < n; i += 4) words[at + (i >> 2)] = word(b, p, i, n);
  words[at + 6] = n;
  texts[slot] = text;
  return text;
}
