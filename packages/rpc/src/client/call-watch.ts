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

function onAbort(signal: AbortSignal, listener: () => void): () => void {
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}
