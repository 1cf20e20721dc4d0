/** How many streams are remembered at most. */
const remembered = 2_048;
const leastSlots = 8;

/**
 * Streams that were reset a short while ago; which frames are a fault depends on it (RFC 9113, section 5.1, "closed").
 * Each has a slot by its identifier. A stream that finds its slot taken makes the table larger, and at its bound takes the
 * other one's place: up to the highest that is forgotten so, any stream may have been reset.
 */
export class ClosedStreams {
  /** Identifiers; 0 for none. */
  #slots: number[] = [];
  #mask = -1;
  #forgotten = 0;

  add(id: number): void {
    let before = this.#slots[(id >>> 1) & this.#mask];
    while (before !== 0 && before !== id && this.#slots.length < remembered) {
      this.#grow();
      before = this.#slots[(id >>> 1) & this.#mask];
    }
    if (before !== id && before !== undefined) this.#forgotten = Math.max(this.#forgotten, before);
    this.#slots[(id >>> 1) & this.#mask] = id;
  }

  /** Whether a stream was reset, or may have been so long ago that it is forgotten. */
  has(id: number): boolean {
    return id <= this.#forgotten || this.#slots[(id >>> 1) & this.#mask] === id;
  }

  /** Forgets a stream: the peer has said its last word on it. Whether it was remembered. */
  delete(id: number): boolean {
    const slot = (id >>> 1) & this.#mask;
    if (this.#slots[slot] !== id) return false;
    this.#slots[slot] = 0;
    return true;
  }

  /** No two that have slots of their own come to share one. */
  #grow(): void {
    const before = this.#slots;
    this.#mask = this.#mask < 0 ? leastSlots - 1 : this.#mask * 2 + 1;
    this.#slots = new Array<number>(this.#mask + 1).fill(0);
    for (const id of before) if (id > 0) this.#slots[(id >>> 1) & this.#mask] = id;
  }
}
