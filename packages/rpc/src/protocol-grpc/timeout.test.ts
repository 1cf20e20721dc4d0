import fc from "fast-check";
import { expect, it } from "vitest";
import { formatTimeout, parseTimeout } from "./timeout.js";

it("reads up to eight digits in every unit", () => {
  expect(parseTimeout(undefined)).toBeUndefined();
  expect(parseTimeout("0n")).toBe(0);
  expect(parseTimeout("2H")).toBe(7_200_000);
  expect(parseTimeout("2M")).toBe(120_000);
  expect(parseTimeout("2S")).toBe(2000);
  expect(parseTimeout("500m")).toBe(500);
  expect(parseTimeout("1500u")).toBeCloseTo(1.5);
  expect(parseTimeout("1500000n")).toBeCloseTo(1.5);
  expect(parseTimeout("9999999m")).toBe(9_999_999);
  expect(parseTimeout("99999999m")).toBe(99_999_999);
  expect(parseTimeout("99999999H")).toBe(99_999_999 * 3_600_000);
});

it("refuses nine digits and everything that is not digits and a unit", () => {
  const wrong = [
    "100000000m",
    "000000001m",
    "99999999999999999999H",
    "",
    "m",
    "5",
    "5s",
    "5h",
    "5ms",
    "5 m",
    " 5m",
    "5m ",
    "5m\n",
    "-5m",
    "+5m",
    "1.5S",
    "1e3m",
    "0x1m",
    "١m",
    "5m, 5m",
    "5__proto__",
  ];
  for (const text of wrong) {
    expect(() => parseTimeout(text), JSON.stringify(text)).toThrow(
      expect.objectContaining({ code: "invalid_argument", reason: "BOWLINE_TIMEOUT_HEADER" }),
    );
  }
});

it("shows at most the beginning of a header that it refuses", () => {
  expect(() => parseTimeout("1".repeat(100_000))).toThrow(/^.{0,250}$/);
});

it("writes milliseconds, rounded up, and larger units past eight digits", () => {
  expect(formatTimeout(0)).toBe("0m");
  expect(formatTimeout(-5)).toBe("0m");
  expect(formatTimeout(0.0001)).toBe("1m");
  expect(formatTimeout(1499.2)).toBe("1500m");
  expect(formatTimeout(99_999_999)).toBe("99999999m");
  expect(formatTimeout(99_999_999.5)).toBe("100000S");
  expect(formatTimeout(99_999_999_000)).toBe("99999999S");
  expect(formatTimeout(99_999_999_001)).toBe("1666667M");
  expect(formatTimeout(99_999_999 * 60_000 + 1)).toBe("1666667H");
  expect(formatTimeout(1e300)).toBe("99999999H");
  expect(formatTimeout(Number.POSITIVE_INFINITY)).toBe("99999999H");
});

it("writes what it reads, never less than what is left and less than one unit more", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 3e14, noNaN: true }), (ms) => {
      const read = parseTimeout(formatTimeout(ms)) as number;
      expect(read).toBeGreaterThanOrEqual(ms);
      expect(read - ms).toBeLessThanOrEqual(ms <= 99_999_999 ? 1 : ms * 0.04);
    }),
  );
});
