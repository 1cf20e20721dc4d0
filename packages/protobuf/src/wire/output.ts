import { allocate } from "./platform.js";

/** The state of the encode that is under way: one buffer that grows, written forward in one pass. */
interface Output {
  buffer: Uint8Array;
  /** An encode is under way. */
  busy: boolean;
  /** Write maps sorted by key. */
  sorted: boolean;
  writeUnknown: boolean;
  /** Lengths that need another number of bytes than was reserved, in the order their messages ended. */
  fixups: Fixup[];
}

/** What the buffer is between messages. */
const slab = new Uint8Array(1 << 16);

export const output: Output = {
  buffer: slab,
  busy: false,
  sorted: false,
  writeUnknown: true,
  fixups: [],
};

/** At `at`, `reserved` bytes have to become the varint of `length`, which takes `delta` bytes more (or fewer). */
interface Fixup {
  readonly at: number;
  readonly reserved: number;
  readonly length: number;
  /** The sum of all deltas up to and including this one. */
  readonly total: number;
}

const maxSize = 0x7fffffff;

/** Makes room for `n` bytes at `p`; returns the buffer, which may be a new one. */
export function grow(p: number, n: number): Uint8Array {
  const need = p + n;
  if (!(need <= maxSize + 4096)) throw new TooLarge();
  const bigger = allocate(Math.min(Math.max(output.buffer.length * 2, need + 64), maxSize + 8192));
  bigger.set(output.buffer.subarray(0, p));
  output.buffer = bigger;
  return bigger;
}

/** Lets go of a buffer that is larger than is worth keeping. */
export function release(): void {
  if (output.buffer.length > keptBytes) output.buffer = slab;
}

const keptBytes = 1 << 20;

/** Thrown where a message would take 2 GiB or more. */
export class TooLarge {}

/** The number of bytes of a varint, for lengths. */
export function varintSize(n: number): number {
  return n < 0x80 ? 1 : n < 0x4000 ? 2 : n < 0x200000 ? 3 : n < 0x10000000 ? 4 : 5;
}

/** Writes an unsigned 32-bit varint. */
export function varint(b: Uint8Array, p: number, v: number): number {
  while (v > 127) {
    b[p++] = (v & 127) | 128;
    v >>>= 7;
  }
  b[p++] = v;
  return p;
}

/** From this size on a body is not moved when its length needs more bytes than were reserved. */
const moveLimit = 1024;

/**
 * Ends a message that was written behind `g` reserved bytes at `s` and ends at `p`, where the length does not fit them
 * exactly. A small body is moved. A large one stays, and the place is noted: moving would cost depth × size when every
 * level is off, so all notes are worked in by one copy at the end ({@link finish}). Returns the body's new end.
 */
export function close(s: number, g: number, p: number): number {
  const b = output.buffer;
  const raw = p - s - g;
  if (raw < moveLimit) {
    const k = varintSize(raw);
    if (k !== g) b.copyWithin(s + k, s + g, p);
    varint(b, s, raw);
    return p + k - g;
  }
  const fixups = output.fixups;
  const total = fixups.length === 0 ? 0 : fixups[fixups.length - 1]!.total;
  const length = raw + total - totalBefore(fixups, s);
  const k = varintSize(length);
  if (k === g) varint(b, s, length);
  else fixups.push({ at: s, reserved: g, length, total: total + k - g });
  return p;
}

/** The sum of the deltas of fixups in front of `s`. Those inside the body stand at the end of the list. */
function totalBefore(fixups: readonly Fixup[], s: number): number {
  let low = 0;
  let high = fixups.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fixups[middle]!.at > s) high = middle;
    else low = middle + 1;
  }
  return low === 0 ? 0 : fixups[low - 1]!.total;
}

/** The width that `close` would have wanted, for the next message of the field. */
export function widthOf(s: number, p: number): number {
  return varintSize(p - s);
}

/**
 * The message at `[0, p)` of the buffer as an array of its own, `headroom` zero bytes in front. A buffer that had to grow
 * is handed over, if it is nearly full, instead of being copied.
 */
export function finish(p: number, headroom: number): Uint8Array {
  if (output.fixups.length > 0) return finishFixed(p, headroom);
  const b = output.buffer;
  if (headroom === 0) {
    if (p <= 64) return b.slice(0, p);
    if (b !== slab && b.length - p < p >> 3) {
      output.buffer = slab;
      return p === b.length ? b : b.fill(0, p).subarray(0, p);
    }
  }
  const whole = claim(headroom + p);
  if (headroom > 0) whole.fill(0, 0, headroom);
  copy(b, p, whole, headroom);
  return whole;
}

/** The same where lengths are still to be worked in. */
function finishFixed(p: number, headroom: number): Uint8Array {
  const b = output.buffer;
  const fixups = output.fixups;
  const size = p + fixups[fixups.length - 1]!.total;
  if (size > maxSize) throw new TooLarge();
  const whole = allocate(headroom + size);
  whole.fill(0, 0, headroom);
  let from = 0;
  let to = headroom;
  for (const { at, reserved, length } of fixups.sort((x, y) => x.at - y.at)) {
    whole.set(b.subarray(from, at), to);
    to = varint(whole, to + at - from, length);
    from = at + reserved;
  }
  whole.set(b.subarray(from, p), to);
  return whole;
}

/** Small results share blocks of memory, as Node's buffers do: an allocation costs more than encoding them. */
const blockBytes = 8192;
let block = new ArrayBuffer(0);
let blockAt = 0;

function claim(n: number): Uint8Array {
  if (n > blockBytes >> 2) return allocate(n);
  if (blockAt + n > block.byteLength) {
    block = new ArrayBuffer(blockBytes);
    blockAt = 0;
  }
  const claimed = new Uint8Array(block, blockAt, n);
  blockAt += n;
  return claimed;
}

function copy(from: Uint8Array, n: number, to: Uint8Array, at: number): void {
  if (n > 128) to.set(from.subarray(0, n), at);
  else for (let i = 0; i < n; i++) to[at + i] = from[i]!;
}
