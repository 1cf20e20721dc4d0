import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Duration, durationFromMs, durationFromText, durationMs, durationText } from "./index.js";

describe("durations", () => {
  test("go to text and back without loss", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 315576000000n }),
        fc.integer({ min: 0, max: 999_999_999 }),
        fc.boolean(),
        (s, n, negative) => {
          const duration = Duration.create(
            negative ? { seconds: -s, nanos: 0 - n } : { seconds: s, nanos: n },
          );
          expect(durationFromText(durationText(duration))).toEqual(duration);
        },
      ),
    );
  });

  test("go to milliseconds and back", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e14 }), (ms) => {
        if (Math.abs(ms) > 315576000000000) return;
        expect(durationMs(durationFromMs(ms))).toBe(ms + 0);
      }),
    );
    expect(durationFromMs(-1500.25)).toEqual(
      Duration.create({ seconds: -1n, nanos: -500_250_000 }),
    );
    expect(durationFromMs(999.9999999)).toEqual(Duration.create({ seconds: 1n, nanos: 0 }));
    expect(durationFromMs(-999.9999999)).toEqual(Duration.create({ seconds: -1n, nanos: 0 }));
    expect(Object.is(durationFromMs(-0).nanos, 0)).toBe(true);
  });

  test("within ±10,000 years, with one sign", () => {
    for (const wrong of [
      { seconds: 315576000001n, nanos: 0 },
      { seconds: -315576000001n, nanos: 0 },
      { seconds: 1n, nanos: -1 },
      { seconds: -1n, nanos: 1 },
      { seconds: 0n, nanos: 1e9 },
      { seconds: 0n, nanos: 0.1 },
    ]) {
      expect(() => durationMs(wrong)).toThrow(RangeError);
      expect(() => durationText(wrong)).toThrow(RangeError);
    }
    for (const wrong of [Number.NaN, Infinity, 315576000001000])
      expect(() => durationFromMs(wrong)).toThrow(RangeError);
    for (const wrong of ["", "1", "1h", "1.5", "s"])
      expect(() => durationFromText(wrong)).toThrow(RangeError);
  });
});
