import { Deadline, longestTimer } from "./deadline.js";

/** The width of a slot. Deadlines less than two of them away have a timer of their own at once. */
const slotMs = 256;
/** Fewer slots than these are not worth looking for empty ones. */
const manySlots = 64;

/** Who is told that a time is over. */
export interface Expiring {
  expire(): void;
}

/**
 * A deadline that tells somebody when it has passed: once, never earlier, and never inside the constructor. Most are
 * stopped long before: until the time comes near they wait in slots with one timer for all, which costs a list's insertion.
 */
export class WatchedDeadline extends Deadline {
  readonly #target: Expiring;
  #slot: Slot | undefined;
  #previous: WatchedDeadline | undefined;
  #next: WatchedDeadline | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param now when the time began, on the monotonic clock. */
  constructor(timeoutMs: number, target: Expiring, now: number = performance.now()) {
    super(timeoutMs, now);
    this.#target = target;
    if (timeoutMs < 2 * slotMs) this.#waitAlone();
    else this.#join(slots.at(this.expires));
  }

  /** Nobody is told any more. */
  stop(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    else this.#leave();
  }

  #waitAlone(): void {
    const delay = Math.min(Math.ceil(this.remainingMs()), longestTimer);
    this.#timer = setTimeout(() => {
      if (this.remainingMs() > 0) this.#waitAlone();
      else this.#target.expire();
    }, delay);
  }

  #join(slot: Slot): void {
    this.#slot = slot;
    const { first } = slot;
    this.#next = first;
    if (first !== undefined) first.#previous = this;
    slot.first = this;
  }

  #leave(): void {
    const slot = this.#slot;
    if (slot === undefined) return;
    const next = this.#next;
    const previous = this.#previous;
    if (previous === undefined) slot.first = next;
    else previous.#next = next;
    if (next !== undefined) next.#previous = previous;
    this.#slot = this.#next = this.#previous = undefined;
    slots.left();
  }

  /** The time of a slot has come: those that are still in it get timers. */
  static release(slot: Slot): void {
    for (let each = slot.first; each !== undefined; each = slot.first) {
      each.#leave();
      each.#waitAlone();
    }
  }
}

/** Deadlines that pass within the same quarter of a second. */
interface Slot {
  first: WatchedDeadline | undefined;
}

/** The slots by number, and the one timer for the first of them. */
class Slots {
  readonly #slots = new Map<number, Slot>();
  #waiting = 0;
  /** Empty slots are looked for next when there are so many of them. */
  #mostSlots = manySlots;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The slot that the timer is for, and the platform's function that made it: tests put others in its place. */
  #timerFor = Infinity;
  #madeBy: typeof setTimeout | undefined;

  /** The slot for deadlines of that moment. Somebody joins it. */
  at(expires: number): Slot {
    const number = Math.floor(expires / slotMs);
    let slot = this.#slots.get(number);
    if (slot === undefined) {
      if (this.#slots.size >= this.#mostSlots) this.#dropEmpty();
      slot = { first: undefined };
      this.#slots.set(number, slot);
    }
    if (number < this.#timerFor || this.#madeBy !== globalThis.setTimeout) this.#arm(number);
    this.#waiting++;
    return slot;
  }

  left(): void {
    if (--this.#waiting > 0) return;
    this.#timerFor = Infinity;
    if (this.#madeBy === globalThis.setTimeout) clearTimeout(this.#timer);
  }

  #dropEmpty(): void {
    for (const [number, slot] of this.#slots) {
      if (slot.first === undefined) this.#slots.delete(number);
    }
    // Peers choose deadlines, and could make every one look through those of all the others.
    this.#mostSlots = Math.max(manySlots, 2 * this.#slots.size);
  }

  #arm(number: number): void {
    if (this.#madeBy === globalThis.setTimeout) clearTimeout(this.#timer);
    const delay = Math.max(Math.ceil(number * slotMs - performance.now()), 0);
    this.#madeBy = globalThis.setTimeout;
    this.#timerFor = number;
    this.#timer = setTimeout(() => this.#due(), Math.min(delay, longestTimer));
  }

  #due(): void {
    this.#timerFor = Infinity;
    const now = performance.now();
    let soonest = Infinity;
    for (const [number, slot] of this.#slots) {
      if (slot.first !== undefined && number * slotMs > now) soonest = Math.min(soonest, number);
      else {
        this.#slots.delete(number);
        WatchedDeadline.release(slot);
      }
    }
    if (soonest !== Infinity) this.#arm(soonest);
  }
}

const slots: Slots = /*@__PURE__*/ new Slots();
