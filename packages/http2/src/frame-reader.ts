import { ConnectionError, ErrorCode } from "./error-code.js";
import { Flag, FrameType, frameHeaderBytes, frameName, readUint31 } from "./frame.js";

/** What takes frames. Returns `false` to hear nothing more. */
export interface FrameHandler {
  /** A frame whose payload is `bytes[start, end)`. */
  frame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean;
  /** A DATA frame without padding begins, whose payload comes in pieces. */
  beginData(flags: number, streamId: number, length: number): boolean;
  /** A piece of it. `isLast`: the frame is complete. */
  continueData(bytes: Uint8Array, start: number, end: number, isLast: boolean): boolean;
}

/**
 * Cuts bytes into frames (RFC 9113, section 4.1), wherever they were cut on their way. Frames that came whole are handed
 * on in place; DATA that did not comes in pieces, of everything else the payload is collected.
 */
export class FrameReader {
  readonly #handler: FrameHandler;
  readonly #maxFrameBytes: number;
  /** A frame header that was cut, or whose payload was; made with the first. */
  #header: Uint8Array = none;
  #headerBytes = 0;
  /** The payload that is being collected. */
  #payload: Uint8Array | undefined;
  #payloadBytes = 0;
  /** What is missing of a DATA frame that comes in pieces. */
  #dataLeft = 0;
  /** Frames that did not come whole, so far. */
  #cutFrames = 0;

  constructor(handler: FrameHandler, maxFrameBytes: number) {
    this.#handler = handler;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Whether a frame has begun that is not complete. */
  get isInFrame(): boolean {
    return this.#headerBytes > 0 || this.#payload !== undefined || this.#dataLeft > 0;
  }

  /** The number of the frame that has begun and is not complete; 0 if there is none, or it is DATA, which may take its time. */
  get cutFrame(): number {
    const isCut = this.#headerBytes > 0 || this.#payload !== undefined;
    const knowsType = this.#payload !== undefined || this.#headerBytes > 3;
    if (!isCut || (knowsType && this.#header[3] === FrameType.data)) return 0;
    return this.#cutFrames;
  }

  /** @throws ConnectionError FRAME_SIZE_ERROR for a frame past the limit, before any of it is kept. */
  read(bytes: Uint8Array, start: number): void {
    const end = bytes.length;
    let at = this.isInFrame ? this.#finish(bytes, start) : start;
    while (at >= 0 && end - at >= frameHeaderBytes) {
      const length = this.#lengthAt(bytes, at);
      const payload = at + frameHeaderBytes;
      if (payload + length > end) {
        at = this.#begin(bytes, at, bytes, payload);
        continue;
      }
      const type = bytes[at + 3] as number;
      const flags = bytes[at + 4] as number;
      at = payload + length;
      const streamId = readUint31(bytes, payload - 4);
      if (!this.#handler.frame(type, flags, streamId, bytes, payload, at)) return;
    }
    if (at < 0 || at === end) return;
    this.#cutFrames++;
    if (at >= 0 && at < end) this.#makeHeader();
    for (; at < end; at++) this.#header[this.#headerBytes++] = bytes[at] as number;
  }

  #makeHeader(): void {
    if (this.#header === none) this.#header = new Uint8Array(frameHeaderBytes);
  }

  #lengthAt(bytes: Uint8Array, at: number): number {
    const length =
      ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    if (length > this.#maxFrameBytes) {
      throw new ConnectionError(
        ErrorCode.frameSizeError,
        `${frameName(bytes[at + 3] as number)} of ${length} bytes`,
      );
    }
    return length;
  }

  /** Goes on with what was cut. Returns where the next frame begins, or -1 to stop. */
  #finish(bytes: Uint8Array, start: number): number {
    let at = start;
    if (this.#headerBytes > 0) {
      while (at < bytes.length && this.#headerBytes < frameHeaderBytes) {
        this.#header[this.#headerBytes++] = bytes[at++] as number;
      }
      if (this.#headerBytes < frameHeaderBytes) return at;
      this.#headerBytes = 0;
      const length = this.#lengthAt(this.#header, 0);
      if (at + length > bytes.length) return this.#begin(this.#header, 0, bytes, at);
      return this.#whole(this.#header, bytes, at, at + length) ? at + length : -1;
    }
    return this.#payload === undefined ? this.#pieceOfData(bytes, at) : this.#collect(bytes, at);
  }

  /** Begins with a frame whose payload is cut; takes what there is of it. */
  #begin(header: Uint8Array, at: number, bytes: Uint8Array, start: number): number {
    const length = this.#lengthAt(header, at);
    const type = header[at + 3] as number;
    const flags = header[at + 4] as number;
    if (type === FrameType.data && (flags & Flag.padded) === 0) {
      this.#dataLeft = length;
      if (!this.#handler.beginData(flags, readUint31(header, at + 5), length)) return -1;
      return this.#pieceOfData(bytes, start);
    }
    if (header !== this.#header) {
      this.#cutFrames++;
      this.#makeHeader();
      this.#header.set(header.subarray(at, at + frameHeaderBytes));
    }
    this.#payload = new Uint8Array(length);
    this.#payloadBytes = 0;
    return this.#collect(bytes, start);
  }

  #pieceOfData(bytes: Uint8Array, start: number): number {
    const end = Math.min(bytes.length, start + this.#dataLeft);
    if (end === start) return end;
    this.#dataLeft -= end - start;
    return this.#handler.continueData(bytes, start, end, this.#dataLeft === 0) ? end : -1;
  }

  #collect(bytes: Uint8Array, start: number): number {
    const payload = this.#payload as Uint8Array;
    const end = Math.min(bytes.length, start + payload.length - this.#payloadBytes);
    payload.set(bytes.subarray(start, end), this.#payloadBytes);
    this.#payloadBytes += end - start;
    if (this.#payloadBytes < payload.length) return end;
    this.#payload = undefined;
    return this.#whole(this.#header, payload, 0, payload.length) ? end : -1;
  }

  #whole(header: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
    const type = header[3] as number;
    return this.#handler.frame(type, header[4] as number, readUint31(header, 5), bytes, start, end);
  }
}

const none: Uint8Array = new Uint8Array(0);
