/** One connection's part of a pool. */
export interface PoolMember {
  /** Bytes of its largest message that waits for its rest. */
  readonly largestBytes: number;
  /** Ends that message, to make room. */
  endLargest(): void;
}

/**
 * Memory that many connections share: what peers may make this process hold. Content that came counts in full, up to the
 * limit; credit that was granted beyond what every connection begins with takes what is left, and at most half.
 */
export class MemoryPool {
  readonly limit: number;
  /** Bytes that came: messages that wait for their rest, content that nobody reads yet, header blocks under way. */
  used = 0;
  /** Bytes that peers may send beyond what they might to begin with. */
  granted = 0;
  readonly #members = new Set<PoolMember>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Nothing more should begin. */
  get isFull(): boolean {
    return this.used >= this.limit;
  }

  /** Takes bytes, if there are any left. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.limit) return false;
    this.used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }

  /** Takes bytes for credit, if there are any to spare. */
  grant(bytes: number): boolean {
    const granted = this.granted + bytes;
    if (granted * 2 > this.limit || granted + this.used > this.limit) return false;
    this.granted = granted;
    return true;
  }

  withdraw(bytes: number): void {
    this.granted -= bytes;
  }

  /** A connection has messages that wait for their rest. */
  join(member: PoolMember): void {
    this.#members.add(member);
  }

  leave(member: PoolMember): void {
    this.#members.delete(member);
  }

  /**
   * Takes bytes that have come already. Past the limit the largest message of all that waits for its rest is ended, and the
   * next, until what is left fits.
   */
  hold(bytes: number): void {
    this.used += bytes;
    while (this.used > this.limit) {
      const largest = this.#largest();
      if (largest === undefined) return;
      largest.endLargest();
    }
  }

  #largest(): PoolMember | undefined {
    let largest: PoolMember | undefined;
    for (const member of this.#members) {
      if (member.largestBytes > (largest?.largestBytes ?? 0)) largest = member;
    }
    return largest;
  }
}
