/** How often a peer may ask for a sign of life. */
export interface PingPolicy {
  /** Milliseconds from one PING to the next while no stream is open. */
  readonly idleMs: number;
  /** The same while one is. */
  readonly activeMs: number;
  /** How many may come too early, before the connection ends at the next. */
  readonly strikes: number;
}

/**
 * Counts PINGs that come too early. Each is an answer to write and, on a phone, a radio to wake; peers that ping in a loop
 * are told so by the words that gRPC clients look for, and double the time between their pings.
 */
export class PingGuard {
  readonly #policy: PingPolicy;
  #lastAt = -Infinity;
  #strikes = 0;

  constructor(policy: PingPolicy) {
    this.#policy = policy;
  }

  /** Something was sent to the peer: it may ask about that. */
  forgive(): void {
    this.#lastAt = -Infinity;
    this.#strikes = 0;
  }

  /** A PING came. `false`: one too many. */
  allows(now: number, isActive: boolean): boolean {
    const { idleMs, activeMs, strikes } = this.#policy;
    const isEarly = now - this.#lastAt < (isActive ? activeMs : idleMs);
    this.#lastAt = now;
    if (isEarly) this.#strikes++;
    return this.#strikes <= strikes;
  }
}
