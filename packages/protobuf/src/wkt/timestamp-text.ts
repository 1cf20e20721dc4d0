/** Seconds and nanoseconds, as plain numbers. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

/** 0001-01-01T00:00:00Z. */
export const minTimestampSeconds = -62135596800;
/** 9999-12-31T23:59:59Z. */
export const maxTimestampSeconds = 253402300799;

/** Whether the two are a timestamp: integers, years 1 to 9999, nanoseconds that count forward. */
export function isTimestamp(seconds: number, nanos: number): boolean {
  return (
    isWhole(seconds, nanos) &&
    seconds >= minTimestampSeconds &&
    seconds <= maxTimestampSeconds &&
    nanos >= 0
  );
}

export function isWhole(seconds: number, nanos: number): boolean {
  return Number.isInteger(seconds) && Number.isInteger(nanos) && Math.abs(nanos) < 1e9;
}

/** `.5` as `.500`: 0, 3, 6 or 9 digits. */
export function fractionText(nanos: number): string {
  return `.${String(Math.abs(nanos)).padStart(9, "0")}`.replace(/\.?(000)+$/, "");
}

export function fractionNanos(digits = ""): number {
  return Number(digits.padEnd(9, "0"));
}

/** RFC 3339 in UTC, of {@link isTimestamp values in range}. */
export function timestampText(seconds: number, nanos: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fractionText(nanos)}Z`;
}

const form =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** Reads RFC 3339 text with any offset; `undefined` if it is none, or out of range. Leap seconds are refused. */
export function parseTimestamp(text: string): Instant | undefined {
  const [, local, fraction, sign, hours, minutes] = form.exec(text) ?? [];
  const ms = Date.parse(`${local}Z`);
  // Days that a month does not have, and hour 24, would be carried over.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== local) return undefined;
  const offset = sign === undefined ? 0 : Number(hours) * 3600 + Number(minutes) * 60;
  const seconds = ms / 1000 - (sign === "-" ? -offset : offset);
  const nanos = fractionNanos(fraction);
  return isTimestamp(seconds, nanos) ? { seconds, nanos } : undefined;
}
