import { RpcError } from "../rpc-error.js";

const form = /^[0-9]{1,10}$/;
const longest = 9_999_999_999;

/**
 * Reads `connect-timeout-ms`: at most ten digits. They reach past what one timer of the platform can wait, which
 * `onExpiry` takes care of.
 * @throws RpcError `invalid_argument` for anything else.
 */
export function parseTimeout(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (form.test(value)) return Number(value);
  throw new RpcError(
    "invalid_argument",
    `connect-timeout-ms must be at most 10 digits, milliseconds; it is ${JSON.stringify(value.slice(0, 40))}`,
    { reason: "BOWLINE_TIMEOUT_HEADER" },
  );
}

/** Writes `connect-timeout-ms`: whole milliseconds, rounded up; what ten digits cannot say becomes the largest value. */
export function formatTimeout(remainingMs: number): string {
  return String(Math.min(Math.ceil(remainingMs), longest));
}
