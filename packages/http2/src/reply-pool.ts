import type { ReplyDebt } from "./reply-debt.js";

/**
 * Memory that many connections share for replies that their peers have not taken. Handlers have made them already, so past
 * the limit replies are given up, until the rest fits: those of the peer that is owed the most of all that take nothing,
 * or, if all take something, the largest reply of the one that is owed the most.
 */
export class ReplyPool {
  readonly limit: number;
  bytes = 0;
  readonly #members = new Set<ReplyDebt>();
  #isDue = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  join(member: ReplyDebt): void {
    this.#members.add(member);
  }

  leave(member: ReplyDebt): void {
    this.#members.delete(member);
  }

  change(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes <= this.limit || this.#isDue) return;
    this.#isDue = true;
    // Not within the writing of a reply, which might be the one.
    queueMicrotask(() => this.#relieve());
  }

  #relieve(): void {
    this.#isDue = false;
    while (this.bytes > this.limit) {
      const worst = this.#worst();
      if (worst === undefined) return;
      const message = `${worst.bytes} bytes of replies wait for the peer, and those of all are past the limit of ${this.limit} bytes (processQueuedReplyBytes)`;
      worst.giveUp(message);
    }
  }

  #worst(): ReplyDebt | undefined {
    let worst: ReplyDebt | undefined;
    for (const each of this.#members) {
      if (worst === undefined || isWorse(each, worst)) worst = each;
    }
    return worst;
  }
}

function isWorse(one: ReplyDebt, other: ReplyDebt): boolean {
  return one.isAtRest === other.isAtRest ? one.bytes > other.bytes : one.isAtRest;
}
