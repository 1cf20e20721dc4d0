/** What has time limits: to be looked after now and then, and once more at a moment of its own. */
export interface Ticking {
  tick(): void;
  /** Milliseconds until that moment; `Infinity` for none. */
  readonly dueMs: number;
}

/** Looks after time limits. It does not keep the process alive. */
export class Ticker {
  readonly #ticking: Ticking;
  #everyMs = 0;
  #interval: NodeJS.Timeout | undefined;
  #moment: NodeJS.Timeout | undefined;

  constructor(ticking: Ticking) {
    this.#ticking = ticking;
  }

  /** Ticks so often from now on. */
  every(ms: number): void {
    this.stop();
    this.#everyMs = ms;
    this.#interval = setInterval(() => this.#tick(), ms).unref();
    this.#await(Math.max(0, this.#ticking.dueMs));
  }

  stop(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#moment);
    this.#interval = undefined;
  }

  #tick(): void {
    this.#ticking.tick();
    const { dueMs } = this.#ticking;
    // A moment that was due was looked after just now.
    if (dueMs > 0 && this.#interval !== undefined) this.#await(dueMs);
  }

  /** Ticks once more, if the moment comes before the next tick. */
  #await(dueMs: number): void {
    clearTimeout(this.#moment);
    if (dueMs >= this.#everyMs) return;
    this.#moment = setTimeout(() => this.#tick(), Math.ceil(dueMs)).unref();
  }
}
