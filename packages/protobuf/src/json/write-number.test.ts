import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { writeDouble, writeInt32, writeInteger, writeUint64 } from "./write-number.js";

const buffer = new Uint8Array(64);
const text = (end: number): string => new TextDecoder().decode(buffer.subarray(0, end));
const double = (v: number): string => text(writeDouble(buffer, 0, v, false));
const float = (v: number): string => text(writeDouble(buffer, 0, v, true));

describe("numbers as text", () => {
  test("doubles read back as the same number and are as short as String makes them", () => {
    const anyDouble = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: 1e-6, max: 1e10, noNaN: true }),
      fc.tuple(fc.integer(), fc.integer({ min: 0, max: 12 })).map(([n, k]) => n / 10 ** k),
      fc.integer({ min: -40, max: 40 }).map((n) => 2 ** n),
    );
    fc.assert(
      fc.property(anyDouble, (v) => {
        expect(Object.is(Number(double(v)), v)).toBe(true);
        expect(JSON.parse(double(v))).toBe(v);
        expect(double(v).length).toBeLessThanOrEqual(String(v).length + (Object.is(v, -0) ? 1 : 1));
      }),
      { numRuns: 5000 },
    );
  });

  test("doubles at the edges of the fast way", () => {
    const edges = [
      0.1,
      0.3,
      1e-5,
      9.999999999999999e-6,
      1e9,
      999999999.9999999,
      99999999.99999999,
      0.00001000000000000001,
      1 / 3,
      4.35,
      2 ** -10,
      1e21,
      5e-324,
      Number.MAX_VALUE,
      4294967296.5,
    ];
    for (const v of edges) {
      expect(double(v)).toBe(String(v));
      expect(double(-v)).toBe(String(-v));
    }
    expect(double(-0)).toBe("-0");
    expect(double(0)).toBe("0");
  });

  test("floats read back as the same float, in few digits", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (v) => {
        expect(Object.is(Math.fround(Number(float(v))), v)).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect([float(0.1), float(Math.fround(3.14)), float(16777216), float(123456.789)]).toEqual([
      "0.1",
      "3.14",
      "16777216",
      "123456.79",
    ]);
  });

  test("integers are exact", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.integer({ min: 0, max: 63 }),
        (wide, shift) => {
          const v = wide >> BigInt(shift);
          expect(text(writeUint64(buffer, 0, Number(v >> 32n), Number(v & 0xffffffffn)))).toBe(
            String(v),
          );
          expect(text(writeInteger(buffer, 0, Number(v & 0xffffffffn)))).toBe(
            String(v & 0xffffffffn),
          );
          const small = Number(BigInt.asIntN(32, v));
          expect(text(writeInt32(buffer, 0, small))).toBe(String(small));
        },
      ),
      { numRuns: 2000 },
    );
    expect(text(writeInt32(buffer, 0, -2147483648))).toBe("-2147483648");
  });
});
