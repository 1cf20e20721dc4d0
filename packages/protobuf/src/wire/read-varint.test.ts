import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import { Maps, Nothing, Scalars } from "../fixtures/gen/test/wire.pb.js";
import { tag, varint } from "../fixtures/reference.js";
import { cursor } from "./cursor.js";
import { bool, int32, int64, sint32, sint64, uint64, varint64 } from "./read-varint.js";

/** A varint of `length` bytes, padded with zero bits. */
function padded(value: bigint, length: number): number[] {
  const bytes = varint(value);
  while (bytes.length < length) {
    bytes[bytes.length - 1]! |= 128;
    bytes.push(0);
  }
  return bytes;
}

/** The bytes in front of `behind` more bytes, which are 0xff so that reading on would be noticed. */
function buffer(bytes: readonly number[], behind: number): Uint8Array {
  return Uint8Array.from([...bytes, ...new Array<number>(behind).fill(0xff)]);
}

const malformed = expect.objectContaining({ limit: false });

describe("a varint", () => {
  const values = Array.from({ length: 64 }, (_, n) => 1n << BigInt(n)).flatMap((v) => [
    v - 1n,
    v,
    (v * 0x9e3779b97f4a7c15n) & (2n ** 64n - 1n),
  ]);

  it("of 1 to 10 bytes is read at every distance from the end of the buffer", () => {
    for (const value of values) {
      for (let length = varint(value).length; length <= 10; length++) {
        const bytes = padded(value, length);
        for (const behind of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20]) {
          const b = buffer(bytes, behind);
          expect(uint64(b, 0, length)).toBe(value);
          expect(cursor.p).toBe(length);
          expect(int64(b, 0, length)).toBe(BigInt.asIntN(64, value));
          expect(sint64(b, 0, length)).toBe((value >> 1n) ^ -(value & 1n));
          expect(int32(b, 0, length)).toBe(Number(BigInt.asIntN(32, value)));
          const low = BigInt.asUintN(32, value);
          expect(sint32(b, 0, length)).toBe(Number((low >> 1n) ^ -(low & 1n)));
          expect(bool(b, 0, length)).toBe(value !== 0n);
          expect(cursor.p).toBe(length);
        }
      }
    }
  });

  it("that the buffer cuts is truncated, after each of its bytes", () => {
    for (let length = 1; length <= 10; length++) {
      const bytes = padded(1n, length).slice(0, length - 1);
      expect(() => uint64(Uint8Array.from(bytes), 0, bytes.length), `${length}`).toThrow(malformed);
      expect(() => int32(Uint8Array.from(bytes), 0, bytes.length)).toThrow(malformed);
    }
  });

  it("with more than 64 bits is refused, whichever bit of the tenth byte it is", () => {
    for (let tenth = 2; tenth < 256; tenth++) {
      for (const behind of [0, 1, 20]) {
        const b = buffer([...new Array<number>(9).fill(0x80), tenth], behind);
        expect(() => varint64(b, 1, b[0]!), `${tenth}`).toThrow(
          expect.objectContaining({ detail: expect.stringContaining("more than 64 bits") }),
        );
      }
    }
  });

  it("of eleven bytes is refused, even if it says nothing", () => {
    for (const behind of [0, 1, 20]) {
      const b = buffer([...new Array<number>(10).fill(0x80), 0], behind);
      expect(() => varint64(b, 1, b[0]!)).toThrow(malformed);
    }
  });

  it("that only the following field's bytes would complete is truncated", () => {
    // field 7 of `Maps` is a message, in which a varint field is cut; behind it the outer message goes on
    const entry = [8, 1, 18, 2, ...tag(9, 0), 0x80];
    const bytes = Uint8Array.from([...tag(7, 2), entry.length, ...entry, ...tag(12, 2), 0]);
    expect(() => Maps.decode(bytes)).toThrow(DecodeError);
  });
});

describe("a tag", () => {
  const one = Scalars.encode({ fInt32: 7 });
  const value = [7];

  it("may be padded up to ten bytes", () => {
    for (let length = 1; length <= 10; length++) {
      const bytes = Uint8Array.from([...padded(24n, length), ...value]);
      expect(Scalars.encode(Scalars.decode(bytes))).toEqual(one);
      expect(
        Nothing.encode(Nothing.decode(bytes)),
        "as an unknown field it stays as it came",
      ).toEqual(bytes);
    }
    expect(() => Scalars.decode(Uint8Array.from([...padded(24n, 11), 7]))).toThrow(DecodeError);
  });

  it("of more than 32 bits is refused", () => {
    for (const bits of [32n, 33n, 40n, 62n, 63n]) {
      const bytes = Uint8Array.from([...varint((1n << bits) | 24n), 7]);
      expect(() => Scalars.decode(bytes), `${bits}`).toThrow("larger than 536870911");
    }
  });

  it.each([1, 2, 3, 4, 5, 10])("of field number 0 is refused, in %i bytes", (length) => {
    for (let wire = 0; wire < 8; wire++) {
      const bytes = Uint8Array.from([...padded(BigInt(wire), length), 0, 0, 0, 0, 0, 0, 0, 0]);
      for (const type of [Scalars, Nothing])
        expect(() => type.decode(bytes)).toThrow("field number 0");
    }
  });

  it("of wire type 6 or 7 is refused for every field number", () => {
    for (const number of [1, 15, 16, 2047, 2048, 536_870_910, 536_870_911]) {
      for (const wire of [6, 7]) {
        const bytes = Uint8Array.from([...tag(number, wire), 1, 1, 1, 1, 1, 1, 1, 1]);
        for (const type of [Scalars, Nothing])
          expect(() => type.decode(bytes), `${number} ${wire}`).toThrow(
            `wire type ${wire} does not exist`,
          );
      }
    }
  });

  it("of 0xffffffff does not end a message that is no group", () => {
    const bytes = Uint8Array.from([...tag(3, 0), 7, 0xff, 0xff, 0xff, 0xff, 0x0f, ...tag(3, 0), 8]);
    expect(() => Scalars.decode(bytes)).toThrow("wire type 7 does not exist");
  });

  it("of every size is written and read", () => {
    const numbers = { fInt32: 1, twoBytes: 2, threeBytes: 3, fourBytes: 4, fiveBytes: 5, last: 6 };
    const bytes = Scalars.encode(numbers);
    expect([...bytes]).toEqual(
      [3, 2047, 2048, 262_144, 33_554_432, 536_870_911].flatMap((number, i) => [
        ...tag(number, 0),
        i + 1,
      ]),
    );
    expect(Scalars.decode(bytes)).toMatchObject(numbers);
  });
});

describe("a length", () => {
  it("of 2 GiB and more, or past the end, is refused, whatever its upper bits are", () => {
    const lengths = [
      5n,
      127n,
      128n,
      0x7fff_ffffn,
      0x8000_0000n,
      0xffff_ffffn,
      0x1_0000_0000n,
      0x1_0000_0001n,
      0x100_0000_0001n,
      2n ** 63n,
      2n ** 63n + 1n,
      2n ** 64n - 1n,
    ];
    for (const [type, number] of [
      [Scalars, 14],
      [Scalars, 15],
      [Scalars, 99],
      [Maps, 1],
      [Maps, 7],
    ] as const) {
      for (const length of lengths) {
        const bytes = Uint8Array.from([...tag(number, 2), ...varint(length), 1, 1, 1, 1]);
        expect(() => type.decode(bytes), `${number} ${length}`).toThrow(DecodeError);
      }
    }
  });

  it("may be padded up to ten bytes", () => {
    for (let length = 1; length <= 10; length++) {
      const bytes = Uint8Array.from([...tag(14, 2), ...padded(2n, length), 97, 98]);
      expect(Scalars.decode(bytes).fString).toBe("ab");
    }
  });
});

describe("a fixed-size value", () => {
  it("is truncated by an end in front of each of its bytes", () => {
    for (const [number, wire, size] of [
      [1, 1, 8],
      [2, 5, 4],
      [9, 5, 4],
      [10, 1, 8],
      [11, 5, 4],
      [12, 1, 8],
      [99, 1, 8],
      [99, 5, 4],
    ] as const) {
      for (let n = 0; n < size; n++) {
        const bytes = Uint8Array.from([...tag(number, wire), ...new Array<number>(n).fill(1)]);
        expect(() => Scalars.decode(bytes), `${number}, ${n} of ${size}`).toThrow("truncated");
        // the buffer goes on, the message does not
        const entry = [...tag(1, 5), 1, 0, 0, 0, ...tag(2, 2), bytes.length, ...bytes];
        expect(() =>
          Maps.decode(
            Uint8Array.from([
              ...tag(7, 2),
              entry.length,
              ...entry,
              ...new Array<number>(20).fill(0),
            ]),
          ),
        ).toThrow(DecodeError);
      }
    }
  });
});
