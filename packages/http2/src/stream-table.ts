/** What has the identifier of a stream. */
interface Identified {
  readonly id: number;
}

const leastSlots = 8;
/** What is kept when no stream is open, so that a batch of calls after the other does not grow the table each time. */
const slotsAtRest = 128;

/**
 * The open streams of a connection by identifier. Identifiers are given in order, so that the lowest bits of those that
 * are open seldom meet: each stream has a slot of its own, and a map takes the others.
 */
export class StreamTable<S extends Identified> {
  size = 0;
  #slots: (S | undefined)[] = [];
  #mask = -1;
  /** Made with the first that needs it. */
  #others: Map<number, S> | undefined;

  get(id: number): S | undefined {
    const found = this.#slots[(id >>> 1) & this.#mask];
    if (found !== undefined && found.id === id) return found;
    return this.#others?.get(id);
  }

  add(stream: S): void {
    if (this.size++ > this.#mask) this.#grow();
    this.#put(stream);
  }

  delete(stream: S): void {
    const slot = (stream.id >>> 1) & this.#mask;
    if (this.#slots[slot] === stream) this.#slots[slot] = undefined;
    else if (this.#others?.delete(stream.id) !== true) return;
    if (--this.size > 0 || this.#mask < slotsAtRest) return;
    this.#slots = [];
    this.#mask = -1;
  }

  /** Everything that is in the table now. */
  all(): S[] {
    const found = this.#slots.filter((each) => each !== undefined);
    return this.#others === undefined ? found : [...found, ...this.#others.values()];
  }

  #put(stream: S): void {
    const slot = (stream.id >>> 1) & this.#mask;
    if (this.#slots[slot] === undefined) this.#slots[slot] = stream;
    else {
      this.#others ??= new Map();
      this.#others.set(stream.id, stream);
    }
  }

  #grow(): void {
    const before = this.all();
    this.#mask = this.#mask < 0 ? leastSlots - 1 : this.#mask * 2 + 1;
    this.#slots = new Array<S | undefined>(this.#mask + 1).fill(undefined);
    this.#others = undefined;
    for (const stream of before) this.#put(stream);
  }
}
