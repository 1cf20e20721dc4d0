import { RpcError } from "../rpc-error.js";

const form = /^[0-9]{1,8}[HMSmun]$/;
const largest = 99_999_999;

const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/**
 * Reads `grpc-timeout` as milliseconds: at most eight digits and a unit. The largest passes what one timer of the platform
 * can wait, which `onExpiry` takes care of; the smaller units give fractions.
 * @throws RpcError `invalid_argument` for anything else.
 */
export function parseTimeout(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (form.test(value)) {
    const unit = value.length - 1;
    return Number(value.slice(0, unit)) * (unitMs[value.slice(unit)] as number);
  }
  throw new RpcError(
    "invalid_argument",
    `grpc-timeout must be at most 8 digits and one of the units H, M, S, m, u, n; it is ${JSON.stringify(value.slice(0, 40))}`,
    { reason: "BOWLINE_TIMEOUT_HEADER" },
  );
}

/**
 * Writes `grpc-timeout`: milliseconds, or the smallest larger unit that eight digits suffice for, rounded up. What they
 * cannot say in hours becomes the largest value.
 */
export function formatTimeout(ms: number): string {
  if (ms <= largest) return `${Math.ceil(Math.max(ms, 0))}m`;
  if (ms <= largest * 1000) return `${Math.ceil(ms / 1000)}S`;
  if (ms <= largest * 60_000) return `${Math.ceil(ms / 60_000)}M`;
  return `${Math.min(Math.ceil(ms / 3_600_000), largest)}H`;
}
