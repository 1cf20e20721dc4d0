/** How many streams are remembered. */
const remembered = 512;

/**
 * Streams that this side reset a short while ago: what the peer sent before it knew is no fault of it (RFC 9113,
 * section 5.1, "closed").
 */
export class ClosedStreams {
  #ids: number[] = [];
  #next = 0;

  add(id: number): void {
    if (this.#ids.length < remembered) this.#ids.push(id);
    else this.#ids[this.#next++ % remembered] = id;
  }

  has(id: number): boolean {
    return this.#ids.includes(id);
  }

  /** Forgets a stream: the peer has said its last word on it. Whether it was remembered. */
  delete(id: number): boolean {
    const at = this.#ids.indexOf(id);
    if (at >= 0) this.#ids[at] = 0;
    return at >= 0;
  }
}
