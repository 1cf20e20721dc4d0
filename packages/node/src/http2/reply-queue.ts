/** A stream whose handler waits to write more. */
export interface WaitingStream {
  /** Bytes of its own that the peer has not taken. */
  readonly queued: number;
  /** It may write more. */
  drained(): void;
}

/** What a stream may have on its way before its handler is told to wait: its peer's first window, and a little. */
const streamQueueBytes = 262_144;

/**
 * The replies that one connection owes its peer. A peer that does not read one stream holds up that one alone: others go
 * on as long as they keep nothing waiting themselves. Complete replies that pile up hold back new requests.
 */
export class ReplyQueue {
  readonly #limit: number;
  /** Streams that were told to wait before they write more. */
  readonly #waiting = new Set<WaitingStream>();
  /** Requests that wait until the peer has taken some of what it is owed. */
  readonly #held = new Set<() => void>();
  #queued = 0;
  /** Of these, what belongs to complete replies: no handler can be told to wait with them. */
  #complete = 0;

  /** @param limit bytes of all streams together before handlers wait, and of complete replies before requests do. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: number): void {
    this.#queued += bytes;
  }

  /** A reply became complete, with that much of it still to leave. */
  complete(bytes: number): void {
    this.#complete += bytes;
  }

  /** The peer took bytes of a stream, or they were dropped with it. */
  remove(stream: WaitingStream, bytes: number, isComplete: boolean): void {
    const half = this.#limit / 2;
    const wasFull = this.#queued > half;
    this.#queued -= bytes;
    if (isComplete) this.#complete -= bytes;
    if (wasFull && this.#queued <= half) for (const each of [...this.#waiting]) this.#wake(each);
    else this.#wake(stream);
    for (const open of this.#held) {
      if (this.#complete > this.#limit) break;
      this.#held.delete(open);
      open();
    }
  }

  /** Whether a stream may write more. If not, its `drained` is called once when it may. */
  hasRoom(stream: WaitingStream): boolean {
    const { queued } = stream;
    if (queued === 0) return true;
    if (queued <= streamQueueBytes && this.#queued <= this.#limit) return true;
    this.#waiting.add(stream);
    return false;
  }

  /** The stream is gone. */
  forget(stream: WaitingStream): void {
    this.#waiting.delete(stream);
  }

  /** Opens a request, as soon as the peer does not owe too much reading. */
  whenRead(open: () => void): void {
    if (this.#complete > this.#limit) this.#held.add(open);
    else open();
  }

  /** A request that may be held back is gone. */
  withdraw(open: () => void): void {
    this.#held.delete(open);
  }

  #wake(stream: WaitingStream): void {
    if (!this.#waiting.has(stream)) return;
    const { queued } = stream;
    const isRoomy = queued <= streamQueueBytes / 2 && this.#queued <= this.#limit / 2;
    if (queued > 0 && !isRoomy) return;
    this.#waiting.delete(stream);
    stream.drained();
  }
}
