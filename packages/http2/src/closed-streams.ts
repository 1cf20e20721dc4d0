/** How many streams are remembered. */
const remembered = 2_048;

/** Streams that were reset a short while ago; which frames are a fault depends on it (RFC 9113, section 5.1, "closed"). */
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
