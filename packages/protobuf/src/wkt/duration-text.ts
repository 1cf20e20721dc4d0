import { fractionNanos, fractionText, type Instant, isWhole } from "./timestamp-text.js";

/** 10,000 years. */
export const maxDurationSeconds = 315576000000;

/** Whether the two are a duration: integers, of one sign, within ±10,000 years. */
export function isDuration(seconds: number, nanos: number): boolean {
  return isWhole(seconds, nanos) && Math.abs(seconds) <= maxDurationSeconds && seconds * nanos >= 0;
}

/** `-1.500s`, of {@link isDuration values in range}. */
export function durationText(seconds: number, nanos: number): string {
  return `${seconds < 0 || nanos < 0 ? "-" : ""}${Math.abs(seconds)}${fractionText(nanos)}s`;
}

/** Reads what {@link durationText} writes, with up to nine digits behind the point. */
export function parseDuration(text: string): Instant | undefined {
  const [, sign, whole, fraction] = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text) ?? [];
  const factor = sign === "-" ? -1 : 1;
  // `+ 0` turns the −0 of "-0s" into 0.
  const seconds = Number(whole) * factor + 0;
  const nanos = fractionNanos(fraction) * factor + 0;
  return isDuration(seconds, nanos) ? { seconds, nanos } : undefined;
}
