import type { Http2Session } from "node:http2";
import type { Socket } from "node:net";

/** How long a peer that was asked for a sign of life has for its answer. */
const answerMs = 10_000;

/**
 * Finds out that a peer of an HTTP/2 connection is gone although nobody said so: nothing has come for a while, and a PING
 * is not answered. That is what a cut cable looks like; and `node:http2` stops reading for good behind a frame that breaks
 * the rules, so that it learns of nothing any more, the end of the connection included.
 */
export class SilenceWatch {
  readonly #session: Http2Session;
  readonly #socket: Socket;
  readonly #quietMs: number;
  readonly #answerMs: number;
  #received = 0;
  #heardAt: number;
  readonly #intervalMs: number;
  #askedAt: number | undefined;
  #nextAt = 0;
  #knownIdle = false;

  /**
   * @param quietMs how long nothing may come before the peer is asked.
   * @param intervalMs how long from one question to the next: servers close the connections of clients that ask often
   * (grpc-go: at the third time in five minutes).
   */
  constructor(
    session: Http2Session,
    socket: Socket,
    { quietMs, intervalMs }: { readonly quietMs: number; readonly intervalMs: number },
    now: number,
  ) {
    this.#session = session;
    this.#socket = socket;
    this.#quietMs = quietMs;
    this.#answerMs = Math.min(quietMs, answerMs);
    this.#intervalMs = intervalMs;
    this.#heardAt = now;
  }

  /**
   * To be called now and then. Whether the peer is to be taken for dead.
   * @param isAwaited somebody waits for the peer. An idle connection is asked about once, until it is used again.
   */
  isDead(now: number, isAwaited: boolean): boolean {
    const { bytesRead } = this.#socket;
    if (isAwaited) this.#knownIdle = false;
    if (bytesRead !== this.#received) {
      this.#received = bytesRead;
      this.#heardAt = now;
      this.#askedAt = undefined;
      return false;
    }
    if (this.#askedAt !== undefined) return now - this.#askedAt >= this.#answerMs;
    if (now - this.#heardAt < this.#quietMs || now < this.#nextAt || this.#knownIdle) return false;
    this.#askedAt = now;
    this.#nextAt = now + this.#intervalMs;
    this.#knownIdle = !isAwaited;
    this.#session.ping(() => {});
    return false;
  }
}
