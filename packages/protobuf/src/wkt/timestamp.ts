import { Timestamp } from "../gen/google/protobuf/timestamp.pb.js";
import { isTimestamp, parseTimestamp, timestampText } from "./timestamp-text.js";

/** What the helpers read of a timestamp: a message, a literal, or a type of another package with these members. */
export interface TimestampLike {
  readonly seconds: bigint;
  readonly nanos: number;
}

/**
 * Now, in milliseconds' resolution.
 */
export function timestampNow(): Timestamp {
  return timestampFromMs(Date.now());
}

/**
 * The timestamp of a `Date`.
 * @throws RangeError for an invalid date, and for years before 1 and after 9999.
 */
export function timestampFromDate(date: Date): Timestamp {
  return timestampFromMs(date.getTime());
}

/**
 * The timestamp of milliseconds since 1970-01-01T00:00:00Z. A fraction is kept down to nanoseconds, as far as the number
 * is exact.
 * @throws RangeError for NaN, and for years before 1 and after 9999.
 */
export function timestampFromMs(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1000);
  const nanos = Math.round((ms - seconds * 1000) * 1e6);
  // A fraction just below a whole second can round up to it.
  return make(nanos === 1e9 ? seconds + 1 : seconds, nanos === 1e9 ? 0 : nanos);
}

/**
 * The timestamp of an RFC 3339 text, with any offset and up to nine digits of a second: `2026-02-28T12:00:00.5+01:00`.
 * @throws RangeError for any other text, leap seconds included, and for years before 1 and after 9999.
 */
export function timestampFromIso(text: string): Timestamp {
  const instant = parseTimestamp(text);
  if (instant === undefined)
    throw new RangeError(
      `${JSON.stringify(text)} is not an RFC 3339 timestamp from year 1 to 9999`,
    );
  return make(instant.seconds, instant.nanos);
}

/**
 * The `Date` of a timestamp; what is finer than a millisecond is cut off, towards the past.
 * @throws RangeError if the timestamp is out of its range.
 */
export function timestampDate(timestamp: TimestampLike): Date {
  const { seconds, nanos } = checked(timestamp);
  return new Date(seconds * 1000 + Math.floor(nanos / 1e6));
}

/**
 * Milliseconds since 1970-01-01T00:00:00Z, with a fraction as far as a number can hold it: the result is the nearest
 * one.
 * @throws RangeError if the timestamp is out of its range.
 */
export function timestampMs(timestamp: TimestampLike): number {
  const { seconds, nanos } = checked(timestamp);
  return seconds * 1000 + nanos / 1e6;
}

/**
 * RFC 3339 in UTC, with 0, 3, 6 or 9 digits of a second: the text of ProtoJSON.
 * @throws RangeError if the timestamp is out of its range.
 */
export function timestampIso(timestamp: TimestampLike): string {
  const { seconds, nanos } = checked(timestamp);
  return timestampText(seconds, nanos);
}

function checked(timestamp: TimestampLike): { seconds: number; nanos: number } {
  const seconds = Number(timestamp.seconds);
  const { nanos } = timestamp;
  check(seconds, nanos);
  return { seconds, nanos };
}

function make(seconds: number, nanos: number): Timestamp {
  check(seconds, nanos);
  return Timestamp.create({ seconds: BigInt(seconds), nanos });
}

function check(seconds: number, nanos: number): void {
  if (isTimestamp(seconds, nanos)) return;
  throw new RangeError(
    `a timestamp is from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z, with 0 to 999,999,999 nanos; got ${seconds} s and ${nanos} ns`,
  );
}
