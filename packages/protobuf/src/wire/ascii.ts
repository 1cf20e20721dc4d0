/**
 * Strings. Short ones that are ASCII come from `String.fromCharCode` with a fixed number of arguments, which is cheaper
 * than a native slice up to 26 bytes or so: a ladder with a step for each length.
 */
import { cursor, malformed, overBudget } from "./cursor.js";
import * as platform from "./platform.js";

// constants of this module: the compiler looks imported names up at every use
const c = cursor;
const utf8Slice = platform.utf8Slice;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const text = String.fromCharCode;

/**
 * The string in `b[p, z)`. UTF-8 is always verified, whatever `utf8_validation` says: a replacement character in place
 * of a byte would be a wrong value that nobody notices.
 */
export function string(b: Uint8Array, p: number, z: number): string {
  const n = z - p;
  if ((c.memory -= n + 24) < 0) overBudget(p);
  if (n > 14) return stringLong(b, p, z);
  if (n === 0) return "";
  const c0 = b[p]!;
  if (c0 > 127) return utf8(b, p, z);
  if (n === 1) return text(c0);
  const c1 = b[p + 1]!;
  if (c1 > 127) return utf8(b, p, z);
  if (n === 2) return text(c0, c1);
  const c2 = b[p + 2]!;
  if (c2 > 127) return utf8(b, p, z);
  if (n === 3) return text(c0, c1, c2);
  const c3 = b[p + 3]!;
  if (c3 > 127) return utf8(b, p, z);
  if (n === 4) return text(c0, c1, c2, c3);
  const c4 = b[p + 4]!;
  if (c4 > 127) return utf8(b, p, z);
  if (n === 5) return text(c0, c1, c2, c3, c4);
  const c5 = b[p + 5]!;
  if (c5 > 127) return utf8(b, p, z);
  if (n === 6) return text(c0, c1, c2, c3, c4, c5);
  const c6 = b[p + 6]!;
  if (c6 > 127) return utf8(b, p, z);
  if (n === 7) return text(c0, c1, c2, c3, c4, c5, c6);
  const c7 = b[p + 7]!;
  if (c7 > 127) return utf8(b, p, z);
  if (n === 8) return text(c0, c1, c2, c3, c4, c5, c6, c7);
  const c8 = b[p + 8]!;
  if (c8 > 127) return utf8(b, p, z);
  if (n === 9) return text(c0, c1, c2, c3, c4, c5, c6, c7, c8);
  const c9 = b[p + 9]!;
  if (c9 > 127) return utf8(b, p, z);
  if (n === 10) return text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
  const c10 = b[p + 10]!;
  if (c10 > 127) return utf8(b, p, z);
  if (n === 11) return text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10);
  const c11 = b[p + 11]!;
  if (c11 > 127) return utf8(b, p, z);
  if (n === 12) return text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11);
  const c12 = b[p + 12]!;
  if (c12 > 127) return utf8(b, p, z);
  if (n === 13) return text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12);
  const c13 = b[p + 13]!;
  if (c13 > 127) return utf8(b, p, z);
  return text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13);
}

function stringLong(b: Uint8Array, p: number, z: number): string {
  const n = z - p;
  if (n > 26) return utf8(b, p, z);
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13) > 127)
    return utf8(b, p, z);
  const c14 = b[p + 14]!;
  if (c14 > 127) return utf8(b, p, z);
  if (n === 15) return text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14);
  const c15 = b[p + 15]!;
  if (c15 > 127) return utf8(b, p, z);
  if (n === 16) return text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15);
  const c16 = b[p + 16]!;
  if (c16 > 127) return utf8(b, p, z);
  if (n === 17)
    return text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16);
  const c17 = b[p + 17]!;
  if (c17 > 127) return utf8(b, p, z);
  if (n === 18)
    return text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17);
  const c18 = b[p + 18]!;
  if (c18 > 127) return utf8(b, p, z);
  if (n === 19)
    return text(
      c0,
      c1,
      c2,
      c3,
      c4,
      c5,
      c6,
      c7,
      c8,
      c9,
      c10,
      c11,
      c12,
      c13,
      c14,
      c15,
      c16,
      c17,
      c18,
    );
  const c19 = b[p + 19]!;
  if (c19 > 127) return utf8(b, p, z);
  if (n === 20)
    return text(
      c0,
      c1,
      c2,
      c3,
      c4,
      c5,
      c6,
      c7,
      c8,
      c9,
      c10,
      c11,
      c12,
      c13,
      c14,
      c15,
      c16,
      c17,
      c18,
      c19,
    );
  const c20 = b[p + 20]!;
  if (c20 > 127) return utf8(b, p, z);
  if (n === 21)
    return text(
      c0,
      c1,
      c2,
      c3,
      c4,
      c5,
      c6,
      c7,
      c8,
      c9,
      c10,
      c11,
      c12,
      c13,
      c14,
      c15,
      c16,
      c17,
      c18,
      c19,
      c20,
    );
  const c21 = b[p + 21]!;
  if (c21 > 127) return utf8(b, p, z);
  if (n === 22)
    return text(
      c0,
      c1,
      c2,
      c3,
      c4,
      c5,
      c6,
      c7,
      c8,
      c9,
      c10,
      c11,
      c12,
      c13,
      c14,
      c15,
      c16,
      c17,
      c18,
      c19,
      c20,
      c21,
    );
  const c22 = b[p + 22]!;
  if (c22 > 127) return utf8(b, p, z);
  if (n === 23)
    return text(
      c0,
      c1,
      c2,
      c3,
      c4,
      c5,
      c6,
      c7,
      c8,
      c9,
      c10,
      c11,
      c12,
      c13,
      c14,
      c15,
      c16,
      c17,
      c18,
      c19,
      c20,
      c21,
      c22,
    );
  const c23 = b[p + 23]!;
  if (c23 > 127) return utf8(b, p, z);
  if (n === 24)
    return text(
      c0,
      c1,
      c2,
      c3,
      c4,
      c5,
      c6,
      c7,
      c8,
      c9,
      c10,
      c11,
      c12,
      c13,
      c14,
      c15,
      c16,
      c17,
      c18,
      c19,
      c20,
      c21,
      c22,
      c23,
    );
  const c24 = b[p + 24]!;
  if (c24 > 127) return utf8(b, p, z);
  if (n === 25)
    return text(
      c0,
      c1,
      c2,
      c3,
      c4,
      c5,
      c6,
      c7,
      c8,
      c9,
      c10,
      c11,
      c12,
      c13,
      c14,
      c15,
      c16,
      c17,
      c18,
      c19,
      c20,
      c21,
      c22,
      c23,
      c24,
    );
  const c25 = b[p + 25]!;
  if (c25 > 127) return utf8(b, p, z);
  return text(
    c0,
    c1,
    c2,
    c3,
    c4,
    c5,
    c6,
    c7,
    c8,
    c9,
    c10,
    c11,
    c12,
    c13,
    c14,
    c15,
    c16,
    c17,
    c18,
    c19,
    c20,
    c21,
    c22,
    c23,
    c24,
    c25,
  );
}

/** Natively, and lossy first: only a text with U+FFFD in it can have been invalid and is looked at again. */
function utf8(b: Uint8Array, p: number, z: number): string {
  if (utf8Slice !== undefined) {
    const text = utf8Slice.call(b, p, z);
    if (!text.includes("\ufffd")) return text;
  }
  try {
    return strict.decode(b.subarray(p, z));
  } catch {
    malformed("the string is not valid UTF-8", p);
  }
}
