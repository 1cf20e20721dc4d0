/** Where encoded bytes go: behind the frame header in a transport's write buffer, or a list of chunks. */
export interface ByteSink {
  /** Adds bytes behind what is there. The sink copies them or keeps them; the caller does not write to them again. */
  append(bytes: Uint8Array): void;
}

/** Memory to write into from `at` on. */
export interface WriteTarget {
  readonly buffer: Uint8Array;
  at: number;
}

/**
 * The outgoing body of a stream. Protocols write messages into it in place; what is in it leaves with the transport's
 * next `flush`, `end`, `send` or `respond`.
 */
export interface BodySink extends ByteSink {
  /** Bytes appended since the last time that the body left. */
  readonly length: number;
  /** Forgets what was appended and has not left: an encoder failed half-way and something else is sent instead. */
  clear(): void;
  /**
   * Begins a length-prefixed message: one byte of flags and four of length (gRPC's and Connect's envelope), filled in by
   * `closeEnvelope`. Envelopes do not nest.
   */
  openEnvelope(flags: number): void;
  /** Ends the message: what was appended since `openEnvelope` is its content. */
  closeEnvelope(): void;
  /** Takes the message that was begun away again, prefix included. */
  dropEnvelope(): void;
  /** Whether what is put in now leaves by itself when this tick ends, without a `flush`. Default no. */
  readonly isCarried?: boolean;
  /**
   * Where the message that was begun may be written in place instead of being appended, if there is such a place: from
   * `at` on, which the writer moves on once all of the message is there. What was written without that is forgotten.
   */
  readonly target?: WriteTarget | undefined;
}

const prefixLength = 5;

/** A body as a list of chunks, for transports that gather on write. */
export class ChunkSink implements BodySink {
  length = 0;
  #chunks: Uint8Array[] = [];
  /** Where the open envelope begins: its chunk, and the body's length before it. */
  #openChunk = -1;
  #openLength = 0;

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.length += bytes.length;
  }

  clear(): void {
    this.#chunks = [];
    this.length = 0;
    this.#openChunk = -1;
  }

  openEnvelope(flags: number): void {
    const prefix = new Uint8Array(prefixLength);
    prefix[0] = flags;
    this.#openChunk = this.#chunks.length;
    this.#openLength = this.length;
    this.append(prefix);
  }

  closeEnvelope(): void {
    const prefix = this.#chunks[this.#openChunk] as Uint8Array;
    const size = this.length - this.#openLength - prefixLength;
    prefix[1] = size >>> 24;
    prefix[2] = size >>> 16;
    prefix[3] = size >>> 8;
    prefix[4] = size;
    this.#openChunk = -1;
  }

  dropEnvelope(): void {
    this.#chunks.length = this.#openChunk;
    this.length = this.#openLength;
    this.#openChunk = -1;
  }

  /** What was appended, in order; the sink is empty afterwards. */
  takeChunks(): readonly Uint8Array[] {
    const chunks = this.#chunks;
    this.clear();
    return chunks;
  }

  /** The body in one array; not copied if it was appended at once. */
  toBytes(): Uint8Array {
    const chunks = this.#chunks;
    if (chunks.length === 1) return chunks[0] as Uint8Array;
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  /** The same, and the sink is empty afterwards. */
  takeBytes(): Uint8Array {
    const bytes = this.toBytes();
    this.clear();
    return bytes;
  }
}
