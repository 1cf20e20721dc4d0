/** Pieces smaller than this are copied together: each one that is kept costs some 200 bytes of its own. */
const smallBytes = 4_096;
/** The buffers that small pieces are copied into. They double from the first to the second size. */
const firstBufferBytes = 512;
const longestBufferBytes = 16_384;

/** Whether something that has to wait is so little of the buffer it came in that it had better be copied. */
export function isLittle(bytes: Uint8Array, start: number, end: number): boolean {
  const { byteLength } = bytes.buffer;
  return byteLength > smallBytes && (end - start) * 4 < byteLength;
}

/**
 * Keeps the pieces of something that comes in parts until it is whole. What it takes is in proportion to the bytes that
 * came, whatever their pieces: a peer that sends a message byte by byte would otherwise cost hundreds of bytes for each,
 * and one that sends little per read would have whole read buffers kept.
 */
export class Pieces {
  #kept: Uint8Array[] = [];
  #size = 0;
  /** Where small pieces are copied to; `#from` to `#filled` is not among the kept yet. */
  #buffer: Uint8Array | undefined;
  #from = 0;
  #filled = 0;
  readonly #expected: number;
  /** Where everything is copied to, if its size is known and a good part of it came at once. */
  #whole: Uint8Array | undefined;

  /** @param expected the size of all of it, 0 if that is not known. */
  constructor(expected = 0) {
    this.#expected = expected;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** Takes `bytes[start, end)`, which is not written to afterwards. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const expected = this.#expected;
    if (this.#size === 0 && length > 0 && length <= expected && length * 2 >= expected) {
      this.#whole = new Uint8Array(expected);
    }
    if (this.#whole !== undefined && this.#fill(this.#whole, bytes, start, end)) return;
    this.#size += length;
    if (length < smallBytes || length * 4 < bytes.buffer.byteLength) this.#copy(bytes, start, end);
    else {
      this.#seal();
      this.#kept.push(bytes.subarray(start, end));
    }
  }

  /** Copies a piece to its place; `false` if there is more than was expected. */
  #fill(whole: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start > whole.length - this.#size) {
      this.#kept.push(whole.subarray(0, this.#size));
      this.#whole = undefined;
      return false;
    }
    whole.set(bytes.subarray(start, end), this.#size);
    this.#size += end - start;
    return true;
  }

  /** All of it in one array, which nobody else writes to. */
  join(): Uint8Array {
    if (this.#whole !== undefined) return this.#whole.subarray(0, this.#size);
    this.#seal();
    const [first] = this.#kept;
    if (first !== undefined && this.#kept.length === 1) return first;
    const whole = new Uint8Array(this.#size);
    let at = 0;
    for (const piece of this.#kept) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  #copy(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    let buffer = this.#buffer;
    if (buffer === undefined || buffer.length - this.#filled < length) {
      this.#seal();
      const next = Math.min((buffer?.length ?? firstBufferBytes / 2) * 2, longestBufferBytes);
      buffer = new Uint8Array(Math.max(next, length));
      this.#buffer = buffer;
      this.#from = this.#filled = 0;
    }
    if (length < 32) {
      let at = this.#filled;
      for (let i = start; i < end; i++) buffer[at++] = bytes[i] as number;
    } else buffer.set(bytes.subarray(start, end), this.#filled);
    this.#filled += length;
  }

  /** Puts what was copied among the kept. */
  #seal(): void {
    if (this.#buffer === undefined || this.#from === this.#filled) return;
    this.#kept.push(this.#buffer.subarray(this.#from, this.#filled));
    this.#from = this.#filled;
  }
}
