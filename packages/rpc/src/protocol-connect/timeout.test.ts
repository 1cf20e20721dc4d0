import { expect, it } from "vitest";
import { formatTimeout, parseTimeout } from "./timeout.js";

it("reads up to ten digits", () => {
  expect(parseTimeout(undefined)).toBeUndefined();
  expect(parseTimeout("0")).toBe(0);
  expect(parseTimeout("500")).toBe(500);
  expect(parseTimeout("9999999999")).toBe(9_999_999_999);
});

it("refuses eleven digits and everything that is not digits", () => {
  const wrong = [
    "10000000000",
    "00000000001",
    "99999999999999999999",
    "",
    " 1",
    "1 ",
    "1\n",
    "-1",
    "+1",
    "1.5",
    "1e3",
    "0x10",
    "١",
    "1, 1",
    "abc",
  ];
  for (const text of wrong) {
    expect(() => parseTimeout(text), JSON.stringify(text)).toThrow(
      expect.objectContaining({ code: "invalid_argument", reason: "BOWLINE_TIMEOUT_HEADER" }),
    );
  }
});

it("writes whole milliseconds, rounded up, at most ten digits", () => {
  expect(formatTimeout(0.2)).toBe("1");
  expect(formatTimeout(1500)).toBe("1500");
  expect(formatTimeout(1e300)).toBe("9999999999");
});
