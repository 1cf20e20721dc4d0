/** Pieces smaller than this are copied together: each one that is kept costs some 200 bytes of its own. */
const smallBytes = 4_096;
/** The buffers that they are copied into. They double from the first to the second size. */
const firstBufferBytes = 512;
const longestBufferBytes = 16_384;

/**
 * Content that came while nobody reads it. What it takes is in proportion to its bytes, whatever its pieces: a peer that
 * sends a few bytes with each read would otherwise have this side keep the whole of what was read.
 */
export class HeldContent {
  readonly #pieces: Uint8Array[] = [];
  /** Where small pieces are copied to; the last piece is `#from` to `#filled` of it, if that is not empty. */
  #buffer: Uint8Array | undefined;
  #from = 0;
  #filled = 0;

  /** Takes `bytes[start, end)`. `isLent`: the bytes are written to afterwards. */
  add(bytes: Uint8Array, start: number, end: number, isLent: boolean): void {
    const length = end - start;
    const isMostOfIt = length >= smallBytes && length * 4 >= bytes.buffer.byteLength;
    if (isMostOfIt && !isLent) {
      this.#from = this.#filled;
      this.#pieces.push(bytes.subarray(start, end));
      return;
    }
    const buffer = this.#roomFor(length);
    if (this.#filled > this.#from) this.#pieces.pop();
    buffer.set(bytes.subarray(start, end), this.#filled);
    this.#filled += length;
    this.#pieces.push(buffer.subarray(this.#from, this.#filled));
  }

  /** The first piece, which nobody writes to any more; `undefined` if there is none. */
  shift(): Uint8Array | undefined {
    const piece = this.#pieces.shift();
    if (this.#pieces.length === 0) this.#from = this.#filled;
    return piece;
  }

  #roomFor(length: number): Uint8Array {
    const buffer = this.#buffer;
    if (buffer !== undefined && buffer.length - this.#filled >= length) return buffer;
    const next = Math.min((buffer?.length ?? firstBufferBytes / 2) * 2, longestBufferBytes);
    this.#from = this.#filled = 0;
    this.#buffer = new Uint8Array(Math.max(next, length));
    return this.#buffer;
  }
}
