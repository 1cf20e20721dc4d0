/** Raw snappy: one block of at most 64 KiB, as a varint of its length and a list of literals and copies. */

/** The most bytes that a block of the framing format holds. */
export const blockBytes = 65_536;

const minMatch = 4;
const hashBits = 14;

/** Compresses at most {@link blockBytes} bytes by looking for four equal bytes further up. */
export function compressBlock(input: Uint8Array): Uint8Array {
  const output = new BlockWriter(input);
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const seen = new Int32Array(1 << hashBits).fill(-1);
  let literalStart = 0;
  let at = 0;
  while (at + minMatch <= input.length) {
    const word = view.getUint32(at, true);
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - hashBits);
    const candidate = seen[slot] as number;
    seen[slot] = at;
    if (candidate < 0 || view.getUint32(candidate, true) !== word) {
      at += 1;
      continue;
    }
    let length = minMatch;
    while (at + length < input.length && input[candidate + length] === input[at + length]) length++;
    output.literal(literalStart, at);
    output.copy(at - candidate, length);
    at += length;
    literalStart = at;
  }
  output.literal(literalStart, input.length);
  return output.finish();
}

class BlockWriter {
  readonly #input: Uint8Array;
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(input: Uint8Array) {
    this.#input = input;
    // A match of four bytes costs three, a literal at most three bytes beside its own: this is never too little.
    this.#bytes = new Uint8Array(32 + input.length + Math.ceil(input.length / 6));
    let length = input.length;
    while (length >= 0x80) {
      this.#put((length & 0x7f) | 0x80);
      length >>>= 7;
    }
    this.#put(length);
  }

  literal(start: number, end: number): void {
    const length = end - start;
    if (length === 0) return;
    if (length <= 60) this.#put((length - 1) << 2);
    else if (length <= 256) this.#put(60 << 2, length - 1);
    else this.#put(61 << 2, (length - 1) & 0xff, (length - 1) >>> 8);
    this.#bytes.set(this.#input.subarray(start, end), this.#length);
    this.#length += length;
  }

  /** Copies with an offset of two bytes, at most 64 bytes each. */
  copy(offset: number, length: number): void {
    for (let left = length; left > 0; left -= 64) {
      this.#put(((Math.min(left, 64) - 1) << 2) | 2, offset & 0xff, offset >>> 8);
    }
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #put(...bytes: number[]): void {
    for (const byte of bytes) this.#bytes[this.#length++] = byte;
  }
}

/**
 * Decompresses a block. Its length is checked before anything is allocated, so that a block costs what the format allows
 * and no more.
 * @throws Error for bytes that are no block.
 */
export function decompressBlock(input: Uint8Array): Uint8Array {
  const { length, next } = readLength(input);
  const output = new Uint8Array(length);
  let at = next;
  let filled = 0;
  while (at < input.length) {
    const tag = input[at] as number;
    if ((tag & 3) === 0) {
      const literal = literalAt(input, at);
      if (filled + literal.length > length) throw new Error("snappy: a literal leaves its block");
      output.set(literal, filled);
      filled += literal.length;
      at = literal.byteOffset - input.byteOffset + literal.length;
    } else {
      const copy = copyAt(input, at);
      repeat(output, filled, copy.offset, copy.length);
      filled += copy.length;
      at += copy.size;
    }
  }
  if (filled !== length) throw new Error(`snappy: a block of ${length} bytes has ${filled}`);
  return output;
}

function readLength(input: Uint8Array): { length: number; next: number } {
  let length = 0;
  for (let next = 0; next < 3; next++) {
    const byte = input[next];
    if (byte === undefined) break;
    length |= (byte & 0x7f) << (7 * next);
    if (byte < 0x80) {
      if (length > blockBytes) break;
      return { length, next: next + 1 };
    }
  }
  throw new Error(`snappy: a block without a length of at most ${blockBytes} bytes`);
}

function literalAt(input: Uint8Array, at: number): Uint8Array {
  const short = (input[at] as number) >>> 2;
  const extra = Math.max(0, short - 59);
  let length = short;
  if (extra > 0) {
    length = 0;
    for (let i = extra; i > 0; i--) length = length * 256 + (input[at + i] ?? Number.NaN);
  }
  const start = at + 1 + extra;
  const end = start + length + 1;
  if (!(end <= input.length)) throw new Error("snappy: a literal is cut off");
  return input.subarray(start, end);
}

function copyAt(input: Uint8Array, at: number): { offset: number; length: number; size: number } {
  const tag = input[at] as number;
  const byte = (index: number) => input[at + index] ?? Number.NaN;
  const kind = tag & 3;
  const copy =
    kind === 1
      ? { offset: (tag >>> 5) * 256 + byte(1), length: ((tag >>> 2) & 7) + 4, size: 2 }
      : kind === 2
        ? { offset: byte(1) + byte(2) * 256, length: (tag >>> 2) + 1, size: 3 }
        : {
            offset: byte(1) + byte(2) * 256 + byte(3) * 65_536 + byte(4) * 16_777_216,
            length: (tag >>> 2) + 1,
            size: 5,
          };
  if (!(copy.offset > 0)) throw new Error("snappy: a copy is cut off or copies itself");
  return copy;
}

/** Copies from further up in the output; source and target may overlap, which repeats a pattern. */
function repeat(output: Uint8Array, filled: number, offset: number, length: number): void {
  if (offset > filled || filled + length > output.length) {
    throw new Error("snappy: a copy leaves its block");
  }
  for (let i = filled; i < filled + length; i++) output[i] = output[i - offset] as number;
}
