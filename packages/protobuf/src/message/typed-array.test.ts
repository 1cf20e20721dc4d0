import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { DecodeError, EncodeError } from "../errors.js";
import {
  Arrays,
  type ArraysInit,
  Expanded,
  Plain,
  samples,
} from "../fixtures/gen/test/typed.pb.js";
import { type Random, random, randomInit } from "../fixtures/random.js";
import { fromJsonString, toJsonString } from "../json/index.js";
import { fieldOptions } from "../options/index.js";
import { getOption } from "../reflect/index.js";
import { clone } from "./clone.js";
import { encodeChunks } from "./encode-chunks.js";
import { equals } from "./equals.js";
import { getExtension, hasExtension, setExtension } from "./extension-access.js";
import { merge } from "./merge.js";
import { clear, isSet } from "./presence.js";

const kinds = {
  doubles: Float64Array,
  floats: Float32Array,
  int32s: Int32Array,
  sint32s: Int32Array,
  sfixed32s: Int32Array,
  uint32s: Uint32Array,
  fixed32s: Uint32Array,
  int64s: BigInt64Array,
  sint64s: BigInt64Array,
  sfixed64s: BigInt64Array,
  uint64s: BigUint64Array,
  fixed64s: BigUint64Array,
} as const;
type Name = keyof typeof kinds;
const names = Object.keys(kinds) as Name[];

/** Lists of every field, some of them longer than what is read aside. */
function lists(r: Random, most: number): Record<string, unknown> {
  const init: Record<string, unknown> = {};
  while (Object.keys(init).length < 6) Object.assign(init, randomInit(r, Plain.desc, 0));
  for (const name of names) {
    const list = (init[name] ?? []) as unknown[];
    if (list.length > 0) init[name] = Array.from({ length: r(most) }, () => list[r(list.length)]);
  }
  return init;
}

/** The same numbers as plain lists. */
function plainOf(message: Arrays): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, [...message[name]]]));
}

describe("fields with (bowline.field).typed_array", () => {
  it("are typed arrays of their kind, empty ones by default", () => {
    const message = Arrays.create();
    for (const name of names) {
      expect(message[name], name).toBeInstanceOf(kinds[name]);
      expect(message[name].length).toBe(0);
      expect(Arrays.desc.fieldByLocalName(name)!.typedArray!.name).toBe(kinds[name].name);
    }
    expect(message.plain).toEqual([]);
    const doubles: Float64Array = message.doubles;
    const wide: BigUint64Array = message.fixed64s;
    expect([doubles.length, wide.length]).toEqual([0, 0]);
    expect(Arrays.encode(message)).toHaveLength(0);
  });

  it("are read and written as the lists are, whatever their lengths", () => {
    const r = random(21);
    for (let round = 0; round < 120; round++) {
      const init = lists(r, round % 40 === 0 ? 36_000 : 60);
      const bytes = Plain.encode(init);
      const message = Arrays.decode(bytes);
      const wanted = Plain.decode(bytes);
      for (const name of names) {
        expect(message[name]).toBeInstanceOf(kinds[name]);
        expect([...message[name]], `${round} ${name}`).toEqual(wanted[name]);
      }
      expect(Buffer.compare(Arrays.encode(message), bytes), `${round}`).toBe(0);
      expect(Buffer.compare(Arrays.encode(init as ArraysInit), bytes), `${round}`).toBe(0);
      expect(Buffer.compare(Buffer.concat(encodeChunks(Arrays, message)), bytes)).toBe(0);
      // what somebody put in their place is written if it fits
      const tampered = Object.assign(Arrays.decode(bytes), plainOf(message));
      expect(Buffer.compare(Arrays.encode(tampered), bytes)).toBe(0);
    }
  });

  it("are read from any number of pieces, packed or not, at any place of the input", () => {
    const r = random(22);
    for (let round = 0; round < 200; round++) {
      const pieces = Array.from({ length: r(8) + 1 }, () => {
        const init = lists(r, 9);
        return r(2) === 0
          ? Plain.encode(init)
          : Expanded.encode({ doubles: init.doubles as [], sint32s: init.sint32s as [] });
      });
      const bytes = Buffer.concat([Buffer.alloc(round % 8), ...pieces]).subarray(round % 8);
      const message = Arrays.decode(bytes);
      const wanted = Plain.decode(bytes);
      for (const name of names) expect([...message[name]], name).toEqual(wanted[name]);
      const expanded = Expanded.decode(Arrays.encode(message), { keepUnknownFields: false });
      expect(expanded.doubles).toBeInstanceOf(Float64Array);
      expect([...expanded.doubles]).toEqual(wanted.doubles);
      expect(Expanded.decode(Expanded.encode(expanded))).toEqual(expanded);
    }
  });

  it("refuse the bytes that lists refuse", () => {
    const r = random(23);
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from(Plain.encode(lists(r, 5)));
      const end = r(bytes.length + 1);
      const cut = r(3) === 0 ? bytes.subarray(0, end) : bytes;
      if (cut.length > 0) cut[r(cut.length)] = r(256);
      let wanted: Plain | undefined;
      try {
        wanted = Plain.decode(cut);
      } catch {}
      let got: Arrays | undefined;
      try {
        got = Arrays.decode(cut);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
      expect(got === undefined).toBe(wanted === undefined);
      if (got === undefined || wanted === undefined) refused++;
      else expect(plainOf(got)).toEqual(plainOf(Object.assign(Arrays.create(), wanted)));
    }
    expect(refused).toBeGreaterThan(200);
    expect(() => Arrays.decode(Uint8Array.of(10, 3, 0, 0, 0))).toThrow(
      "field doubles, at byte 2: a packed list of 8-byte values has 3 bytes",
    );
    expect(() => Arrays.decode(Uint8Array.of(26, 2, 1, 255))).toThrow("field int32s");
  });

  it("share no memory with the input", () => {
    const bytes = Buffer.from(Arrays.encode({ doubles: [1, 2, 3], int32s: [1, 2], int64s: [5n] }));
    const message = Arrays.decode(bytes);
    bytes.fill(255);
    expect(plainOf(message)).toMatchObject({ doubles: [1, 2, 3], int32s: [1, 2], int64s: [5n] });
  });

  it("take time in proportion to the input, however small the pieces are", () => {
    const one = (n: number): Uint8Array => {
      const bytes = new Uint8Array(n * 10);
      for (let i = 0; i < n; i++) bytes.set([10, 8, 0, 0, 0, 0, 0, 0, 240, 63], i * 10);
      return bytes;
    };
    const input = one(300_000);
    const message = Arrays.decode(input);
    expect(message.doubles).toHaveLength(300_000);
    expect(message.doubles.every((x) => x === 1)).toBe(true);
    expect(message.doubles.buffer.byteLength).toBeLessThanOrEqual(300_000 * 16);
    const unpacked = Expanded.decode(
      Expanded.encode({ sint32s: Array.from({ length: 300_000 }, (_, i) => i) }),
    );
    expect(unpacked.sint32s[299_999]).toBe(299_999);
  }, 20_000);

  it("count towards limits.elementMemoryBytes with their bytes and 192", () => {
    const base = 64 + 12 * 64 + 8 + 64;
    const cases: [ArraysInit, number][] = [
      [{ doubles: [1, 2, 3] }, 24],
      [{ floats: [1, 2, 3] }, 12],
      [{ uint32s: [1, 2000, 3e9] }, 12],
      [{ sint64s: [1n, -(2n ** 63n)] }, 16],
    ];
    for (const [init, size] of cases) {
      const bytes = Arrays.encode(init);
      const limit = base + size + 192;
      expect(Arrays.decode(bytes, { limits: { elementMemoryBytes: limit } })).toBeDefined();
      const low = { limits: { elementMemoryBytes: limit - 1 } };
      expect(() => Arrays.decode(bytes, low)).toThrow("limits.elementMemoryBytes");
    }
  });

  it("are made from any iterable of numbers, and taken over where they are of their kind", () => {
    const mine = Float64Array.of(1, 2);
    const message = Arrays.create({
      doubles: mine,
      floats: mine,
      int32s: new Set([5, 6]),
      uint64s: (function* () {
        yield 7n;
      })(),
      plain: [0.5],
    });
    expect(message.doubles).toBe(mine);
    expect(message.floats).toEqual(Float32Array.of(1, 2));
    expect(message.int32s).toEqual(Int32Array.of(5, 6));
    expect(message.uint64s).toEqual(BigUint64Array.of(7n));
    expect(Arrays.encode({ int32s: new Set([5, 6]) })).toEqual(Arrays.encode({ int32s: [5, 6] }));
  });

  it("refuse what their elements cannot hold, by its path", () => {
    const refusal = (init: unknown): string => {
      try {
        Arrays.encode(init as ArraysInit);
      } catch (error) {
        expect(error).toBeInstanceOf(EncodeError);
        return (error as Error).message;
      }
      throw new Error("encoded");
    };
    expect(refusal({ int32s: [1, 2 ** 31] })).toContain("field int32s[1]: 2147483648 is out of");
    expect(refusal({ uint32s: Int32Array.of(1, -1) })).toContain("field uint32s[1]: -1 is out of");
    expect(refusal({ floats: [1e300] })).toContain("field floats[0]");
    expect(refusal({ int64s: [1] })).toContain("field int64s[0]: expected a bigint");
    expect(refusal({ doubles: "12" })).toContain("field doubles: expected an array");
    expect(refusal({ doubles: 7 })).toContain("field doubles: expected an array");
    const tampered = Object.assign(Arrays.create(), { inner: { int32s: [0.5] } });
    expect(refusal(tampered)).toContain("field inner.int32s[0]: 0.5 is not an integer");
    expect(() => Arrays.create({ doubles: null } as never)).toThrow("field doubles");
  });

  it("are cloned, compared, merged, asked for and cleared", () => {
    const message = Arrays.create({ doubles: [1, Number.NaN, -0], int64s: [5n], inner: {} });
    const copy = clone(Arrays, message);
    expect(copy.doubles).toBeInstanceOf(Float64Array);
    expect(copy.doubles.buffer).not.toBe(message.doubles.buffer);
    expect(equals(Arrays, copy, message)).toBe(true);
    expect(equals(Arrays, { doubles: [1, Number.NaN, -0], int64s: [5n], inner: {} }, message)).toBe(
      true,
    );
    copy.doubles[2] = 0;
    expect(equals(Arrays, copy, message)).toBe(false);
    const kept = message.doubles;
    merge(Arrays, message, { doubles: [9], floats: [0.5] });
    expect(message.doubles).toEqual(Float64Array.of(1, Number.NaN, -0, 9));
    expect(kept).toEqual(Float64Array.of(1, Number.NaN, -0));
    expect(message.floats).toEqual(Float32Array.of(0.5));
    const fromLiteral = clone(Arrays, { sint32s: [1], inner: { sint32s: [2] } });
    expect(fromLiteral.sint32s).toEqual(Int32Array.of(1));
    expect(fromLiteral.inner!.sint32s).toEqual(Int32Array.of(2));
    expect(isSet(Arrays, message, "doubles")).toBe(true);
    clear(Arrays, message, "doubles");
    expect(message.doubles).toEqual(new Float64Array(0));
    expect(isSet(Arrays, message, "doubles")).toBe(false);
    expect(Arrays.encode({ ...message })).toEqual(Arrays.encode(message));
  });

  it("look like lists in JSON and in the log form", () => {
    const r = random(24);
    for (let round = 0; round < 50; round++) {
      const init = lists(r, 6);
      const text = toJsonString(Plain, init);
      const message = fromJsonString(Arrays, text);
      for (const name of names) expect(message[name]).toBeInstanceOf(kinds[name]);
      expect(equals(Arrays, message, init as ArraysInit)).toBe(true);
      expect(toJsonString(Arrays, message)).toBe(text);
      expect(JSON.stringify(message)).toBe(
        JSON.stringify(Plain.create(init as never), (_, x: unknown) =>
          Array.isArray(x) ? x.map((item) => (Object.is(item, -0) ? 0 : item)) : x,
        ),
      );
    }
    expect(inspect(Arrays.create({ int32s: [1, 2], int64s: [3n] }))).toContain("int32s: [ 1, 2 ]");
    expect(fromJsonString(Arrays, '{"doubles":null}').doubles).toEqual(new Float64Array(0));
    expect(() => fromJsonString(Arrays, '{"int32s":[1,2.5]}')).toThrow("int32s[1]");
  });

  it("can be extensions", () => {
    const message = Arrays.create();
    expect(getExtension(message, samples)).toEqual(new Float32Array(0));
    expect(hasExtension(message, samples)).toBe(false);
    setExtension(message, samples, Float32Array.of(0.5, 1.5));
    const back: Float32Array = getExtension(Arrays.decode(Arrays.encode(message)), samples);
    expect(back).toEqual(Float32Array.of(0.5, 1.5));
    expect(hasExtension(message, samples)).toBe(true);
  });

  it("say so in their options", () => {
    const desc = Arrays.desc.fieldByLocalName("doubles")!;
    expect(getOption(desc, fieldOptions)?.typedArray).toBe(true);
    expect(getOption(Arrays.desc.fieldByLocalName("plain")!, fieldOptions)).toBeUndefined();
  });

  it("leave without a copy where they are large", () => {
    const doubles = new Float64Array(1000).fill(0.5);
    const int32s = new Int32Array(5000).fill(7);
    const chunks = encodeChunks(Arrays, { doubles, int32s });
    expect(chunks).toHaveLength(3);
    expect(chunks[1]!.buffer).toBe(doubles.buffer);
  });
});
