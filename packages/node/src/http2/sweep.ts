import type { TransportLimits } from "../server-limits.js";

/** How often to look after time limits: a quarter of the shortest, but at least each second. */
export function sweepMs(
  { headersTimeoutMs, stallTimeoutMs, http2IdleTimeoutMs }: TransportLimits,
  others: readonly number[] = [],
): number {
  const own = [headersTimeoutMs, stallTimeoutMs, http2IdleTimeoutMs];
  const limits = [...own, ...others].filter((each) => each > 0);
  return Math.max(5, Math.min(4_000, ...limits) / 4);
}
