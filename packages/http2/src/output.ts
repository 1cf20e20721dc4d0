import { frameHeaderBytes, writeFrameHeader } from "./frame.js";

/** Memory that frames are written into; a piece of it that was handed over is never written to again. */
const slabBytes = 65_536;
/** What must be left of a slab for it to be begun with. */
const leastRoom = 16_384;
/** Bytes from which on content is handed over as it is instead of being copied. */
const sharedFrom = 8_192;

/** What is left of the slab that was handed over last, for whoever writes next. One for all connections. */
let spare: Uint8Array | undefined;
let spareFrom = 0;

/** What an output needs of whoever takes what is written. */
interface OutputHost {
  /** Makes memory, which need not be zeroed. */
  allocate(bytes: number): Uint8Array;
  /** There is something to hand over: called once until `take`. */
  scheduleFlush(): void;
}

/** Frames on their way out: collected, and handed over together. */
export class Output {
  /** Where to write after {@link reserve}, and from where on. */
  buffer: Uint8Array = none;
  at = 0;
  readonly #host: OutputHost;
  #from = 0;
  /** What is complete already, before what is in the buffer. */
  #chunks: Uint8Array[] | undefined;

  constructor(host: OutputHost) {
    this.#host = host;
  }

  get isEmpty(): boolean {
    return this.buffer === none && this.#chunks === undefined;
  }

  /** Makes room for that many bytes in one piece at `buffer[at]`. Writers move `at` on. */
  reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    if (this.isEmpty) this.#host.scheduleFlush();
    this.#close();
    if (spare !== undefined && spare.length - spareFrom >= Math.max(bytes, leastRoom)) {
      this.buffer = spare;
      this.at = spareFrom;
      spare = undefined;
    } else {
      this.buffer = this.#host.allocate(Math.max(slabBytes, bytes));
      this.at = 0;
    }
    this.#from = this.at;
  }

  /** Writes a frame header behind which the payload follows. */
  frameHeader(length: number, type: number, flags: number, streamId: number): void {
    this.reserve(frameHeaderBytes);
    writeFrameHeader(this.buffer, this.at, length, type, flags, streamId);
    this.at += frameHeaderBytes;
  }

  /** Puts bytes behind what there is: small ones are copied, large ones handed over as they are. */
  append(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length >= sharedFrom) {
      if (this.isEmpty) this.#host.scheduleFlush();
      this.#cut();
      this.#chunks ??= [];
      this.#chunks.push(bytes);
      return;
    }
    this.reserve(length);
    const { buffer, at } = this;
    if (length <= 8) for (let i = 0; i < length; i++) buffer[at + i] = bytes[i] as number;
    else buffer.set(bytes, at);
    this.at = at + length;
  }

  /** Copies the first bytes of a buffer that somebody else goes on writing to. */
  copy(source: Uint8Array, bytes: number): void {
    this.reserve(bytes);
    this.buffer.set(source.subarray(0, bytes), this.at);
    this.at += bytes;
  }

  /** Everything that was written, in order. */
  take(): Uint8Array[] {
    this.#close();
    const chunks = this.#chunks ?? [];
    this.#chunks = undefined;
    return chunks;
  }

  /** Ends the piece that is being written; the buffer goes on behind it. */
  #cut(): void {
    if (this.at === this.#from) return;
    this.#chunks ??= [];
    this.#chunks.push(this.buffer.subarray(this.#from, this.at));
    this.#from = this.at;
  }

  /** Ends the piece, and leaves the rest of the buffer to whoever writes next. */
  #close(): void {
    if (this.buffer === none) return;
    this.#cut();
    if (spare === undefined || spare.length - spareFrom < this.buffer.length - this.at) {
      spare = this.buffer;
      spareFrom = this.at;
    }
    this.buffer = none;
    this.at = 0;
    this.#from = 0;
  }
}

const none: Uint8Array = new Uint8Array(0);
