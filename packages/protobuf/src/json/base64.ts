import { utf8 } from "./utf8.js";

const alphabet = /*@__PURE__*/ utf8(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
);

const sextets = /*@__PURE__*/ makeSextets();

/** 255 for what is no base64. Both alphabets, RFC 4648 sections 4 and 5. */
function makeSextets(): Uint8Array {
  const table = new Uint8Array(256).fill(255);
  for (let i = 0; i < 64; i++) table[alphabet[i]!] = i;
  table[45] = 62;
  table[95] = 63;
  return table;
}

/**
 * The bytes that `b[s, e)` stands for, in either alphabet, with or without padding. `undefined` for anything else.
 * Bits behind the last byte are passed over, as the official runtimes do.
 */
export function fromBase64(b: Uint8Array, s: number, e: number): Uint8Array | undefined {
  const padded = e - s;
  if (padded % 4 === 0) for (let i = 0; i < 2 && e > s && b[e - 1] === 61; i++) e--;
  const n = e - s;
  if (n % 4 === 1) return undefined;
  const bytes = new Uint8Array((n * 3) >> 2);
  const t = sextets;
  let seen = 0;
  let at = 0;
  for (const end = e - 3; s < end; s += 4) {
    const a = t[b[s]!]!;
    const c = t[b[s + 1]!]!;
    const d = t[b[s + 2]!]!;
    const f = t[b[s + 3]!]!;
    seen |= a | c | d | f;
    bytes[at] = (a << 2) | (c >> 4);
    bytes[at + 1] = (c << 4) | (d >> 2);
    bytes[at + 2] = (d << 6) | f;
    at += 3;
  }
  for (let rest = 0, bits = 0; s < e; s++) {
    const x = t[b[s]!]!;
    seen |= x;
    rest = (rest << 6) | x;
    bits += 6;
    if (bits > 7) bytes[at++] = rest >> (bits -= 8);
  }
  return seen > 63 ? undefined : bytes;
}

/** Writes the base64 of `v`, padded, at `p`. Needs room for four bytes for every three begun. */
export function toBase64(b: Uint8Array, p: number, v: Uint8Array): number {
  const t = alphabet;
  const n = v.length;
  for (let i = 0; i < n; i += 3) {
    // Behind the end there is `undefined`, which shifts to 0.
    const x = (v[i]! << 16) | (v[i + 1]! << 8) | v[i + 2]!;
    b[p] = t[x >> 18]!;
    b[p + 1] = t[(x >> 12) & 63]!;
    b[p + 2] = t[(x >> 6) & 63]!;
    b[p + 3] = t[x & 63]!;
    p += 4;
  }
  if (n % 3 > 0) b[p - 1] = 61;
  if (n % 3 === 1) b[p - 2] = 61;
  return p;
}
