import { describe, expect, it } from "vitest";
import { Everything } from "../fixtures/gen/test/ops.pb.js";
import { Lists, Maps, Nothing, Scalars, Tree } from "../fixtures/gen/test/wire.pb.js";
import { random } from "../fixtures/random.js";
import { encode, tag, varint } from "../fixtures/reference.js";

function delimited(number: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([
    Buffer.from(tag(number, 2)),
    Buffer.from(varint(BigInt(body.length))),
    body,
  ]);
}

/** Equal, said without printing megabytes. */
function same(got: Uint8Array, wanted: Uint8Array, label: string): void {
  if (Buffer.compare(got, wanted) !== 0)
    throw new Error(`${label}: ${got.length} bytes, not the ${wanted.length} that were wanted`);
}

describe("results", () => {
  it("of every size around the blocks are right, and stay so while others are made", () => {
    const kept: { bytes: Uint8Array; copy: Uint8Array }[] = [];
    const sizes: number[] = [];
    for (let size = 0; size <= 70_000; size += 127) sizes.push(size);
    for (const near of [1024, 4096, 8192, 16_384, 32_768, 65_536])
      for (let d = -40; d <= 40; d++) sizes.push(near + d);
    const r = random(1);
    sizes.sort(() => r(3) - 1);
    for (const size of sizes) {
      const data = new Uint8Array(size).fill(r(255) + 1);
      const bytes = Tree.encode({ data, value: size + 1, left: { note: "x" } });
      const wanted = Buffer.concat([
        Buffer.from([10, 3, 98, 1, 120, ...tag(9, 0), ...varint(BigInt(size + 1))]),
        size === 0 ? Buffer.alloc(0) : delimited(10, data),
      ]);
      same(bytes, wanted, `${size}`);
      kept.push({ bytes, copy: Uint8Array.from(bytes) });
    }
    for (const { bytes, copy } of kept) same(bytes, copy, "kept");
  });

  it("share memory only with other results, and never a byte of it", () => {
    const r = random(2);
    const taken = new Map<ArrayBufferLike, Uint8Array>();
    for (let n = 0; n < 3000; n++) {
      const bytes = Tree.encode({ note: "n".repeat(r(n % 50 === 0 ? 9000 : 300)), value: n });
      const marks = taken.get(bytes.buffer) ?? new Uint8Array(bytes.buffer.byteLength);
      taken.set(bytes.buffer, marks);
      for (let i = bytes.byteOffset; i < bytes.byteOffset + bytes.length; i++)
        if (marks[i]!++ > 0) throw new Error(`byte ${i} is in two results`);
    }
    expect(taken.size).toBeLessThan(500);
  });

  it("of nothing are empty", () => {
    expect(Tree.encode({})).toEqual(new Uint8Array(0));
    expect(Nothing.encode(Nothing.create())).toEqual(new Uint8Array(0));
  });
});

describe("a length that needs more bytes than were reserved", () => {
  it("does not lose the last byte where unknown fields end with the buffer", () => {
    const unknown = Uint8Array.from([
      ...tag(99, 2),
      ...varint(900n),
      ...new Array<number>(900).fill(1),
    ]);
    const last = Tree.decode(unknown);
    for (let size = 65_536 - unknown.length - 60; size < 65_536 - unknown.length + 60; size++) {
      const data = new Uint8Array(size);
      // the small one in between lets the next length be expected to take one byte
      const wanted = [
        delimited(2, delimited(10, data)),
        Buffer.from([18, 2, ...tag(9, 0), 1]),
        delimited(2, unknown),
      ];
      same(
        Tree.encode({ children: [{ data }, { value: 1 }, last] }),
        Buffer.concat(wanted),
        `${size}`,
      );
    }
  });

  const edges = [
    126, 127, 128, 129, 1022, 1023, 1024, 1025, 1026, 16_382, 16_383, 16_384, 16_385, 2_097_150,
    2_097_151, 2_097_152,
  ];

  it("is right at every edge, whatever was reserved by what came before", () => {
    for (const size of [...edges, ...edges.slice().reverse(), 1, 20_000, 1, 127]) {
      // the body of `left`: a tag, a length and data
      const data = new Uint8Array(Math.max(0, size - 1 - varint(BigInt(size)).length)).fill(3);
      const left = data.length === 0 ? Buffer.alloc(0) : delimited(10, data);
      same(Tree.encode({ left: { data } }), delimited(1, left), `left ${size}`);
      const entry = Buffer.concat([Buffer.from([10, 1, 107]), delimited(2, left)]);
      same(Tree.encode({ named: { k: { data } } }), delimited(3, entry), `entry ${size}`);
      same(
        Tree.encode({ boxedBytes: data }),
        delimited(15, data.length === 0 ? data : delimited(1, data)),
        `boxed ${size}`,
      );
      same(
        Tree.encode({ children: [{ data }, { left: { data } }, {}] }),
        Buffer.concat([delimited(2, left), delimited(2, delimited(1, left)), Buffer.from([18, 0])]),
        `list ${size}`,
      );
      const group = Buffer.concat([
        Buffer.from(tag(7, 3)),
        delimited(1, left),
        Buffer.from(tag(7, 4)),
      ]);
      same(Tree.encode({ group: { left: { data } } }), group, `group ${size}`);
      const numbers = new Array<number>(Math.min(size, 20_000)).fill(1);
      numbers[0] = 300;
      const packed = delimited(11, Buffer.from([...varint(300n), ...numbers.slice(1)]));
      same(Tree.encode({ left: { numbers } }), delimited(1, packed), `packed ${size}`);
    }
  });

  it("is right where many levels and neighbours are off at once", () => {
    const r = random(3);
    for (let round = 0; round < 150; round++) {
      const grow = (depth: number): object => ({
        ...(depth > 0 && { left: grow(depth - 1) }),
        ...(depth > 0 &&
          r(3) === 0 && { children: Array.from({ length: r(3) }, () => grow(r(depth))) }),
        ...(r(4) === 0 && { named: { a: depth > 0 ? grow(r(depth)) : {}, b: {} } }),
        ...(r(4) === 0 && {
          chosen: undefined,
          choice: { case: "chosen" as const, value: { data: new Uint8Array(r(3000)) } },
        }),
        ...(r(3) === 0 && { data: new Uint8Array(edges[r(12)]! - r(12)) }),
        ...(r(4) === 0 && { numbers: Array.from({ length: r(1200) }, () => r(2) * 300) }),
        ...(r(4) === 0 && { group: { data: new Uint8Array(r(1500)) } }),
        ...(r(4) === 0 && { attributes: { key: "s".repeat(r(2000)) } }),
        note: "n".repeat(r(300)),
      });
      const tree = grow(r(8)) as { chosen?: unknown };
      // biome-ignore lint/suspicious/noExplicitAny: a literal of unknown depth.
      const strip = (node: any): object => {
        delete node.chosen;
        for (const child of [
          node.left,
          ...(node.children ?? []),
          ...Object.values(node.named ?? {}),
        ])
          if (child) strip(child);
        return node;
      };
      const message = Tree.create(strip(tree));
      const bytes = Tree.encode(message);
      same(bytes, Buffer.from(encode(Tree.desc, message as never)), `round ${round}`);
      same(Tree.encode(Tree.decode(bytes)), bytes, `round ${round}, again`);
    }
  });

  it("is right at 3 MiB under 99 levels", () => {
    let message = Tree.create({ data: new Uint8Array(3 << 20).fill(9) });
    let wanted: Uint8Array = delimited(10, message.data);
    for (let level = 0; level < 99; level++) {
      message = Tree.create({ left: message });
      wanted = delimited(1, wanted);
    }
    same(Tree.encode(message), wanted, "deep");
    same(Tree.encode(Tree.decode(wanted)), wanted, "again");
  });
});

describe("an encode within an encode", () => {
  it("leaves the outer one as it is, in a getter, an iterator and when it fails", () => {
    const inner = Everything.create({ name: "inner", inners: [{ label: "y".repeat(200) }] });
    const wantedInner = Uint8Array.from(Everything.encode(inner));
    const results: Uint8Array[] = [];
    const busy = (): number => {
      results.push(Everything.encode(inner));
      expect(() => Everything.encode({ count: "x" as never })).toThrow("field count");
      results.push(Everything.encode({ counts: { a: 1 } as never, name: "from a literal" }));
      return 7;
    };
    class Counting extends Map<string, number> {
      override *[Symbol.iterator](): MapIterator<[string, number]> {
        yield ["k", busy()];
      }
    }
    const outer = Everything.create({ name: "outer", inners: [{ label: "z".repeat(300) }] });
    Object.defineProperty(outer, "count", { get: busy, enumerable: true });
    outer.counts = new Counting([["k", 7]]);
    const bytes = Everything.encode(outer);
    expect(results.length).toBe(4);
    same(
      bytes,
      Everything.encode({
        name: "outer",
        count: 7,
        counts: { k: 7 },
        inners: [{ label: "z".repeat(300) }],
      }),
      "outer",
    );
    same(results[0]!, wantedInner, "inner");
    same(results[2]!, wantedInner, "inner again");
    expect(Everything.decode(results[1]!)).toEqual(
      Everything.create({ counts: { a: 1 }, name: "from a literal" }),
    );
  });

  it("has options of its own", () => {
    const map = { b: 1, a: 2 };
    const outer = Everything.create({ counts: map });
    Object.defineProperty(outer, "name", {
      get: () => String(Everything.encode({ counts: map }, { deterministic: false }).length),
      enumerable: true,
    });
    expect([
      ...Everything.decode(Everything.encode(outer, { deterministic: true })).counts.keys(),
    ]).toEqual(["a", "b"]);
  });
});

describe("deterministic maps", () => {
  it("are sorted by key: numbers by value, strings by their UTF-8 bytes, false before true", () => {
    const keys = [
      "",
      "a",
      "aa",
      "b",
      "é",
      "\ud7ff",
      "\ue000",
      "\uffff",
      "\u{10000}",
      "\u{10ffff}",
      "z\u{1f600}",
      "z\uff01",
    ];
    const r = random(4);
    const shuffled = <T>(list: readonly T[]): T[] => [...list].sort(() => r(3) - 1);
    for (let n = 0; n < 50; n++) {
      const init = {
        mString: new Map(shuffled(keys).map((key) => [key, "v"] as const)),
        mInt32: new Map(shuffled([-5, -1, 0, 2, 10, 100]).map((key) => [key, "v"] as const)),
        mUint64: new Map(shuffled([0n, 2n, 10n, 2n ** 64n - 1n]).map((key) => [key, 1] as const)),
        mSint64: new Map(shuffled([-(2n ** 63n), -1n, 0n, 5n]).map((key) => [key, 0] as const)),
        mBool: new Map(shuffled([true, false]).map((key) => [key, 1n] as const)),
      };
      const back = Maps.decode(Maps.encode(init, { deterministic: true }));
      expect([...back.mString.keys()]).toEqual(
        [...keys].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y))),
      );
      expect([...back.mInt32.keys()]).toEqual([-5, -1, 0, 2, 10, 100]);
      expect([...back.mUint64.keys()]).toEqual([0n, 2n, 10n, 2n ** 64n - 1n]);
      expect([...back.mSint64.keys()]).toEqual([-(2n ** 63n), -1n, 0n, 5n]);
      expect([...back.mBool.keys()]).toEqual([false, true]);
    }
  });
});

describe("numbers", () => {
  it("keep −0 with implicit presence, and leave 0 out", () => {
    expect([...Scalars.encode({ fDouble: -0, fFloat: -0 })]).toEqual([
      9, 0, 0, 0, 0, 0, 0, 0, 128, 21, 0, 0, 0, 128,
    ]);
    expect(Scalars.decode(Scalars.encode({ fDouble: -0 })).fDouble).toBe(-0);
    expect(Scalars.encode({ fDouble: 0, fFloat: 0, fInt32: -0, fInt64: 0n })).toHaveLength(0);
  });

  it("that are not numbers are read whatever their payload says", () => {
    for (const nan of [
      [1, 0, 0, 0, 0, 0, 0xf0, 0x7f],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      [0, 0, 0, 0, 0, 0, 0xf8, 0xff],
    ]) {
      expect(Scalars.decode(Uint8Array.of(9, ...nan)).fDouble).toBeNaN();
      expect(Lists.decode(Uint8Array.of(10, 8, ...nan)).lDouble).toEqual([Number.NaN]);
    }
    expect(Scalars.decode(Uint8Array.of(21, 1, 0, 0x80, 0x7f)).fFloat).toBeNaN();
    expect(
      Scalars.decode(Scalars.encode({ fDouble: Number.NaN, fFloat: Number.NaN })),
    ).toMatchObject({ fDouble: Number.NaN, fFloat: Number.NaN });
  });

  it("are floats up to where a float rounds to infinity, and refused from there on", () => {
    const last = 3.4028235677973362e38;
    expect(Scalars.decode(Scalars.encode({ fFloat: last })).fFloat).toBe(3.4028234663852886e38);
    expect(() => Scalars.encode({ fFloat: 3.4028235677973366e38 })).toThrow(
      "out of the range of float",
    );
    expect(() => Lists.encode({ lFloat: [1, -1e39] })).toThrow(
      "field lFloat[1]: -1e+39 is out of the range of float",
    );
    expect(Scalars.decode(Scalars.encode({ fFloat: Number.NEGATIVE_INFINITY })).fFloat).toBe(
      Number.NEGATIVE_INFINITY,
    );
  });
});
