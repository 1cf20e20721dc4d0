/** Where encoded bytes go: behind the frame header in a transport's write buffer, or a list of chunks. */
export interface ByteSink {
  /** Adds bytes behind what is there. The sink copies them or keeps them; the caller does not write to them again. */
  append(bytes: Uint8Array): void;
}

/** The body of a message that leaves whole. */
export interface BodySink extends ByteSink {
  /** Bytes appended so far. */
  readonly length: number;
  /** Forgets what was appended: an encoder failed half-way and something else is sent instead. */
  clear(): void;
}

/** A body as a list of chunks, for transports that gather on write. */
export class ChunkSink implements BodySink {
  length = 0;
  #chunks: Uint8Array[] = [];

  append(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.length += bytes.length;
  }

  clear(): void {
    this.#chunks = [];
    this.length = 0;
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
}
