import { cursor as c, overBudget } from "./cursor.js";
import { string } from "./read-string.js";
import { load32 } from "./read-varint.js";

/** 512 slots, each with the key's text, and with its length and its bytes in eight words. */
const texts: string[] = /*@__PURE__*/ Array(512);
const words = /*@__PURE__*/ new Int32Array(4096);

/**
 * A map key. Keys repeat from message to message, so a small direct-mapped cache spares most of their decoding (a
 * fifth of a batch of log records); it compares every byte before it answers.
 */
export function key(b: Uint8Array, p: number, z: number): string {
  const n = z - p;
  // words may go past the key, but not past the input
  if (n > 24 || n === 0 || z + 3 > b.length) return string(b, p, z);
  const slot = (n + b[p]! + b[z - 1]! * 37 + b[p + (n >> 1)]! * 71) & 511;
  let at = slot * 8;
  let other = words[at]! ^ n;
  // until the slot has this key's text: reading it may fail
  words[at] = 0;
  for (let i = p; i < z; i += 4) {
    const word = load32(b, i) << (Math.max(0, i - z + 4) * 8);
    other |= words[++at]! ^ word;
    words[at] = word;
  }
  if (other !== 0) texts[slot] = string(b, p, z);
  else if ((c.memory -= n + 24) < 0) overBudget(p);
  words[slot * 8] = n;
  return texts[slot]!;
}
