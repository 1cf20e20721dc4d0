/** How much of something a peer may do: at once, and again and again. */
export interface BudgetSize {
  /** Units that may be spent at once; `Infinity` switches the budget off. */
  readonly burst: number;
  /** Units that come back in a second. */
  readonly perSecond: number;
}

/** What has milliseconds that only go forward. */
interface Clock {
  now(): number;
}

/** Units that a peer may spend, and that come back with time. */
class Budget {
  readonly #size: BudgetSize;
  readonly #clock: Clock;
  #left: number;
  #since = 0;

  constructor(size: BudgetSize, clock: Clock) {
    this.#size = size;
    this.#clock = clock;
    this.#left = size.burst;
  }

  /** Spends units; `false` if there are not so many. */
  spend(units: number = 1): boolean {
    if (this.#left < units) this.#refill();
    if (this.#left < units) return false;
    if (this.#left === this.#size.burst) this.#since = this.#clock.now();
    this.#left -= units;
    return true;
  }

  /** Gives units back, because the peer did something that needs them. */
  grant(units: number = 1): void {
    if (this.#left < this.#size.burst) this.#left = Math.min(this.#size.burst, this.#left + units);
  }

  #refill(): void {
    const now = this.#clock.now();
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
  /**
   * Streams that a client reset before anything of an answer was sent and before they were 50 ms old, each the less the
   * older it was (a timeout of 25 ms is half a unit), and streams that a peer made this side reset. Eight answers give
   * a unit back. Resets by a server cost nothing: the streams are its client's.
   */
  readonly resets: BudgetSize;
  /** SETTINGS: each is answered, and may change every stream. */
  readonly settings: BudgetSize;
  /** PING, beyond one for each message that this side sends. */
  readonly pings: BudgetSize;
  /** PRIORITY and PRIORITY_UPDATE: ignored. */
  readonly priorities: BudgetSize;
  /** WINDOW_UPDATE, beyond two for each DATA frame and each 4 KiB that this side sends; those of 16,384 frames are kept. */
  readonly windowUpdates: BudgetSize;
  /** DATA without content that does not end a stream. */
  readonly emptyData: BudgetSize;
  /** DATA of less than five bytes that does not end a stream, beyond one for each stream and each longer DATA frame. */
  readonly tinyData: BudgetSize;
  /**
   * Frames of unknown types; frames on streams that are over, but for one RST_STREAM for each such stream; informational
   * responses beyond eight to a request.
   */
  readonly strays: BudgetSize;
}

/** What peers get back by what they do. */
export type EarnedBudget = "resets" | "tinyData";

/** The budgets of a connection. Each is made when something of it is spent, which of most is never. */
export class Budgets {
  readonly #sizes: AttackBudgets;
  readonly #clock: Clock;
  #begun: { -readonly [K in keyof AttackBudgets]?: Budget } | undefined;
  // Every stream grants: looking these up by name would cost more than all else of it.
  #resets: Budget | undefined;
  #tinyData: Budget | undefined;

  constructor(sizes: AttackBudgets, clock: Clock) {
    this.#sizes = sizes;
    this.#clock = clock;
  }

  /** Spends units; `false` if there are not so many. */
  spend(name: keyof AttackBudgets, units?: number): boolean {
    return (this.#begun?.[name] ?? this.#begin(name)).spend(units);
  }

  /** Gives units back, because the peer did something that needs them. */
  grant(name: EarnedBudget, units?: number): void {
    const budget = name === "resets" ? this.#resets : this.#tinyData;
    budget?.grant(units);
  }

  #begin(name: keyof AttackBudgets): Budget {
    const budget = new Budget(this.#sizes[name], this.#clock);
    this.#begun ??= {};
    this.#begun[name] = budget;
    if (name === "resets") this.#resets = budget;
    if (name === "tinyData") this.#tinyData = budget;
    return budget;
  }
}

/**
 * The default budgets. Peers in good faith stay below, also those that cancel hundreds of calls a second, at once or by
 * timeouts that this side keeps as well; attack.test.ts has them beside the attacks.
 */
export const defaultBudgets: AttackBudgets = {
  resets: { burst: 1_000, perSecond: 500 },
  settings: { burst: 100, perSecond: 10 },
  pings: { burst: 1_000, perSecond: 100 },
  priorities: { burst: 1_000, perSecond: 100 },
  windowUpdates: { burst: 2_000, perSecond: 1_000 },
  emptyData: { burst: 200, perSecond: 50 },
  tinyData: { burst: 2_000, perSecond: 500 },
  strays: { burst: 1_000, perSecond: 100 },
};
