/** A stream that waits for its peer to take what was sent. */
export interface Stallable {
  /** Since when nothing has been taken. */
  readonly waitingSince: number;
  stalled(): void;
}

/** Watches the streams of a connection with one timer, which runs only while some of them wait. */
export class StallWatch {
  readonly timeoutMs: number;
  readonly #waiting = new Set<Stallable>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
  }

  add(stream: Stallable): void {
    this.#waiting.add(stream);
    if (this.#timer === undefined) this.#arm(this.timeoutMs);
  }

  delete(stream: Stallable): void {
    this.#waiting.delete(stream);
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => this.#look(), Math.ceil(delayMs));
    this.#timer.unref();
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    let earliest = Number.POSITIVE_INFINITY;
    for (const stream of [...this.#waiting]) {
      const end = stream.waitingSince + this.timeoutMs;
      if (end <= now) {
        this.#waiting.delete(stream);
        stream.stalled();
      } else earliest = Math.min(earliest, end);
    }
    if (this.#waiting.size > 0 && this.#timer === undefined) this.#arm(Math.max(1, earliest - now));
  }
}
