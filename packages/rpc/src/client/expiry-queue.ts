import { longestTimer } from "../deadline.js";
import type { CallTimers, ExpiringCall, Watch } from "./call-watch.js";

/**
 * The deadlines of a channel's calls, on one timer of the platform: most calls are over long before theirs, so that
 * beginning and ending to wait has to be cheap. A call is told within the millisecond after its deadline, and never
 * earlier. There is no timer while no call waits.
 */
export class ExpiryQueue implements CallTimers {
  /** By the whole millisecond in which they expire. */
  readonly #due = new Map<number, DueList>();
  #last: DueList | undefined;
  #waiting = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer looks. */
  #lookAt: number = Infinity;

  add(call: ExpiringCall, timeoutMs: number, startedAt: number = performance.now()): Expiry {
    const at = Math.ceil(startedAt + timeoutMs);
    let due = this.#last;
    if (due === undefined || due.at !== at || due.first === undefined) {
      due = this.#due.get(at);
      if (due === undefined) {
        due = new DueList(this, at);
        this.#due.set(at, due);
      }
      this.#last = due;
    }
    const expiry = new Expiry(call, timeoutMs, due);
    if (at < this.#lookAt) this.#arm(at);
    this.#waiting++;
    return expiry;
  }

  /** A call does not wait any more. */
  left(due: DueList): void {
    if (due.first === undefined) this.#due.delete(due.at);
    if (--this.#waiting === 0) this.#disarm();
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#lookAt = at;
    const delay = Math.max(0, Math.ceil(at - performance.now()));
    this.#timer = setTimeout(() => this.#look(), Math.min(delay, longestTimer));
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lookAt = Infinity;
  }

  #look(): void {
    this.#disarm();
    const now = performance.now();
    let next = Infinity;
    for (const [at, due] of this.#due) {
      if (at <= now) due.expire();
      else if (at < next) next = at;
    }
    // One of the calls may have led to another with a deadline of its own.
    if (next < this.#lookAt) this.#arm(next);
  }
}

/** The calls that expire in one millisecond, linked through their expiries. */
class DueList {
  readonly at: number;
  readonly queue: ExpiryQueue;
  first: Expiry | undefined;

  constructor(queue: ExpiryQueue, at: number) {
    this.queue = queue;
    this.at = at;
  }

  expire(): void {
    while (this.first !== undefined) this.first.expire();
  }
}

/** One call's place in the queue. */
export class Expiry implements Watch {
  readonly #call: ExpiringCall;
  readonly #timeoutMs: number;
  #due: DueList | undefined;
  before: Expiry | undefined;
  behind: Expiry | undefined;

  constructor(call: ExpiringCall, timeoutMs: number, due: DueList) {
    this.#call = call;
    this.#timeoutMs = timeoutMs;
    this.#due = due;
    this.before = undefined;
    this.behind = due.first;
    if (due.first !== undefined) due.first.before = this;
    due.first = this;
  }

  /** Does not wait any more. */
  stop(): void {
    const due = this.#due;
    if (due === undefined) return;
    this.#due = undefined;
    const { before, behind } = this;
    if (before === undefined) due.first = behind;
    else before.behind = behind;
    if (behind !== undefined) behind.before = before;
    due.queue.left(due);
  }

  expire(): void {
    this.stop();
    this.#call.expired(this.#timeoutMs);
  }
}
