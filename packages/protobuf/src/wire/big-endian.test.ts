import { describe, expect, it, vi } from "vitest";

vi.mock("./endian.js", () => ({ littleEndian: false }));

// what is fixed-width only: varints are put together in memory, in the order of the machine
const { cursor } = await import("./cursor.js");
const read = await import("./read-typed.js");
const { begin, output } = await import("./output.js");
const write = await import("./write-typed.js");

describe("typed arrays of fixed width on a machine of the other byte order", () => {
  it("are read value by value, from any place", () => {
    cursor.memory = 10_000;
    const bytes = new Uint8Array(40);
    const view = new DataView(bytes.buffer);
    view.setFloat64(3, 1.5, true);
    view.setFloat64(11, -0.25, true);
    expect(read.typedDouble(bytes, 3, 19, new Float64Array(0))).toEqual(
      Float64Array.of(1.5, -0.25),
    );
    expect(read.typedDouble(bytes, 11, 19, Float64Array.of(7))).toEqual(Float64Array.of(7, -0.25));
    view.setUint32(5, 4_000_000_000, true);
    expect(read.typedFixed32(bytes, 5, 9, new Uint32Array(0))).toEqual(Uint32Array.of(4e9));
    expect(read.typedSfixed32(bytes, 5, 9, new Int32Array(0))).toEqual(
      Int32Array.of(4e9 - 2 ** 32),
    );
    view.setBigInt64(9, -5n, true);
    expect(read.typedSfixed64(bytes, 9, 17, new BigInt64Array(0))).toEqual(BigInt64Array.of(-5n));
    expect(read.typedFixed64(bytes, 9, 17, new BigUint64Array(0))).toEqual(
      BigUint64Array.of(2n ** 64n - 5n),
    );
    view.setFloat32(1, 0.5, true);
    expect(read.typedFloat(bytes, 1, 5, new Float32Array(0))).toEqual(Float32Array.of(0.5));
  });

  it("are written value by value", () => {
    const p = begin(10);
    const end = write.typedDouble(p, Float64Array.of(1.5, -0.25));
    const bytes = output.buffer.slice(p, end);
    expect(bytes[0]).toBe(16);
    const view = new DataView(bytes.buffer);
    expect([view.getFloat64(1, true), view.getFloat64(9, true)]).toEqual([1.5, -0.25]);
  });
});
