import { quote } from "../option-names.js";
import { RpcError } from "../rpc-error.js";

/** How long calls may take, whatever their callers ask for. */
export interface DeadlinePolicy {
  /** A caller that gives less time is given this much. In milliseconds; default none. */
  readonly minMs?: number;
  /** A caller that gives more time, or none at all where there is no default, is given this much. Default none. */
  readonly maxMs?: number;
  /** For callers that give no deadline. Default none: such a call may take for ever, or for `maxMs`. */
  readonly defaultMs?: number;
  /**
   * The longest that neither side of a stream may send a message; past it the call ends with `deadline_exceeded`.
   * Default none.
   */
  readonly betweenMessagesMs?: number;
}

export const deadlinePolicyNames: ReadonlySet<string> = new Set<keyof DeadlinePolicy>([
  "minMs",
  "maxMs",
  "defaultMs",
  "betweenMessagesMs",
]);

/** The time that a call gets: the caller's, clamped, not refused; `undefined` for ever. */
export function grantedMs(policy: DeadlinePolicy, askedMs: number | undefined): number | undefined {
  const wanted = askedMs ?? policy.defaultMs ?? policy.maxMs;
  if (wanted === undefined) return undefined;
  const { minMs, maxMs } = policy;
  if (minMs !== undefined && wanted < minMs) return minMs;
  return maxMs !== undefined && wanted > maxMs ? maxMs : wanted;
}

/**
 * @param of whose policy it is, as messages name it.
 * @throws RpcError `invalid_argument` for values that are no durations, and for a minimum above the maximum.
 */
export function checkDeadlinePolicy(of: string, policy: DeadlinePolicy): void {
  for (const [name, value] of Object.entries(policy) as [string, unknown][]) {
    if (value === undefined || (typeof value === "number" && value >= 0)) continue;
    throw unusable(`${of}.${name} must be milliseconds, 0 or more; it is ${quote(value)}`);
  }
  const { minMs = 0, maxMs = Infinity } = policy;
  if (minMs > maxMs) throw unusable(`${of}.minMs is ${minMs}, more than its maxMs of ${maxMs}`);
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_OPTION" });
}
