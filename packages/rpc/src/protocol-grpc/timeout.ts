import { RpcError } from "../rpc-error.js";

const largest = 99_999_999;
const mostDigits = 8;

/**
 * Reads `grpc-timeout` as milliseconds: at most eight digits and a unit. The largest passes what one timer of the platform
 * can wait, which `onExpiry` takes care of; the smaller units give fractions.
 * @throws RpcError `invalid_argument` for anything else.
 */
export function parseTimeout(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const unit = value.length - 1;
  const unitMs = unit > 0 && unit <= mostDigits ? millisecondsOf(value.charCodeAt(unit)) : 0;
  let amount = 0;
  for (let at = 0; at < unit && amount >= 0; at++) {
    const digit = value.charCodeAt(at) - 0x30;
    amount = digit >= 0 && digit <= 9 ? amount * 10 + digit : -1;
  }
  if (unitMs > 0 && amount >= 0) return amount * unitMs;
  throw new RpcError(
    "invalid_argument",
    `grpc-timeout must be at most 8 digits and one of the units H, M, S, m, u, n; it is ${JSON.stringify(value.slice(0, 40))}`,
    { reason: "BOWLINE_TIMEOUT_HEADER" },
  );
}

/** What a unit is in milliseconds, by its letter; 0 for what is none. */
function millisecondsOf(unit: number): number {
  switch (unit) {
    case 0x48: // H
      return 3_600_000;
    case 0x4d: // M
      return 60_000;
    case 0x53: // S
      return 1000;
    case 0x6d: // m
      return 1;
    case 0x75: // u
      return 1e-3;
    case 0x6e: // n
      return 1e-6;
    default:
      return 0;
  }
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
