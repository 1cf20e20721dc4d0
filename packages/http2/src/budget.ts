/** How much of something a peer may do: at once, and again and again. */
export interface BudgetSize {
  /** Units that may be spent at once; `Infinity` switches the budget off. */
  readonly burst: number;
  /** Units that come back in a second. */
  readonly perSecond: number;
}

/** Units that a peer may spend, and that come back with time. */
export class Budget {
  readonly #size: BudgetSize;
  readonly #now: () => number;
  #left: number;
  #since = 0;

  /** @param now milliseconds of a clock that only goes forward. */
  constructor(size: BudgetSize, now: () => number) {
    this.#size = size;
    this.#now = now;
    this.#left = size.burst;
  }

  /** Spends a unit; `false` if there is none. */
  spend(): boolean {
    if (this.#left < 1) this.#refill();
    if (this.#left < 1) return false;
    if (this.#left === this.#size.burst) this.#since = this.#now();
    this.#left--;
    return true;
  }

  /** Gives a unit back, because the peer did something that needs one. */
  grant(): void {
    if (this.#left < this.#size.burst) this.#left++;
  }

  #refill(): void {
    const now = this.#now();
    const { burst, perSecond } = this.#size;
    this.#left = Math.min(burst, this.#left + ((now - this.#since) * perSecond) / 1_000);
    this.#since = now;
  }
}

/**
 * What a peer may do before the connection ends with ENHANCE_YOUR_CALM: things that cost this side more than that one,
 * and that a peer in good faith does not do so often.
 */
export interface AttackBudgets {
  /** Streams reset by the peer before they were answered, and streams that it made this side reset. */
  readonly resets: BudgetSize;
  /** SETTINGS: each is answered, and may change every stream. */
  readonly settings: BudgetSize;
  /** PING, beyond one for each message that this side sends. */
  readonly pings: BudgetSize;
  /** PRIORITY and PRIORITY_UPDATE: ignored. */
  readonly priorities: BudgetSize;
  /** WINDOW_UPDATE, beyond two for each DATA frame that this side sends. */
  readonly windowUpdates: BudgetSize;
  /** DATA without content that does not end a stream. */
  readonly emptyData: BudgetSize;
  /** DATA of less than five bytes that does not end a stream, beyond one a stream. */
  readonly tinyData: BudgetSize;
  /** Frames of unknown types, and frames on streams that are over. */
  readonly strays: BudgetSize;
}

/** The default budgets. Clients and proxies in wide use stay far below. */
export const defaultBudgets: AttackBudgets = {
  resets: { burst: 1_000, perSecond: 100 },
  settings: { burst: 100, perSecond: 10 },
  pings: { burst: 1_000, perSecond: 100 },
  priorities: { burst: 1_000, perSecond: 100 },
  windowUpdates: { burst: 2_000, perSecond: 1_000 },
  emptyData: { burst: 200, perSecond: 50 },
  tinyData: { burst: 2_000, perSecond: 500 },
  strays: { burst: 1_000, perSecond: 100 },
};
