import { f64 as double, u32 as halves } from "../wire/scratch.js";
import { powers } from "./tokenizer.js";

/** Writers of numbers as ASCII. Each needs room for 32 bytes and returns the position behind. */

/** A non-negative integer below 2^53. */
export function writeInteger(b: Uint8Array, p: number, v: number): number {
  if (v < 10) {
    b[p] = 48 + v;
    return p + 1;
  }
  if (v >= 1e9) {
    const high = Math.floor(v / 1e9);
    return writeDigits(b, writeInteger(b, p, high), v - high * 1e9, 9);
  }
  let n = v < 1e5 ? 2 : 6;
  while (v >= powers[n]!) n++;
  return writeDigits(b, p, v, n);
}

/** The digits of 0 to 99, two bytes each. */
const pairs = /*@__PURE__*/ Uint8Array.from(
  { length: 200 },
  (_, i) => 48 + (i % 2 === 0 ? Math.floor(i / 20) : (i >> 1) % 10),
);

/** The `n` digits of `v` below 2^31, with zeros in front. Division is fast as long as it is one of 32-bit integers. */
function writeDigits(b: Uint8Array, p: number, v: number, n: number): number {
  let q = p + n;
  v |= 0;
  for (; q - p > 1; q -= 2) {
    const rest = (v / 100) | 0;
    const pair = (v - Math.imul(rest, 100)) << 1;
    b[q - 1] = pairs[pair + 1]!;
    b[q - 2] = pairs[pair]!;
    v = rest;
  }
  if (q > p) b[p] = 48 + v;
  return p + n;
}

export function writeInt32(b: Uint8Array, p: number, v: number): number {
  if (v >= 0) return writeInteger(b, p, v);
  b[p] = 45;
  return writeInteger(b, p + 1, -v);
}

/** The unsigned 64-bit integer `high` × 2^32 + `low`. */
export function writeUint64(b: Uint8Array, p: number, high: number, low: number): number {
  const v = high * 4294967296 + low;
  if (high < 2097152) return writeInteger(b, p, v);
  // What `v` lost by rounding can put the quotient off by one; the rest is exact in 32 bits, and tells.
  let leading = Math.floor(v / 1e9);
  let rest = (low - Math.imul(leading, 1e9)) | 0;
  if (rest < 0) {
    leading--;
    rest += 1e9;
  } else if (rest >= 1e9) {
    leading++;
    rest -= 1e9;
  }
  return writeDigits(b, writeInteger(b, p, leading), rest, 9);
}

/** Half the distance from `size` to the next smaller double. */
function halfGap(size: number): number {
  double[0] = size;
  if (halves[0]!-- === 0) halves[1]!--;
  return (size - double[0]!) / 2;
}

/**
 * A finite number, with as few digits as bring it back; −0 keeps its sign. `single`: as a 32-bit float, so 0.1 and not
 * 0.10000000149011612. This takes half the time of `String(v)` and copying that: the nine leading digits are one
 * product, and what its rounding lost (Dekker's product) brings eight more.
 */
export function writeDouble(b: Uint8Array, p: number, v: number, single: boolean): number {
  if (single) v = Math.fround(v);
  if ((v | 0) === v && (v !== 0 || 1 / v > 0)) return writeInt32(b, p, v);
  const size = v < 0 ? -v : v;
  if (!(size >= 1e-5 && size < 1e9)) return writeAscii(b, p, v === 0 ? "-0" : String(v));
  let k = size < 1 ? 9 : size < 1000 ? 6 : 0;
  while (size * powers[k]! < 1e8) k++;
  const power = powers[k]!;
  const product = size * power;
  // Floats are 2^29 times as far apart.
  const tolerance = halfGap(size) * power * (single ? 0.999999e8 * 2 ** 29 : 0.999999e8);
  let leading = 0;
  let rest = product * 1e8;
  let unit = 1e11;
  if (!single) {
    const sizeHigh = upper(size);
    const sizeLow = size - sizeHigh;
    const powerHigh = upper(power);
    const powerLow = power - powerHigh;
    const lost =
      sizeHigh * powerHigh -
      product +
      sizeHigh * powerLow +
      sizeLow * powerHigh +
      sizeLow * powerLow;
    leading = Math.floor(product);
    rest = (product - leading + lost) * 1e8;
    unit = 100;
  }
  // not Math.round, which takes twice as long
  let trailing = Math.floor(rest / unit + 0.5) * unit;
  while (Math.abs(trailing - rest) > tolerance && (unit /= 10) >= 1)
    trailing = Math.floor(rest / unit + 0.5) * unit;
  // The product may have been rounded up to an integer, and the rest to a whole one; of a float, this is all.
  if (trailing >= 1e8 || trailing < 0) {
    const carry = Math.floor(trailing / 1e8);
    leading += carry;
    trailing -= carry * 1e8;
  }
  if (v < 0) b[p++] = 45;
  let integral = size | 0;
  let fraction = leading - integral * power;
  if (fraction >= power) {
    integral++;
    fraction -= power;
  }
  const point = writeInteger(b, p, integral);
  b[point] = 46;
  p = writeDigits(b, point + 1, fraction, k);
  if (trailing > 0) p = writeDigits(b, p, trailing, 8);
  while (b[p - 1] === 48) p--;
  return p === point + 1 ? point : p;
}

/** The upper 26 bits. */
function upper(v: number): number {
  const t = v * 134217729;
  return t - (t - v);
}

/** ASCII text. Needs room for its length. */
export function writeAscii(b: Uint8Array, p: number, text: string): number {
  const n = text.length;
  for (let i = 0; i < n; i++) b[p + i] = text.charCodeAt(i);
  return p + n;
}
