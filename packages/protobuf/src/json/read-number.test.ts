import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Everything } from "../fixtures/gen/test/ops.pb.js";
import { fromJsonString, JsonError } from "./index.js";

const count = (text: string): number => fromJsonString(Everything, `{"count":${text}}`).count;
const big = (text: string): bigint | undefined => fromJsonString(Everything, `{"big":${text}}`).big;
const ratio = (text: string): number => fromJsonString(Everything, `{"ratio":${text}}`).ratio;
const weight = (text: string): number | undefined =>
  fromJsonString(Everything, `{"weight":${text}}`).weight;

/** digits × 10^exponent as an integer, if it is one. */
function exact(digits: bigint, exponent: number): bigint | undefined {
  if (exponent >= 0) return digits * 10n ** BigInt(exponent);
  const scale = 10n ** BigInt(-exponent);
  return digits % scale === 0n ? digits / scale : undefined;
}

describe("integers", () => {
  test("are exact in every form, as BigInt arithmetic says", () => {
    const digits = fc.oneof(
      fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }),
      fc.bigInt({ min: -99999n, max: 99999n }),
      fc.constantFrom(
        2n ** 63n,
        2n ** 63n - 1n,
        -(2n ** 63n),
        -(2n ** 63n) - 1n,
        10n ** 15n,
        10n ** 15n - 1n,
      ),
    );
    fc.assert(
      fc.property(
        digits,
        fc.integer({ min: -22, max: 22 }),
        fc.boolean(),
        fc.boolean(),
        (mantissa, exponent, quoted, point) => {
          const body = String(mantissa).replace("-", "");
          const at = point && exponent < 0 ? body.length + exponent : undefined;
          const plain =
            at === undefined
              ? `${body}e${exponent}`
              : at <= 0
                ? `0.${"0".repeat(-at)}${body}`
                : `${body.slice(0, at)}.${body.slice(at)}`;
          const text = `${mantissa < 0n ? "-" : ""}${plain}`;
          const written = quoted ? `"${text}"` : text;
          const value = exact(mantissa, exponent);
          if (value !== undefined && BigInt.asIntN(64, value) === value)
            expect(big(written)).toBe(value);
          else expect(() => big(written)).toThrow(JsonError);
          if (value !== undefined && BigInt.asIntN(32, value) === value)
            expect(count(written)).toBe(Number(value));
          else expect(() => count(written)).toThrow(JsonError);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("go to the limits of their types and not beyond", () => {
    expect([count("2147483647"), count("-2147483648"), count("2.147483647e9")]).toEqual([
      2147483647, -2147483648, 2147483647,
    ]);
    for (const bad of ["2147483648", "-2147483649", "1e10", "0.5", "1e-1", "1.5"])
      expect(() => count(bad), bad).toThrow(JsonError);
    expect([big("9223372036854775807"), big('"-9223372036854775808"')]).toEqual([
      2n ** 63n - 1n,
      -(2n ** 63n),
    ]);
    for (const bad of [
      "9223372036854775808",
      "-9223372036854775809",
      "99999999999999999999",
      "123456789012345678901234",
    ]) {
      expect(() => big(bad), bad).toThrow(JsonError);
    }
    const text = (value: string): string | undefined =>
      fromJsonString(Everything, `{"textBig":${value}}`).textBig;
    expect(text("18446744073709551615")).toBe("18446744073709551615");
    for (const bad of ["18446744073709551616", "-1", '"-1"'])
      expect(() => text(bad), bad).toThrow(JsonError);
  });

  test("−0 is 0", () => {
    for (const zero of ["0", "-0", "0.0", "-0.0", "0e9", '"-0"', "0e999999999"])
      expect(Object.is(count(zero), 0), zero).toBe(true);
  });

  test("in other spellings than JSON's are refused, in quotes too", () => {
    for (const bad of [
      "01",
      "-01",
      "+1",
      "1.",
      ".5",
      "1e",
      "1e+",
      "--1",
      "0x1",
      "1_0",
      "-",
      "Infinity",
      "NaN",
      "1a",
      "1 1",
    ]) {
      expect(() => count(bad), bad).toThrow(JsonError);
      expect(() => count(`"${bad}"`), bad).toThrow(JsonError);
    }
    for (const bad of ['""', '" 1"', '"1 "', '"1\\n"', '"NaN"', "true", "null1", "[]", "{}"])
      expect(() => count(bad), bad).toThrow(JsonError);
    expect(count('"\\u0031\\u0032"')).toBe(12);
  });

  test("with huge exponents and huge mantissas take no time", () => {
    const start = performance.now();
    for (const bad of [
      "1e1000000000",
      "1e999999999999999999",
      "-1e-1000000000",
      `1${"0".repeat(1e6)}`,
      `0.${"0".repeat(1e6)}1`,
      `1${"0".repeat(1e6)}1e-1000001`,
      `1.${"01".repeat(5e5)}`,
    ]) {
      expect(() => big(bad)).toThrow(JsonError);
    }
    expect(big(`1${"0".repeat(1e6)}e-1000000`)).toBe(1n);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe("floating-point numbers", () => {
  test("are the nearest double, as Number() says", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.integer().map((n) => n / 1000),
        ),
        fc.boolean(),
        (value, quoted) => {
          for (const text of [String(value), value.toExponential(20), value.toPrecision(17)]) {
            if (!/^-?\d/.test(text)) continue;
            expect(ratio(quoted ? `"${text}"` : text)).toBe(Number(text));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("of many digits are read to the last one", () => {
    expect(ratio("0.1000000000000000055511151231257827021181583404541015625")).toBe(0.1);
    expect(ratio("9007199254740993")).toBe(9007199254740992);
    expect(ratio("9007199254740993.00000000000000000000001")).toBe(9007199254740994);
    expect(ratio("123456789012345678901234567890")).toBe(1.2345678901234568e29);
    expect(Object.is(ratio("-0"), -0)).toBe(true);
    expect(Object.is(ratio("-0.0e5"), -0)).toBe(true);
    expect(ratio("5e-324")).toBe(5e-324);
    expect(ratio("1e-999")).toBe(0);
  });

  test("past the range of their type are refused", () => {
    for (const bad of ["1e309", "-1.8e308", '"1e309"', `1${"0".repeat(309)}`])
      expect(() => ratio(bad), bad).toThrow("out of range");
    for (const bad of ["3.5e38", "-3.5e38", "1e300", '"3.5e38"'])
      expect(() => weight(bad), bad).toThrow("out of range");
    expect(weight("3.4028234663852886e38")).toBe(3.4028234663852886e38);
    expect(weight("0.1")).toBe(Math.fround(0.1));
  });

  test("that are none come as strings only", () => {
    expect([ratio('"NaN"'), ratio('"Infinity"'), ratio('"-Infinity"')]).toEqual([
      Number.NaN,
      Infinity,
      -Infinity,
    ]);
    expect(weight('"-Infinity"')).toBe(-Infinity);
    for (const bad of [
      "NaN",
      "Infinity",
      "-Infinity",
      '"nan"',
      '"inf"',
      '"-NaN"',
      '"+Infinity"',
      '"Infinity "',
      '"Nope"',
      '"I"',
    ]) {
      expect(() => ratio(bad), bad).toThrow(JsonError);
    }
  });
});
