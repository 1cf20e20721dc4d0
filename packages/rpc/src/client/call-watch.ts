import { Deadline, onExpiry } from "../deadline.js";
import type { RpcError } from "../rpc-error.js";
import { aborted, expired, type Placer, parentAborted } from "./call-failure.js";
import type { CallSettings } from "./call-settings.js";

type Bounds = Pick<CallSettings, "timeoutMs" | "signal" | "parent">;

/** A call that can be ended from outside. */
export interface BoundedCall extends Placer {
  giveUp(error: RpcError): void;
}

/** Why a call is not even started: its time is over, or it was given up already. */
export function refusedByBounds(bounds: Bounds, call: Placer): RpcError | undefined {
  const { signal, timeoutMs, parent } = bounds;
  if (signal?.aborted) return aborted(signal.reason, call.place());
  if (parent?.signal.aborted) return parentAborted(parent.signal.reason, call.place());
  return timeoutMs === 0 ? expired(timeoutMs, call.place()) : undefined;
}

/**
 * Ends a call when its time is over or somebody gives it up: a timer and listeners, only where the call has such bounds.
 * @returns stops watching; `undefined` where there is nothing to watch.
 */
export function watchBounds(bounds: Bounds, call: BoundedCall): (() => void) | undefined {
  const { signal, timeoutMs, parent } = bounds;
  if (signal === undefined && parent === undefined) {
    return timeoutMs === undefined ? undefined : onTimeout(timeoutMs, call);
  }
  const stops: (() => void)[] = [];
  if (timeoutMs !== undefined) stops.push(onTimeout(timeoutMs, call));
  if (signal !== undefined) {
    stops.push(onAbort(signal, () => call.giveUp(aborted(signal.reason, call.place()))));
  }
  if (parent !== undefined) {
    const { signal: outer } = parent;
    stops.push(onAbort(outer, () => call.giveUp(parentAborted(outer.reason, call.place()))));
  }
  return () => {
    for (const stop of stops) stop();
  };
}

function onTimeout(timeoutMs: number, call: BoundedCall): () => void {
  const deadline = Deadline.after(timeoutMs);
  return onExpiry(deadline, () => call.giveUp(expired(timeoutMs, call.place())));
}

/** Whom to tell when a signal is aborted. */
const watches = new WeakMap<AbortSignal, SignalWatch>();

function onAbort(signal: AbortSignal, listener: () => void): () => void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    watch = new SignalWatch(signal);
    watches.set(signal, watch);
  }
  return watch.add(listener);
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

  /** @returns takes it out again. */
  add(aborted: () => void): () => void {
    const call = { aborted };
    if (this.#calls.size === 0) this.#signal.addEventListener("abort", this.#tell, { once: true });
    this.#calls.add(call);
    return () => {
      if (!this.#calls.delete(call) || this.#calls.size > 0) return;
      this.#signal.removeEventListener("abort", this.#tell);
    };
  }
}
