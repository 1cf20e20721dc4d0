import type { MemoryPool, PoolMember } from "./memory-pool.js";

/** A stream that may have the beginning of a message. */
export interface PartialStream {
  /** Bytes of a message that wait for its rest, as counted last. */
  partialBytes: number;
  /** There is no memory to wait for the rest: the call has to end. */
  exhausted(message: string): void;
}

/**
 * The messages of a connection of which a part has come. Each byte of them waits in memory for bytes that only the peer
 * can send: a peer that sends the beginnings of many large messages and never an end would fill the process, and one that
 * does so in good faith would find its windows shut with every message short of its end. So past a bound, of the
 * connection or of the process, the largest is ended: that frees the most for the fewest calls, and the others go on.
 */
export class PartialMessages implements PoolMember {
  /** Bytes of all of them. */
  bytes = 0;
  readonly #limit: number;
  readonly #pool: MemoryPool;
  readonly #eased: () => void;
  /** Made with the first. */
  #streams: Set<PartialStream> | undefined;
  /** `undefined`: it has to be looked for. */
  #largest: PartialStream | undefined;

  /**
   * @param limit bytes of one connection.
   * @param eased is told that a message was ended, which may be for the sake of another connection.
   */
  constructor(limit: number, pool: MemoryPool, eased: () => void = () => {}) {
    this.#limit = limit;
    this.#pool = pool;
    this.#eased = eased;
  }

  /** A stream has so many bytes of a message that waits for its rest. */
  count(stream: PartialStream, bytes: number): void {
    const more = bytes - stream.partialBytes;
    if (more === 0) return;
    if (stream.partialBytes === 0) this.#add(stream);
    stream.partialBytes = bytes;
    if (bytes === 0) this.#remove(stream);
    else if (this.#largest === stream && more < 0) this.#largest = undefined;
    else if (this.#largest !== undefined && bytes > this.#largest.partialBytes) {
      this.#largest = stream;
    }
    this.bytes += more;
    if (more < 0) return this.#pool.release(-more);
    // Before the pool is looked at: what this connection has too much of is no reason to end a message of another one.
    this.#pool.used += more;
    while (this.bytes > this.#limit) this.endLargest();
    this.#pool.hold(0);
  }

  get largestBytes(): number {
    return this.#findLargest()?.partialBytes ?? 0;
  }

  endLargest(): void {
    const stream = this.#findLargest();
    if (stream === undefined) return;
    const { partialBytes } = stream;
    const isOwn = this.#pool.used <= this.#pool.limit;
    const [whose, limit] = isOwn ? ["this connection", this.#limit] : ["all", this.#pool.limit];
    this.count(stream, 0);
    stream.exhausted(
      `there is no memory to wait for the rest of a message: ${partialBytes} bytes of it have come, and those of ${whose} are past the limit of ${limit} bytes (${isOwn ? "partialMessageBytes" : "processPartialMessageBytes"})`,
    );
    this.#eased();
  }

  #add(stream: PartialStream): void {
    this.#streams ??= new Set();
    if (this.#streams.size === 0) this.#pool.join(this);
    this.#streams.add(stream);
  }

  #remove(stream: PartialStream): void {
    this.#streams?.delete(stream);
    if (this.#streams?.size === 0) this.#pool.leave(this);
    if (this.#largest === stream) this.#largest = undefined;
  }

  #findLargest(): PartialStream | undefined {
    if (this.#largest !== undefined) return this.#largest;
    for (const stream of this.#streams ?? []) {
      if (stream.partialBytes > (this.#largest?.partialBytes ?? 0)) this.#largest = stream;
    }
    return this.#largest;
  }
}
