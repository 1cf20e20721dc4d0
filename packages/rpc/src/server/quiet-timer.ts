const longestTimer = 2 ** 31 - 1;

/** Calls back when nothing has been heard for a time. A sign of life costs no timer of its own. */
export class QuietTimer {
  readonly #limitMs: number;
  readonly #expired: () => void;
  #last: number = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limitMs: number, expired: () => void) {
    this.#limitMs = limitMs;
    this.#expired = expired;
    this.#wait(limitMs);
  }

  /** A sign of life. */
  touch(): void {
    this.#last = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(delayMs: number): void {
    this.#timer = setTimeout(() => this.#check(), Math.min(Math.ceil(delayMs), longestTimer));
  }

  #check(): void {
    const left = this.#last + this.#limitMs - performance.now();
    if (left > 0) this.#wait(left);
    else this.#expired();
  }
}
