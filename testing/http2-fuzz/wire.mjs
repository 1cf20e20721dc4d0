/** Two ends of a connection in memory, between which bytes are cut anew at random. */
import { Duplex } from "node:stream";

/** One end. What is written comes out at the other in pieces, some of them a turn of the event loop later. */
class End extends Duplex {
  /** @type {End} */
  other;
  #random;
  #largest;
  #waiting = [];
  #isRunning = false;
  /** Bytes that have come out at the other end. */
  delivered = 0;

  constructor(random, largest) {
    super({ allowHalfOpen: false });
    this.#random = random;
    this.#largest = largest;
  }

  _read() {}

  _write(chunk, _encoding, done) {
    this.#waiting.push({ chunk, done });
    this.#run();
  }

  _final(done) {
    this.#waiting.push({ chunk: undefined, done });
    this.#run();
  }

  _destroy(error, done) {
    setImmediate(() => {
      if (!this.other.destroyed) this.other.destroy();
    });
    done(error);
  }

  #run() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    setImmediate(() => this.#deliver());
  }

  #deliver() {
    this.#isRunning = false;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (next.chunk === undefined) this.other.push(null);
      else this.#cut(next.chunk);
      next.done();
      if (this.#random.once(3)) break;
    }
    if (this.#waiting.length > 0) this.#run();
  }

  #cut(chunk) {
    for (let at = 0; at < chunk.length; ) {
      const end = Math.min(chunk.length, at + 1 + this.#random.below(this.#largest));
      // A copy, as a socket makes one: what the writer does with its memory later must not be seen.
      if (!this.other.destroyed) this.other.push(Buffer.from(chunk.subarray(at, end)));
      this.delivered += end - at;
      at = end;
    }
  }

  // What is asked of sockets.
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  setNoDelay() {
    return this;
  }
  setTimeout() {
    return this;
  }
  get bytesRead() {
    return 0;
  }
}

/** Makes a connection. Pieces have up to `largest` bytes. */
export function createWire(random, largest) {
  const [one, two] = [new End(random, largest), new End(random, largest)];
  one.other = two;
  two.other = one;
  return [one, two];
}
