import { Duration } from "../gen/google/protobuf/duration.pb.js";
import * as text from "./duration-text.js";

/** What the helpers read of a duration: a message, a literal, or a type of another package with these members. */
export interface DurationLike {
  readonly seconds: bigint;
  readonly nanos: number;
}

/**
 * The duration of milliseconds, which may be negative. A fraction is kept down to nanoseconds, as far as the number is
 * exact.
 * @throws RangeError for NaN and beyond ±315,576,000,000 seconds.
 */
export function durationFromMs(ms: number): Duration {
  const seconds = Math.trunc(ms / 1000);
  const nanos = Math.round((ms - seconds * 1000) * 1e6);
  const carry = nanos === 1e9 ? 1 : nanos === -1e9 ? -1 : 0;
  return make(seconds + carry + 0, nanos - carry * 1e9 + 0);
}

/**
 * Milliseconds, with a fraction.
 * @throws RangeError if the duration is out of its range, or `seconds` and `nanos` differ in sign.
 */
export function durationMs(duration: DurationLike): number {
  const { seconds, nanos } = checked(duration);
  return seconds * 1000 + nanos / 1e6;
}

/**
 * The duration of a text in seconds, `1.5s` or `-0.000000001s`: the form of ProtoJSON.
 * @throws RangeError for any other text, and beyond ±315,576,000,000 seconds.
 */
export function durationFromText(value: string): Duration {
  const parsed = text.parseDuration(value);
  if (parsed === undefined)
    throw new RangeError(
      `${JSON.stringify(value)} is not a duration in seconds, such as 1.5s, within 10,000 years`,
    );
  return make(parsed.seconds, parsed.nanos);
}

/**
 * The duration in seconds, with 0, 3, 6 or 9 digits behind the point: `1.500s`.
 * @throws RangeError if the duration is out of its range, or `seconds` and `nanos` differ in sign.
 */
export function durationText(duration: DurationLike): string {
  const { seconds, nanos } = checked(duration);
  return text.durationText(seconds, nanos);
}

function checked(duration: DurationLike): { seconds: number; nanos: number } {
  const seconds = Number(duration.seconds);
  const { nanos } = duration;
  check(seconds, nanos);
  return { seconds, nanos };
}

function make(seconds: number, nanos: number): Duration {
  check(seconds, nanos);
  return Duration.create({ seconds: BigInt(seconds), nanos });
}

function check(seconds: number, nanos: number): void {
  if (text.isDuration(seconds, nanos)) return;
  throw new RangeError(
    `a duration is within ±315,576,000,000 seconds, and its seconds and nanos have one sign; got ${seconds} s and ${nanos} ns`,
  );
}
