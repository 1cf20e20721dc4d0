import { Deadline, onExpiry } from "../deadline.js";
import type { RpcError } from "../rpc-error.js";
import { aborted, expired, type Place, parentAborted } from "./call-failure.js";
import type { CallSettings } from "./call-settings.js";

type Bounds = Pick<CallSettings, "timeoutMs" | "signal" | "parent">;

/** Why a call is not even started: its time is over, or it was given up already. */
export function refusedByBounds(bounds: Bounds, place: Place): RpcError | undefined {
  const { signal, timeoutMs, parent } = bounds;
  if (signal?.aborted) return aborted(signal.reason, place);
  if (parent?.signal.aborted) return parentAborted(parent.signal.reason, place);
  return timeoutMs === 0 ? expired(timeoutMs, place) : undefined;
}

/**
 * Ends a call when its time is over or somebody gives it up: a timer and listeners, only where the call has such bounds.
 * @returns stops watching; `undefined` where there is nothing to watch.
 */
export function watchBounds(
  bounds: Bounds,
  place: () => Place,
  giveUp: (error: RpcError) => void,
): (() => void) | undefined {
  const { signal, timeoutMs, parent } = bounds;
  if (timeoutMs === undefined && signal === undefined && parent === undefined) return undefined;
  const stops: (() => void)[] = [];
  if (timeoutMs !== undefined) {
    stops.push(onExpiry(Deadline.after(timeoutMs), () => giveUp(expired(timeoutMs, place()))));
  }
  if (signal !== undefined) {
    stops.push(onAbort(signal, () => giveUp(aborted(signal.reason, place()))));
  }
  if (parent !== undefined) {
    const { signal: outer } = parent;
    stops.push(onAbort(outer, () => giveUp(parentAborted(outer.reason, place()))));
  }
  return () => {
    for (const stop of stops) stop();
  };
}

function onAbort(signal: AbortSignal, listener: () => void): () => void {
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}
