/** The longest delay that a timer of the platform can wait: 2³¹ − 1 ms. Beyond it timers fire at once. */
export const longestTimer: number = 2 ** 31 - 1;

/** A point in time by which a call must be over, on the monotonic clock. */
export class Deadline {
  /** The time that there was when the deadline was set. */
  readonly timeoutMs: number;
  /** On the monotonic clock. */
  protected readonly expires: number;

  /** @param now of the monotonic clock. */
  protected constructor(timeoutMs: number, now: number = performance.now()) {
    this.timeoutMs = timeoutMs;
    this.expires = now + timeoutMs;
  }

  /** The deadline that lies `timeoutMs` milliseconds ahead; 0 is over at once. */
  static after(timeoutMs: number): Deadline {
    return new Deadline(timeoutMs);
  }

  /** Milliseconds that are left, 0 when it has passed. */
  remainingMs(): number {
    return Math.max(0, this.expires - performance.now());
  }

  /** The deadline by the wall clock of this machine. */
  toDate(): Date {
    return new Date(Date.now() + this.remainingMs());
  }
}

/**
 * Calls back once, when the deadline has passed; never earlier, and never inside this call. Deadlines further away
 * than one timer reaches are waited for by a chain of timers.
 * @returns stops waiting.
 */
export function onExpiry(deadline: Deadline, expired: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = () => {
    const delay = Math.min(Math.ceil(deadline.remainingMs()), longestTimer);
    timer = setTimeout(() => (deadline.remainingMs() > 0 ? wait() : expired()), delay);
  };
  wait();
  return () => clearTimeout(timer);
}
