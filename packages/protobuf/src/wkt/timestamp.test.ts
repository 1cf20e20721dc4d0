import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Timestamp,
  timestampDate,
  timestampFromDate,
  timestampFromIso,
  timestampFromMs,
  timestampIso,
  timestampMs,
  timestampNow,
} from "./index.js";

const seconds = fc.bigInt({ min: -62135596800n, max: 253402300799n });
const nanos = fc.oneof(
  fc.integer({ min: 0, max: 999_999_999 }),
  fc.integer({ min: 0, max: 999 }).map((ms) => ms * 1_000_000),
);

describe("timestamps", () => {
  test("go to text and back without loss", () => {
    fc.assert(
      fc.property(seconds, nanos, (s, n) => {
        const timestamp = Timestamp.create({ seconds: s, nanos: n });
        expect(timestampFromIso(timestampIso(timestamp))).toEqual(timestamp);
      }),
    );
  });

  test("go to dates and back in milliseconds", () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date("0001-01-01T00:00:00Z"),
          max: new Date("9999-12-31T23:59:59.999Z"),
          noInvalidDate: true,
        }),
        (date) => {
          const timestamp = timestampFromDate(date);
          expect(Timestamp.is(timestamp)).toBe(true);
          expect(timestampDate(timestamp)).toEqual(date);
          expect(timestampMs(timestamp)).toBe(date.getTime());
          expect(timestampIso(timestamp).slice(0, 19)).toBe(date.toISOString().slice(0, 19));
        },
      ),
    );
  });

  test("before 1970 count nanoseconds forward", () => {
    expect(timestampFromMs(-0.5)).toEqual(Timestamp.create({ seconds: -1n, nanos: 999_500_000 }));
    expect(timestampFromMs(-1e-9)).toEqual(Timestamp.create({ seconds: 0n, nanos: 0 }));
    expect(timestampDate({ seconds: -1n, nanos: 999_999_999 })).toEqual(new Date(-1));
  });

  test("as dates are cut off, never rounded up, however far they are from 1970", () => {
    expect(timestampDate({ seconds: 1700000000n, nanos: 999_999_999 }).toISOString()).toBe(
      "2023-11-14T22:13:20.999Z",
    );
    expect(timestampDate({ seconds: 253402300799n, nanos: 999_999_999 }).toISOString()).toBe(
      "9999-12-31T23:59:59.999Z",
    );
    fc.assert(
      fc.property(seconds, nanos, (s, n) => {
        const ms = Number(s) * 1000 + (n - (n % 1_000_000)) / 1_000_000;
        expect(timestampDate({ seconds: s, nanos: n }).getTime()).toBe(ms);
      }),
    );
  });

  test("now is now", () => {
    const before = Date.now();
    const now = timestampMs(timestampNow());
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  test("from year 1 to 9999, and not a nanosecond more", () => {
    expect(timestampIso({ seconds: -62135596800n, nanos: 0 })).toBe("0001-01-01T00:00:00Z");
    expect(timestampIso({ seconds: 253402300799n, nanos: 999_999_999 })).toBe(
      "9999-12-31T23:59:59.999999999Z",
    );
    for (const wrong of [
      { seconds: -62135596801n, nanos: 999_999_999 },
      { seconds: 253402300800n, nanos: 0 },
      { seconds: 0n, nanos: -1 },
      { seconds: 0n, nanos: 1e9 },
      { seconds: 0n, nanos: 0.5 },
      { seconds: 0n, nanos: Number.NaN },
    ]) {
      expect(() => timestampIso(wrong)).toThrow(RangeError);
      expect(() => timestampMs(wrong)).toThrow(RangeError);
      expect(() => timestampDate(wrong)).toThrow(RangeError);
    }
    expect(timestampFromMs(-62135596800000).seconds).toBe(-62135596800n);
    for (const wrong of [-62135596800001, 253402300800000, Number.NaN, Infinity])
      expect(() => timestampFromMs(wrong)).toThrow(RangeError);
    expect(() => timestampFromDate(new Date(Number.NaN))).toThrow(RangeError);
    for (const wrong of ["", "now", "2026-02-29T00:00:00Z", "2026-01-01"])
      expect(() => timestampFromIso(wrong)).toThrow(RangeError);
  });
});
