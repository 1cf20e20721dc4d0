import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import { Closings, Lists } from "../fixtures/gen/test/wire.pb.js";
import { encode, tag, varint } from "../fixtures/reference.js";

const all = {
  lDouble: [1.5, -0, Number.NaN, Number.POSITIVE_INFINITY],
  lFloat: [0.5, -0, Number.NaN, 2 ** -149],
  lInt32: [
    0,
    1,
    127,
    128,
    16_383,
    16_384,
    2_097_151,
    2_097_152,
    268_435_455,
    268_435_456,
    2 ** 31 - 1,
    -1,
    -(2 ** 31),
  ],
  lInt64: [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n)],
  lUint32: [0, 127, 128, 2 ** 32 - 1, 2 ** 31],
  lUint64: [0n, 2n ** 64n - 1n],
  lSint32: [0, -1, 1, 2 ** 31 - 1, -(2 ** 31)],
  lSint64: [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)],
  lFixed32: [0, 2 ** 32 - 1],
  lFixed64: [0n, 2n ** 64n - 1n],
  lSfixed32: [-1, 2 ** 31 - 1],
  lSfixed64: [-1n, 2n ** 63n - 1n],
  lBool: [true, false],
  lEnum: [0, 1, -1, 77],
  lText: ["0", "-1", "9223372036854775807"],
  lNumber: [0, Number.MAX_SAFE_INTEGER],
};

/** The fields of `desc` in turn, each with what the test has for it. */
const fields = Lists.desc.fields
  .filter(({ packed }) => packed)
  .map((field) => [field.localName, field] as const);

describe.each(fields)("%s", (name, field) => {
  const values = all[name as keyof typeof all] as unknown[];
  const packed = encode(Lists.desc, { [name]: values });
  // an element alone, in the expanded form
  const single = (value: unknown): number[] => {
    const one = encode(Lists.desc, { [name]: [value] });
    const wire = { 1: 1, 6: 1, 16: 1, 2: 5, 7: 5, 15: 5 }[field.type as number] ?? 0;
    return [...tag(field.number, wire), ...one.slice(tag(field.number, 2).length + 1)];
  };
  const listOf = (bytes: readonly number[]): unknown =>
    Lists.decode(Uint8Array.from(bytes))[name as "lInt32"];

  it("is written packed, and read so", () => {
    expect([...Lists.encode({ [name]: values })]).toEqual(packed);
    expect(listOf(packed)).toEqual(values);
  });

  it("is read expanded, and in any mixture of the two", () => {
    expect(listOf(values.flatMap(single))).toEqual(values);
    expect(listOf([...packed, ...values.flatMap(single), ...packed])).toEqual([
      ...values,
      ...values,
      ...values,
    ]);
    expect(
      listOf([...single(values[0]), ...tag(field.number, 2), 0, ...single(values[1])]),
    ).toEqual(values.slice(0, 2));
  });

  it("is refused where an element goes past the end of the list, though bytes follow", () => {
    const head = tag(field.number, 2).length;
    const body = packed.slice(head + 1);
    expect(packed[head]).toBe(body.length);
    for (let n = 0; n < body.length; n++) {
      const bytes = [...packed.slice(0, head), n, ...body.slice(0, n)];
      const rest = [...tag(99, 2), 8, 1, 2, 3, 4, 5, 6, 7, 8];
      for (const whole of [bytes, [...bytes, ...rest]]) {
        let list: unknown;
        try {
          list = listOf(whole);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          expect(error).toMatchObject({ path: name });
          continue;
        }
        expect(values.slice(0, (list as unknown[]).length)).toEqual(list);
      }
    }
  });

  it("with a varint of eleven bytes is refused", () => {
    if (![1, 2, 6, 7, 15, 16].includes(field.type)) {
      const bytes = [...tag(field.number, 2), 12, 1, ...new Array<number>(10).fill(0x80), 0];
      expect(() => listOf(bytes)).toThrow("longer than ten bytes");
    }
  });
});

describe("a list that is declared expanded", () => {
  it("is written so, and read either way", () => {
    const lists = {
      eDouble: [1, 2],
      eInt32: [1, -1],
      eInt64: [1n, -1n],
      eSint32: [1, -1],
      eBool: [true, false],
    };
    const bytes = Lists.encode(lists);
    expect([...bytes]).toEqual(encode(Lists.desc, lists));
    expect(Lists.decode(bytes)).toMatchObject(lists);
    const packed = [...tag(23, 2), 3, 1, ...varint(128n), ...tag(23, 0), 5];
    expect(Lists.decode(Uint8Array.from(packed)).eInt32).toEqual([1, 128, 5]);
  });
});

describe("a packed list of a closed enum", () => {
  it("puts numbers that are not declared with the unknown fields, each as a field of its own", () => {
    const bytes = Uint8Array.from([...tag(2, 2), 15, 1, 9, 2, ...varint(2n ** 64n - 7n), 3, 7]);
    const message = Closings.decode(bytes);
    expect(message.packed).toEqual([1, 2, 3]);
    expect([...Closings.encode(message)]).toEqual([
      ...tag(2, 2),
      3,
      1,
      2,
      3,
      ...tag(2, 0),
      9,
      ...tag(2, 0),
      ...varint(2n ** 64n - 7n),
      ...tag(2, 0),
      7,
    ]);
  });
});

describe("lists that are not packed", () => {
  it("take no packed form: strings and bytes are their elements", () => {
    const message = Lists.decode(Uint8Array.from([...tag(14, 2), 2, 97, 98, ...tag(15, 2), 1, 9]));
    expect(message).toMatchObject({ lString: ["ab"], lBytes: [Uint8Array.of(9)] });
  });
});

describe("typed arrays", () => {
  it("are written as lists are", () => {
    const wanted = Lists.encode({
      lDouble: [1, 2],
      lInt32: [1, 2],
      lUint32: [3],
      lInt64: [1n, -1n],
    });
    const got = Lists.encode({
      lDouble: Float64Array.of(1, 2),
      lInt32: Int32Array.of(1, 2),
      lUint32: Uint8Array.of(3),
      lInt64: BigInt64Array.of(1n, -1n),
    } as never);
    expect(got).toEqual(wanted);
  });

  it("do not include a DataView, which has no elements", () => {
    const message = Lists.create();
    message.lInt32 = new DataView(new ArrayBuffer(8)) as never;
    expect(() => Lists.encode(message)).toThrow("test.wire.Lists, field lInt32: expected an array");
  });
});
