import { longestTimer } from "../deadline.js";
import type { RpcError } from "../rpc-error.js";
import { aborted, expired, type Placer, parentAborted } from "./call-failure.js";
import type { CallSettings } from "./call-settings.js";

type Bounds = Pick<CallSettings, "timeoutMs" | "signal" | "parent">;

/** A call whose time may run out. */
export interface ExpiringCall {
  expired(timeoutMs: number): void;
}

/** What tells calls that their time is over. */
export interface CallTimers {
  /** @param startedAt `performance.now()` of the call's beginning. Default: now. */
  add(call: ExpiringCall, timeoutMs: number, startedAt?: number): Watch;
}

/** A timer of the platform for each call. */
export const plainTimers: CallTimers = {
  add(call, timeoutMs) {
    const end = performance.now() + timeoutMs;
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      const delay = Math.min(Math.ceil(end - performance.now()), longestTimer);
      timer = setTimeout(() => (performance.now() < end ? wait() : call.expired(timeoutMs)), delay);
    };
    wait();
    return { stop: () => clearTimeout(timer) };
  },
};

/** A call that can be ended from outside. */
export interface BoundedCall extends Placer, ExpiringCall {
  giveUp(error: RpcError): void;
}

/** What waits for a call to be ended from outside. */
export interface Watch {
  stop(): void;
}

/** Why a call is not even started: its time is over, or it was given up already. */
export function refusedByBounds(bounds: Bounds, call: Placer): RpcError | undefined {
  const { signal, timeoutMs, parent } = bounds;
  if (signal?.aborted) return aborted(signal.reason, call.place());
  if (parent?.signal.aborted) return parentAborted(parent.signal.reason, call.place());
  return timeoutMs === 0 ? expired(timeoutMs, call.place()) : undefined;
}

/**
 * Ends a call when its time is over or somebody gives it up: only where the call has such bounds.
 * @param startedAt `performance.now()` of its beginning, where it is known. Default: now.
 * @returns `undefined` where there is nothing to watch.
 */
export function watchBounds(
  bounds: Bounds,
  call: BoundedCall,
  timers: CallTimers,
  startedAt?: number,
): Watch | undefined {
  const { signal, timeoutMs, parent } = bounds;
  const timer = timeoutMs === undefined ? undefined : timers.add(call, timeoutMs, startedAt);
  if (signal === undefined && parent === undefined) return timer;
  return allOf([
    timer,
    signal && onAbort(signal, call, aborted),
    parent && onAbort(parent.signal, call, parentAborted),
  ]);
}

function allOf(watches: readonly (Watch | undefined)[]): Watch {
  return {
    stop() {
      for (const each of watches) each?.stop();
    },
  };
}

/** Whom to tell when a signal is aborted. */
const watches = new WeakMap<AbortSignal, SignalWatch>();

function onAbort(signal: AbortSignal, call: BoundedCall, outcome: typeof aborted): Watch {
  let watch = watches.get(signal);
  if (watch === undefined) {
    watch = new SignalWatch(signal);
    watches.set(signal, watch);
  }
  return watch.add(() => call.giveUp(outcome(signal.reason, call.place())));
}

/** One listener on a signal, however many calls share it: platforms warn of a leak past ten. */
class SignalWatch {
  readonly #signal: AbortSignal;
  readonly #calls = new Set<{ readonly aborted: () => void }>();
  readonly #tell = (): void => {
    // Those that are over by then have taken themselves out.
    for (const each of [...this.#calls]) if (this.#calls.delete(each)) each.aborted();
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** What is returned takes it out again. */
  add(aborted: () => void): Watch {
    const call = { aborted };
    if (this.#calls.size === 0) this.#signal.addEventListener("abort", this.#tell, { once: true });
    this.#calls.add(call);
    return {
      stop: () => {
        if (!this.#calls.delete(call) || this.#calls.size > 0) return;
        this.#signal.removeEventListener("abort", this.#tell);
      },
    };
  }
}
