import type { ConnectionOptions } from "./connection-options.js";
import type { ConnectionHost } from "./host.js";

/** The longest time without a byte that is kept to the millisecond: the clock is read for every read then. */
const longestTimedMs = 60_000;

/** When to ask a peer that is silent for a sign of life, and when to give it up. Whatever comes is a sign. */
export class Keepalive {
  readonly #options: ConnectionOptions;
  readonly #isTimed: boolean;
  #lastReceived: number;
  /** Whether bytes came since the last look; if sooner than a look matters, `#lastReceived` says when. */
  #hasReceived = false;
  #askedAt: number | undefined;

  constructor(options: ConnectionOptions, now: number) {
    this.#options = options;
    this.#isTimed = options.keepaliveMs > 0 && options.keepaliveMs <= longestTimedMs;
    this.#lastReceived = now;
  }

  /** Bytes came. */
  received(host: ConnectionHost): void {
    if (this.#isTimed) this.#heard(host.now());
    else this.#hasReceived = true;
  }

  /** Milliseconds until the peer is to be asked, or given up; less than 0 where it should have been. */
  dueMs(now: number): number {
    const { keepaliveMs, keepaliveTimeoutMs } = this.#options;
    if (keepaliveMs === 0) return Infinity;
    const asked = this.#askedAt;
    const dueAt =
      asked === undefined ? this.#lastReceived + keepaliveMs : asked + keepaliveTimeoutMs;
    return dueAt - now;
  }

  /** What has to be done now: a PING, which counts as sent, or to give up a peer that did not answer. */
  look(now: number, isActive: boolean): "ask" | "give up" | undefined {
    const { keepaliveMs, keepaliveTimeoutMs, keepaliveWhenIdle } = this.#options;
    if (this.#hasReceived) this.#heard(now);
    this.#hasReceived = false;
    if (keepaliveMs === 0) return undefined;
    if (this.#askedAt !== undefined) {
      return now - this.#askedAt < keepaliveTimeoutMs ? undefined : "give up";
    }
    if (!keepaliveWhenIdle && !isActive) return undefined;
    if (now - this.#lastReceived < keepaliveMs) return undefined;
    this.#askedAt = now;
    return "ask";
  }

  #heard(now: number): void {
    this.#lastReceived = now;
    this.#askedAt = undefined;
  }
}
