import type { MemoryPool } from "./memory-pool.js";
import { maxWindowBytes } from "./settings.js";

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
  #isHeldBack = false;

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

  /** Credit is kept back for want of room. */
  get isHeldBack(): boolean {
    return this.#isHeldBack;
  }

  /**
   * Bytes were consumed. Returns by how much to open the window now, 0 for not at all.
   * @param room what the peer may have of credit in all, if it is more than the window began with; below 0 it gets none.
   */
  consume(bytes: number, room: number = Infinity): number {
    this.#consumed += bytes;
    if (this.#consumed * 2 < this.#bytes && !this.#isHeldBack) return 0;
    const most = room < 0 ? 0 : Math.max(room, this.#initialBytes);
    let increment = Math.min(this.#consumed, most - this.#credit);
    this.#isHeldBack = increment < this.#consumed;
    if (increment * 2 < Math.min(this.#bytes, most) || increment <= 0) return 0;
    this.#consumed -= increment;
    if (!this.#isHeldBack) increment += this.#widen(most);
    this.#credit += increment;
    return increment;
  }

  /** A window that is used is doubled. Returns by how much. */
  #widen(most: number): number {
    const wider = Math.min(this.#bytes * 2, this.#maxBytes, maxWindowBytes, most);
    const more = wider - this.#bytes;
    if (more <= 0 || !this.#pool.grant(more)) return 0;
    this.#bytes = wider;
    return more;
  }

  /** Gives back what the window took from the pool. */
  close(): void {
    if (this.#bytes > this.#initialBytes) this.#pool.withdraw(this.#bytes - this.#initialBytes);
    this.#bytes = this.#initialBytes;
  }
}
