import { maxWindowBytes } from "./settings.js";

/** Memory that many connections share: what peers may make this process hold. */
export class MemoryPool {
  readonly limit: number;
  used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Takes bytes, if there are any left. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.limit) return false;
    this.used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }
}

/**
 * The window of what a peer may send (RFC 9113, section 5.2). Credit is given back when half of the window has been
 * consumed; a window that is used up to there is doubled each time, up to a bound and as long as the pool has memory.
 */
export class ReceiveWindow {
  readonly #pool: MemoryPool;
  readonly #maxBytes: number;
  readonly #initialBytes: number;
  #bytes: number;
  /** What the peer may still send. */
  #credit: number;
  /** What was consumed, and the peer has not been told. */
  #consumed = 0;

  /** @param credit what the peer may send to begin with, if it was told of another window. */
  constructor(bytes: number, maxBytes: number, pool: MemoryPool, credit: number = bytes) {
    this.#bytes = bytes;
    this.#initialBytes = bytes;
    this.#maxBytes = maxBytes;
    this.#pool = pool;
    this.#credit = credit;
  }

  /** Bytes came; `false` if those are more than the peer may send. */
  receive(bytes: number): boolean {
    this.#credit -= bytes;
    return this.#credit >= 0;
  }

  /** Bytes were consumed. Returns by how much to open the window now, 0 for not at all. */
  consume(bytes: number): number {
    this.#consumed += bytes;
    if (this.#consumed * 2 < this.#bytes) return 0;
    let increment = this.#consumed;
    const wider = Math.min(this.#bytes * 2, this.#maxBytes, maxWindowBytes);
    if (wider > this.#bytes && this.#pool.take(wider - this.#bytes)) {
      increment += wider - this.#bytes;
      this.#bytes = wider;
    }
    this.#consumed = 0;
    this.#credit += increment;
    return increment;
  }

  /** Gives back what the window took from the pool. */
  close(): void {
    if (this.#bytes > this.#initialBytes) this.#pool.release(this.#bytes - this.#initialBytes);
    this.#bytes = this.#initialBytes;
  }
}
