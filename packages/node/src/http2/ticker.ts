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
  /** Behind what has come while the process was busy: it may be what a limit waits for. */
  readonly #soon = () => setImmediate(() => this.#tick());

  constructor(ticking: Ticking) {
    this.#ticking = ticking;
  }

  /** Ticks so often from now on. */
  every(ms: number): void {
    this.stop();
    this.#everyMs = ms;
    this.#interval = setInterval(this.#soon, ms).unref();
    this.#await(Math.max(0, this.#ticking.dueMs));
  }

  stop(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#moment);
    this.#interval = undefined;
  }

  #tick(): void {
    if (this.#interval !== undefined) this.#ticking.tick();
    const { dueMs } = this.#ticking;
    // A moment that was due was looked after just now.
    if (dueMs > 0 && this.#interval !== undefined) this.#await(dueMs);
  }

  /** Ticks once more, if the moment comes before the next tick. */
  #await(dueMs: number): void {
    clearTimeout(this.#moment);
    if (dueMs >= this.#everyMs) return;
    this.#moment = setTimeout(this.#soon, Math.ceil(dueMs)).unref();
  }
}
