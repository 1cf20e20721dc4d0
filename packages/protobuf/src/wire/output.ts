import { allocate } from "./platform.js";

/** The state of the encode that is under way: one buffer that grows, written forward in one pass. */
interface Output {
  /** The memory of `block`, or of its own for a message that is too large for it. */
  buffer: Uint8Array;
  /** Where the message begins in the buffer. */
  start: number;
  /** An encode is under way. */
  busy: boolean;
  /** Write maps sorted by key. */
  sorted: boolean;
  writeUnknown: boolean;
  /** Lengths that need another number of bytes than was reserved, in the order their messages ended. */
  fixups: Fixup[];
  /** Takes large `bytes` as they are, where the result is a list of chunks. */
  sink: Sink | undefined;
  /** A literal that is written as the message that it stands for: it has all of its members, and nothing else. */
  literal: unknown;
  readonly small: Block;
  readonly medium: Block;
  block: Block;
}

/** What an encode to a list of chunks puts in the place of copies. */
export interface Sink {
  /** Leaves a place for `bytes` at `p`, where there is room for `segmentBytes`; returns the position behind it. */
  take(p: number, bytes: Uint8Array): number;
  /** Ends the message at `p`; what it returns is as long as what was not taken. */
  finish(p: number): Uint8Array;
}

/**
 * Memory that results share (as Node's small buffers do), written forward and never twice to the same place: an array
 * of its own for each would cost more than the encoding, in memory to be cleared and collected.
 */
interface Block {
  memory: Uint8Array;
  /** The buffer of `memory`: asking for it costs as much as making the array. */
  buffer: ArrayBufferLike;
  /** Where the next message begins. */
  at: number;
  readonly size: number;
  /** What has to be left of it for another message to begin. */
  readonly reserve: number;
}

function createBlock(size: number, reserve: number): Block {
  const memory = new Uint8Array(0);
  return { memory, buffer: memory.buffer, at: 0, size, reserve };
}

/**
 * Messages of up to `reserve` bytes are written into blocks: small ones into small blocks, so that one that is kept
 * does not keep much else. One that is larger, or does not fit, gets memory of its own.
 */
function createOutput(): Output {
  const small = createBlock(32768, 4096);
  return {
    buffer: small.memory,
    start: 0,
    busy: false,
    sorted: false,
    writeUnknown: true,
    fixups: [],
    sink: undefined,
    literal: undefined,
    small,
    medium: createBlock(262_144, 32768),
    block: small,
  };
}

export const output: Output = /*@__PURE__*/ createOutput();

/** At `at`, `reserved` bytes have to become the varint of `length`; or, if there are any, `bytes` of this length. */
export interface Fixup {
  readonly at: number;
  readonly reserved: number;
  readonly length: number;
  readonly bytes?: Uint8Array;
  /** By how many bytes this fixup and those in front of it in the list lengthen the message. */
  readonly total: number;
}

export const maxSize = 0x7fffffff;

/** Thrown where a message would take 2 GiB or more. */
export class TooLarge {}

/** Makes room for `n` bytes at `p`; returns the buffer, which may be a new one. */
export function grow(p: number, n: number): Uint8Array {
  const { buffer } = output;
  const need = p + n;
  if (!(need <= maxSize + 4096)) throw new TooLarge();
  const bigger = allocate(Math.min(Math.max(p * 2, need + 64), maxSize + 8192));
  bigger.set(buffer.subarray(output.start, p), output.start);
  output.buffer = bigger;
  return bigger;
}

/** The number of bytes of a varint, for lengths. */
export function varintSize(n: number): number {
  return n < 0x80 ? 1 : n < 0x4000 ? 2 : n < 0x200000 ? 3 : n < 0x10000000 ? 4 : 5;
}

/** Writes an unsigned 32-bit varint. */
export function varint(b: Uint8Array, p: number, v: number): number {
  if (v < 128) {
    b[p] = v;
    return p + 1;
  }
  if (v < 16384) {
    b[p] = (v & 127) | 128;
    b[p + 1] = v >> 7;
    return p + 2;
  }
  while (v > 127) {
    b[p++] = (v & 127) | 128;
    v >>>= 7;
  }
  b[p] = v;
  return p + 1;
}

/** From this size on a body is not moved when its length needs more bytes than were reserved. */
export const moveLimit = 1024;

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

/** The lengthening by fixups in front of `s`. Those inside the body stand at the end of the list. */
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

/** Makes it the buffer. Storing what is there already would still cost the garbage collector's write barrier. */
function use(buffer: Uint8Array): void {
  if (output.buffer !== buffer) output.buffer = buffer;
}

/** One large message must not make every small one after it begin with as much memory. */
const maxGuess = 1 << 22;

/** Prepares the buffer for a message that is likely to take `expected` bytes; returns where it begins. */
export function begin(expected: number): number {
  const { small, medium } = output;
  if (expected > medium.reserve) {
    output.buffer = allocate(Math.min(expected, maxGuess) + 64);
    output.start = 0;
    return 0;
  }
  const block = expected > small.reserve ? medium : small;
  output.block = block;
  // a block that a caller transferred to another thread has no bytes left
  if (block.memory.length - block.at < block.reserve) {
    block.memory = allocate(block.size);
    block.buffer = block.memory.buffer;
    block.at = 0;
  }
  use(block.memory);
  output.start = block.at;
  return block.at;
}

/** The message that ends at `p`, as an array that is the caller's. */
export function finish(p: number): Uint8Array {
  const { buffer, start, block } = output;
  if (output.fixups.length > 0) return finishFixed(p);
  if (buffer === block.memory) {
    block.at = p;
    return new Uint8Array(block.buffer, start, p - start);
  }
  if (p - start > maxSize) throw new TooLarge();
  // memory of its own is handed over, if it is nearly full, and copied out of otherwise
  if (start + buffer.length - p < (p - start) >> 3) {
    return buffer.fill(0, 0, start).fill(0, p).subarray(start, p);
  }
  const whole = allocate(p - start);
  whole.set(buffer.subarray(start, p));
  return whole;
}

/** The same where lengths are still to be worked in. */
function finishFixed(p: number): Uint8Array {
  const { buffer, start, fixups } = output;
  const size = p - start + fixups[fixups.length - 1]!.total;
  if (size > maxSize) throw new TooLarge();
  const whole = allocate(size);
  let from = start;
  let to = 0;
  for (const { at, reserved, length } of fixups.sort((x, y) => x.at - y.at)) {
    whole.set(buffer.subarray(from, at), to);
    to = varint(whole, to + at - from, length);
    from = at + reserved;
  }
  whole.set(buffer.subarray(from, p), to);
  return whole;
}

/** Ends an encode, successful or not: nothing of it is kept. */
export function release(): void {
  output.busy = false;
  use(output.block.memory);
  if (output.fixups.length > 0) output.fixups = [];
}

/** Runs an encode while another one is under way, in memory of its own. */
export function aside<T>(work: () => T): T {
  const saved = { ...output };
  Object.assign(output, createOutput());
  try {
    return work();
  } finally {
    Object.assign(output, saved);
  }
}
