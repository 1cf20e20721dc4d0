/**
 * Verifies the UTF-8 of a whole input at once: its bytes are copied, those ≥ 0x80 that are in no string are set to 0,
 * and one native check goes over the copy. A check a string would cost many times as much.
 *
 * The copy goes through a window of 32 KiB that is used again and that nothing else can reach. Places are blanked in the
 * order of the input; one that lies behind the window ends it: what is in front of it is verified, and the window goes on
 * behind it.
 */
import { malformed } from "../wire/cursor.js";

interface Platform {
  readonly process?: {
    getBuiltinModule?(
      name: string,
    ): { readonly isUtf8?: (bytes: Uint8Array) => boolean } | undefined;
  };
}

const native = /*@__PURE__*/ lookUp();

function lookUp(): ((bytes: Uint8Array) => boolean) | undefined {
  const { process } = globalThis as unknown as Platform;
  return process?.getBuiltinModule?.("buffer")?.isUtf8;
}

const strict = /*@__PURE__*/ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isUtf8(bytes: Uint8Array): boolean {
  if (native !== undefined) return native(bytes);
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const windowBytes = 32768;
let copy = /*@__PURE__*/ new Uint8Array(0);
let input: Uint8Array = copy;
/** The input's end. */
let stop = 0;
/** The check that is under way. */
export const mask = {
  /** Strings are verified one by one, not through the copy. */
  each: true,
  /** What of the input is in the copy; nothing while strings are verified one by one. */
  from: 0,
  to: -1,
};

export const longestVarint = 10;

/** Thrown where bytes in strings are not UTF-8: which one, a check of each tells. */
export const notUtf8: unique symbol = Symbol("not UTF-8");

/** Begins with `b[p, e)`. */
export function beginMask(b: Uint8Array, p: number, e: number): void {
  if (copy.length === 0) copy = new Uint8Array(windowBytes);
  input = b;
  stop = e;
  refill(p);
}

/** Verifies what is left. */
export function endMask(): void {
  flush(stop);
}

/** Lets go of the input. */
export function releaseMask(): void {
  input = copy;
  mask.to = -1;
}

function refill(p: number): void {
  const to = Math.min(p + windowBytes, stop);
  mask.from = p;
  mask.to = to;
  copy.set(p === 0 && to === input.length ? input : input.subarray(p, to));
}

/** Says that nothing of `[p, z)` is in a string. All that is in front of `p` was walked over. */
export function blank(p: number, z: number): void {
  if (mask.each) return;
  if (z > mask.to) {
    flush(p);
    refill(z);
    return;
  }
  const n = z - p;
  p -= mask.from;
  if (n > 24) {
    copy.fill(0, p, p + n);
    return;
  }
  for (const end = p + n; p < end; p++) copy[p] = 0;
}

/** Whether the copy has all up to `z`, so that it can be blanked in place. */
export function isMasked(z: number): boolean {
  return z <= mask.to;
}

export function blank8(p: number): void {
  const q = p - mask.from;
  copy[q] = copy[q + 1] = copy[q + 2] = copy[q + 3] = 0;
  copy[q + 4] = copy[q + 5] = copy[q + 6] = copy[q + 7] = 0;
}

/** Blanks a varint of two bytes or more as far as it needs to be; returns where its last byte is, or its tenth. */
export function blankVarint(b: Uint8Array, p: number): number {
  const { from } = mask;
  const last = p - from + longestVarint - 1;
  let q = p - from;
  copy[q++] = 0;
  while (b[from + q]! > 127 && q < last) copy[q++] = 0;
  if (q === last) copy[q] = 0;
  return from + q;
}

/** Verifies up to `p`. What lies behind the window was never blanked, so it is looked at where it is. */
function flush(p: number): void {
  const { from, to } = mask;
  let end = p - from;
  if (p > to) {
    end = to - from;
    // not within a character
    if (isContinuation(input[to]!))
      do end--;
      while (end > 0 && end > to - from - 3 && isContinuation(copy[end]!));
    if (end < 0 || !isUtf8(input.subarray(from + end, p))) throw notUtf8;
  }
  if (!isUtf8(end === copy.length ? copy : copy.subarray(0, end))) throw notUtf8;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** Verifies the string `b[p, z)` by itself. */
export function verifyString(b: Uint8Array, p: number, z: number): void {
  for (let i = p; i < z; i++) {
    if (b[i]! < 128) continue;
    if (!isUtf8(b.subarray(p, z))) malformed("the string is not valid UTF-8", p);
    return;
  }
}
