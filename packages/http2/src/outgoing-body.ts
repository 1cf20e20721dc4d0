import { writeUint32 } from "./frame.js";
import type { Output } from "./output.js";

const prefixBytes = 5;

/**
 * The content of a stream that has not been handed over. One envelope around one piece, which is what a unary call
 * sends, takes no memory of its own: its prefix is written when it leaves.
 */
export class OutgoingBody {
  length = 0;
  /** The first piece, and the flags of the envelope around it, -1 for none. */
  #first: Uint8Array | undefined;
  #firstFlags = -1;
  /** Everything, as soon as it is more than that. */
  #pieces: Uint8Array[] | undefined;
  /** The flags of the envelope that is open, -1 for none. */
  #openFlags = -1;
  /** The body's length before the open envelope, and the number of pieces. */
  #openLength = 0;
  #openPieces = 0;

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.length += bytes.length;
    if (this.#pieces !== undefined) this.#pieces.push(bytes);
    else if (this.#first === undefined && this.#firstFlags < 0) this.#first = bytes;
    else this.#spread().push(bytes);
  }

  clear(): void {
    this.length = 0;
    this.#first = undefined;
    this.#firstFlags = -1;
    this.#pieces = undefined;
    this.#openFlags = -1;
  }

  openEnvelope(flags: number): void {
    this.#openFlags = flags;
    this.#openLength = this.length;
    if (this.length === 0) return;
    const pieces = this.#spread();
    this.#openPieces = pieces.length;
    pieces.push(new Uint8Array(prefixBytes));
    this.length += prefixBytes;
  }

  closeEnvelope(): void {
    const flags = this.#openFlags;
    this.#openFlags = -1;
    if (this.#openLength > 0) {
      const size = this.length - this.#openLength - prefixBytes;
      writePrefix((this.#pieces as Uint8Array[])[this.#openPieces] as Uint8Array, 0, flags, size);
      return;
    }
    const size = this.length;
    this.length += prefixBytes;
    if (this.#pieces === undefined) {
      this.#firstFlags = flags;
      return;
    }
    const prefix = new Uint8Array(prefixBytes);
    writePrefix(prefix, 0, flags, size);
    this.#pieces.unshift(prefix);
  }

  dropEnvelope(): void {
    this.#openFlags = -1;
    if (this.#openLength === 0) return this.clear();
    this.length = this.#openLength;
    (this.#pieces as Uint8Array[]).length = this.#openPieces;
  }

  /** Writes everything into an output; the body is empty afterwards. */
  writeTo(output: Output): void {
    if (this.#pieces === undefined) {
      const first = this.#first;
      if (this.#firstFlags >= 0) {
        output.reserve(prefixBytes);
        writePrefix(output.buffer, output.at, this.#firstFlags, this.length - prefixBytes);
        output.at += prefixBytes;
        this.#firstFlags = -1;
      }
      this.#first = undefined;
      this.length = 0;
      if (first !== undefined) output.append(first);
      return;
    }
    for (const piece of this.#pieces) output.append(piece);
    this.clear();
  }

  /** The piece, if there is one only and no list; see `onlyFlags`. */
  get only(): Uint8Array | undefined {
    return this.#pieces === undefined ? this.#first : undefined;
  }

  /** The flags of the envelope around `only`, or around nothing; -1 for none. */
  get onlyFlags(): number {
    return this.#pieces === undefined ? this.#firstFlags : -1;
  }

  /** Everything, in order; it stays where it is. */
  pieces(): readonly Uint8Array[] {
    return [...this.#spread()];
  }

  /** Everything, in order; the body is empty afterwards. */
  takePieces(): readonly Uint8Array[] {
    const pieces = this.#spread();
    this.clear();
    return pieces;
  }

  /** Makes a list of what there is. */
  #spread(): Uint8Array[] {
    if (this.#pieces !== undefined) return this.#pieces;
    const pieces: Uint8Array[] = [];
    if (this.#firstFlags >= 0) {
      const prefix = new Uint8Array(prefixBytes);
      writePrefix(prefix, 0, this.#firstFlags, this.#first?.length ?? 0);
      pieces.push(prefix);
      this.#firstFlags = -1;
    }
    if (this.#first !== undefined) pieces.push(this.#first);
    this.#first = undefined;
    this.#pieces = pieces;
    return pieces;
  }
}

function writePrefix(buffer: Uint8Array, at: number, flags: number, size: number): void {
  buffer[at] = flags;
  writeUint32(buffer, at + 1, size);
}
