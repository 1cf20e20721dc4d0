/** What a {@link MessageQueue} tells the side that fills it. */
export interface QueueSource {
  /** The queue holds enough: stop delivering, as soon as that is possible. */
  full(): void;
  /** There is room again. */
  hungry(): void;
  /** The reader stopped before the end; nothing more will be taken. */
  left(): void;
}

/** Bytes of queued messages past which the source is told to stop. */
const highWater = 64 * 1024;
/** What a message counts beside its bytes: empty ones take memory, too. */
const messageOverhead = 64;

/**
 * Messages on their way to an async iterator. The source is asked to stop when more than 64 KiB are queued (64 bytes for
 * each message, and what it took on the wire), and to go on when half of that is left. One reader: a second iterator
 * shares the first's position. A failure stays one: whoever asks again is told again, and nobody sees an end.
 */
export class MessageQueue<T> implements AsyncIterable<T>, AsyncIterator<T, undefined> {
  readonly #source: QueueSource;
  #messages: T[] = [];
  #sizes: number[] = [];
  #at = 0;
  #bytes = 0;
  #isFull = false;
  #state: "open" | "ended" | "failed" | "left" = "open";
  #error: unknown;
  #waiting: Waiting<T>[] = [];

  constructor(source: QueueSource) {
    this.#source = source;
  }

  /** Whether the source was told to stop. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Adds a message that took `size` bytes on the wire. */
  push(message: T, size: number): void {
    if (this.#state !== "open") return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting.resolve({ done: false, value: message });
      return;
    }
    this.#messages.push(message);
    this.#sizes.push(size + messageOverhead);
    this.#bytes += size + messageOverhead;
    if (this.#bytes > highWater && !this.#isFull) {
      this.#isFull = true;
      this.#source.full();
    }
  }

  /** No more messages: the iterator ends behind those that are queued. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  /** The iterator throws `error`, behind those messages that are queued. */
  fail(error: unknown): void {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#error = error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** Drops what is queued and fails at once. */
  abort(error: unknown): void {
    if (this.#state === "left") return;
    if (this.#at < this.#messages.length && this.#state === "ended") this.#state = "open";
    this.#drop();
    this.fail(error);
  }

  /** Fails with what is made by `error`, if there is anything that was not read. */
  drop(error: () => unknown): void {
    if (this.#at < this.#messages.length) this.abort(error());
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#at < this.#messages.length) {
      return Promise.resolve({ done: false, value: this.#take() });
    }
    if (this.#state === "open") {
      return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    }
    if (this.#state === "failed") return Promise.reject(this.#error);
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The reader wants no more. */
  return(): Promise<IteratorResult<T, undefined>> {
    const wasOpen = this.#state === "open" || this.#at < this.#messages.length;
    this.#state = "left";
    this.#drop();
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
    if (wasOpen) this.#source.left();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this;
  }

  #take(): T {
    const message = this.#messages[this.#at] as T;
    this.#bytes -= this.#sizes[this.#at] as number;
    this.#at++;
    if (this.#at === this.#messages.length) {
      this.#messages = [];
      this.#sizes = [];
      this.#at = 0;
    } else if (this.#at > 1024) {
      this.#messages = this.#messages.slice(this.#at);
      this.#sizes = this.#sizes.slice(this.#at);
      this.#at = 0;
    }
    if (this.#isFull && this.#bytes <= highWater / 2) {
      this.#isFull = false;
      this.#source.hungry();
    }
    return message;
  }

  #drop(): void {
    this.#messages = [];
    this.#sizes = [];
    this.#at = 0;
    this.#bytes = 0;
  }
}

interface Waiting<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}
