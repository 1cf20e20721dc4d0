import type { ReplyPool } from "./reply-pool.js";

/** What a connection owes its peer: replies that wait until the peer takes them, in streams and in the host. */
export class ReplyDebt {
  bytes = 0;
  /** Something has waited since the look before the last one, and the peer has taken none of it. */
  isAtRest = false;
  readonly #pool: ReplyPool;
  readonly #giveUp: (message: string) => void;
  #hasMoved = false;

  /** @param giveUp ends replies that wait, so that something is freed; it may end the connection. */
  constructor(pool: ReplyPool, giveUp: (message: string) => void) {
    this.#pool = pool;
    this.#giveUp = giveUp;
  }

  /** More waits, or less. `isTaken`: because the peer has taken it. */
  change(bytes: number, isTaken: boolean): void {
    if (this.bytes === 0) {
      this.#pool.join(this);
      this.isAtRest = false;
      this.#hasMoved = true;
    } else if (isTaken) {
      this.isAtRest = false;
      this.#hasMoved = true;
    }
    this.bytes += bytes;
    if (this.bytes === 0) this.#pool.leave(this);
    this.#pool.change(bytes);
  }

  /** Looks whether something has moved since the last look. */
  look(): void {
    this.isAtRest = !this.#hasMoved;
    this.#hasMoved = false;
  }

  giveUp(message: string): void {
    this.#giveUp(message);
  }

  /** Nothing is owed any more. */
  cancel(): void {
    if (this.bytes > 0) this.change(-this.bytes, false);
  }
}
