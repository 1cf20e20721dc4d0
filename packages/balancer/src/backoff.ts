/** How long to wait between attempts to connect. */
export interface BackoffOptions {
  /** Milliseconds from one attempt's start to the next after the first failure. Default 1,000. */
  readonly baseMs?: number;
  /** By what each failure lengthens the wait. Default 1.6. */
  readonly multiplier?: number;
  /** The longest wait, before jitter. Default 120,000. */
  readonly maxMs?: number;
  /** The part of a wait by which it is lengthened or shortened at random. Default 0.2. */
  readonly jitter?: number;
  /** A number from 0 up to, but not including, 1. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * Exponential backoff as in gRPC's connection backoff protocol: 1 s, times 1.6 after each failure, up to 120 s, each
 * 20 % longer or shorter at random so that clients of one server do not come back all at once. A wait counts from the
 * attempt's start, so that an attempt that took long to fail is repeated the sooner.
 */
export class Backoff {
  readonly #baseMs: number;
  readonly #multiplier: number;
  readonly #maxMs: number;
  readonly #jitter: number;
  readonly #random: () => number;
  #currentMs: number;

  constructor(options: BackoffOptions = {}) {
    this.#baseMs = options.baseMs ?? 1_000;
    this.#multiplier = options.multiplier ?? 1.6;
    this.#maxMs = options.maxMs ?? 120_000;
    this.#jitter = options.jitter ?? 0.2;
    this.#random = options.random ?? Math.random;
    this.#currentMs = this.#baseMs;
  }

  /** Milliseconds from the start of the attempt that failed to the next one; longer each time. */
  nextMs(): number {
    const current = this.#currentMs;
    this.#currentMs = Math.min(current * this.#multiplier, this.#maxMs);
    return current * (1 + this.#jitter * (2 * this.#random() - 1));
  }

  /** A connection came about: the next wait is the first one's length again. */
  reset(): void {
    this.#currentMs = this.#baseMs;
  }
}
