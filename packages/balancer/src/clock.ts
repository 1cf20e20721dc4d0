/** Time as backoff needs it; tests bring their own. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Calls back once after `delayMs`, never inside this call. A timer does not keep the process alive. Returns what stops it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The platform's clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timer: unknown = setTimeout(callback, delayMs);
    if (isUnrefable(timer)) timer.unref();
    return () => clearTimeout(timer as number);
  },
};

function isUnrefable(timer: unknown): timer is { unref(): void } {
  return typeof timer === "object" && timer !== null && "unref" in timer;
}
