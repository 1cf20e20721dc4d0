import { writeUint32 } from "./frame.js";
import type { Output } from "./output.js";
import { Staging } from "./staging.js";

const prefixBytes = 5;

/**
 * The content of a stream that has not been handed over. One envelope around one piece, which is what a unary call
 * sends, takes no memory of its own: its prefix is written when it leaves. Content of a stream that goes on is gathered
 * in staging memory, and what does not fit stands behind it, in pieces.
 */
export class OutgoingBody {
  /** Bytes outside of the staging memory. */
  #loose = 0;
  /** The first piece, and the flags of the envelope around it, -1 for none. */
  #first: Uint8Array | undefined;
  #firstFlags = -1;
  /** Everything, as soon as it is more than that. */
  #pieces: Uint8Array[] | undefined;
  #gathers = false;
  #isCarried = false;
  #staging: Staging | undefined;
  /** The flags of the envelope that is open, -1 for none. */
  #openFlags = -1;
  /** Where it begins in the staging memory, -1 if it does not. */
  #openAt = -1;
  /** The bytes outside of that before the open envelope, and the number of pieces. */
  #openLength = 0;
  #openPieces = 0;

  get length(): number {
    return this.#staging === undefined ? this.#loose : this.#loose + this.#staging.at;
  }

  /** Whether what there is can wait for more. */
  get canGrow(): boolean {
    return this.#loose === 0 && this.#staging?.hasRoom === true;
  }

  /** Whether what is put in leaves by itself when the tick ends: nobody has to say so. */
  get isCarried(): boolean {
    return this.#isCarried && this.canGrow;
  }

  /** Somebody sees to it that what is there, and what else comes, leaves when the tick ends. */
  carry(): void {
    this.#isCarried = true;
  }

  /** Whether an envelope is open. */
  get isOpen(): boolean {
    return this.#openFlags >= 0;
  }

  /** Where the open envelope's content may be written in place. */
  get target(): Staging | undefined {
    return this.#openAt >= 0 && this.#loose === 0 ? this.#staging : undefined;
  }

  /** The content will come in many parts. */
  gather(): void {
    this.#gathers = true;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#mayStage() && this.#takeStaging()?.append(bytes) === true) return;
    this.#loose += bytes.length;
    if (this.#pieces !== undefined) this.#pieces.push(bytes);
    else if (this.#first === undefined && this.#firstFlags < 0) this.#first = bytes;
    else this.#spread().push(bytes);
  }

  /** Whether what comes next stands behind everything if it is put into the staging memory. */
  #mayStage(): boolean {
    return this.#gathers && this.#loose === 0 && (this.#openFlags < 0 || this.#openAt >= 0);
  }

  #takeStaging(): Staging | undefined {
    this.#staging ??= Staging.take();
    return this.#staging;
  }

  clear(): void {
    this.#loose = 0;
    this.#first = undefined;
    this.#firstFlags = -1;
    this.#pieces = undefined;
    // Whoever writes an envelope may still do so.
    if (this.#staging !== undefined) this.#releaseStaging(this.#staging, this.isOpen);
    this.#openFlags = -1;
    this.#openAt = -1;
  }

  #releaseStaging(staging: Staging, isWritten: boolean): void {
    this.#staging = undefined;
    this.#isCarried = false;
    staging.release(isWritten);
  }

  openEnvelope(flags: number): void {
    if (this.#gathers && this.#loose === 0) {
      const staging = this.#takeStaging();
      if (staging?.hasRoom === true) {
        this.#openFlags = flags;
        this.#openAt = staging.at;
        staging.buffer[staging.at] = flags;
        staging.at += prefixBytes;
        return;
      }
    }
    this.#openFlags = flags;
    this.#openLength = this.#loose;
    if (this.#loose === 0) return;
    const pieces = this.#spread();
    this.#openPieces = pieces.length;
    pieces.push(new Uint8Array(prefixBytes));
    this.#loose += prefixBytes;
  }

  closeEnvelope(): void {
    const flags = this.#openFlags;
    const openAt = this.#openAt;
    this.#openFlags = -1;
    this.#openAt = -1;
    if (openAt >= 0) {
      const staging = this.#staging as Staging;
      writeUint32(staging.buffer, openAt + 1, staging.at - openAt - prefixBytes + this.#loose);
      return;
    }
    if (this.#openLength > 0) {
      const size = this.#loose - this.#openLength - prefixBytes;
      writePrefix((this.#pieces as Uint8Array[])[this.#openPieces] as Uint8Array, 0, flags, size);
      return;
    }
    const size = this.#loose;
    this.#loose += prefixBytes;
    if (this.#pieces === undefined) {
      this.#firstFlags = flags;
      return;
    }
    const prefix = new Uint8Array(prefixBytes);
    writePrefix(prefix, 0, flags, size);
    this.#pieces.unshift(prefix);
  }

  dropEnvelope(): void {
    const openAt = this.#openAt;
    this.#openFlags = -1;
    this.#openAt = -1;
    if (openAt >= 0) (this.#staging as Staging).at = openAt;
    if (openAt >= 0 || this.#openLength === 0) {
      this.#loose = 0;
      this.#first = undefined;
      this.#pieces = undefined;
      return;
    }
    this.#loose = this.#openLength;
    (this.#pieces as Uint8Array[]).length = this.#openPieces;
  }

  /** Writes everything into an output; the body is empty afterwards. */
  writeTo(output: Output): void {
    const staging = this.#staging;
    if (staging !== undefined) {
      output.copy(staging.buffer, staging.at);
      this.#releaseStaging(staging, false);
    }
    if (this.#pieces === undefined) {
      const first = this.#first;
      if (this.#firstFlags >= 0) {
        output.reserve(prefixBytes);
        writePrefix(output.buffer, output.at, this.#firstFlags, this.#loose - prefixBytes);
        output.at += prefixBytes;
        this.#firstFlags = -1;
      }
      this.#first = undefined;
      this.#loose = 0;
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
    const staging = this.#staging;
    const staged = staging === undefined ? [] : [staging.buffer.slice(0, staging.at)];
    return this.#loose === 0 ? staged : [...staged, ...this.#spread()];
  }

  /** Everything, in order; the body is empty afterwards. */
  takePieces(): readonly Uint8Array[] {
    const pieces = this.pieces();
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
