import type { Stream } from "./stream.js";

/** Peers that are slow on purpose, or gone: what has not moved for too long when it was their turn. */
export class Stall {
  /** The frame that the last look found cut, see `FrameReader`; since when. */
  #cutFrame = 0;
  #cutSince = 0;
  /** While the host has no room: what the peer had taken at the last look, whether that was more than before, since when it was not. */
  #taken: number | undefined;
  #isTaking = false;
  #congestedSince: number;

  constructor(now: number) {
    this.#congestedSince = now;
  }

  /** Whether one frame that is not DATA has been under way since the look that saw it first, that long ago. */
  isFrameLate(cutFrame: number, now: number, timeoutMs: number): boolean {
    if (cutFrame !== this.#cutFrame) {
      this.#cutFrame = cutFrame;
      this.#cutSince = now;
    }
    return cutFrame > 0 && now - this.#cutSince >= timeoutMs;
  }

  /**
   * Whether the peer takes nothing at all.
   * @param taken how much it has taken in all, while the host has no room.
   */
  isStuck(taken: number | undefined, now: number, timeoutMs: number): boolean {
    const before = this.#taken;
    this.#taken = taken;
    this.#isTaking = before !== undefined && taken !== undefined && taken !== before;
    if (taken === undefined || this.#isTaking) this.#congestedSince = now;
    return timeoutMs > 0 && now - this.#congestedSince >= timeoutMs;
  }

  /** Whether nothing moved on a stream on which something should. `owes`: the peer should be sending content. */
  hasStalled(stream: Stream, owes: boolean, now: number, timeoutMs: number): boolean {
    const waits = stream.queuedBytes > 0;
    // Behind what a slow peer takes already: its turn will come.
    const moves = stream.hasMoved || (waits && this.#isTaking && stream.sendWindow > 0);
    if (moves || !(owes || waits)) {
      stream.hasMoved = false;
      stream.quietSince = now;
      return false;
    }
    return now - stream.quietSince >= timeoutMs;
  }
}
