/** How long a peer has to show that it has seen the announcement of the end. */
const noticeMs = 1_000;

/** How far the end in order has come (RFC 9113, section 6.8): announced first, and behind that new streams are refused. */
export class Draining {
  readonly #timeoutMs: number;
  #since: number | undefined;
  /** Streams above the last one are refused. */
  isFinal = false;

  /** @param timeoutMs from the announcement until streams that are left are ended; 0 is never. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** The end was announced. */
  get hasBegun(): boolean {
    return this.#since !== undefined;
  }

  begin(now: number): void {
    this.#since = now;
  }

  /** Whether the peer has had its time to see the announcement. */
  isNoticeOver(now: number): boolean {
    return this.#since !== undefined && !this.isFinal && now - this.#since >= noticeMs;
  }

  /** Whether what is left has had its time. */
  isOver(now: number): boolean {
    return this.leftMs(now) <= 0;
  }

  /** Milliseconds that are left for what is under way. */
  leftMs(now: number): number {
    if (this.#since === undefined || this.#timeoutMs === 0) return Infinity;
    return Math.max(0, this.#since + this.#timeoutMs - now);
  }
}
