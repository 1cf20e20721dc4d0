import { describe, expect, test } from "vitest";
import { Everything, Part, Secret } from "../fixtures/gen/test/ops.pb.js";
import { Tree } from "../fixtures/gen/test/wire.pb.js";
import type { MessageType } from "../message/message-type.js";
import { setUnknownFields } from "../message/unknown-fields.js";
import { createRegistry } from "../reflect/index.js";
import { Any, Struct } from "../wkt/index.js";
import { fromText, TextError, toText } from "./index.js";

function reason(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (TextError.is(error)) return error.reason;
    throw error;
  }
}

const limit = "BOWLINE_TEXT_LIMIT";
const nested = (depth: number, open: string, close = "}"): string =>
  open.repeat(depth) + close.repeat(depth);

describe("depth", () => {
  const secret = (depth: number): string => nested(depth, "hidden{");

  test("100 levels of messages by default, as in binary", () => {
    const deepest = fromText(Secret, secret(100));
    expect(Secret.decode(Secret.encode(deepest))).toEqual(deepest);
    expect(fromText(Secret, toText(Secret, deepest))).toEqual(deepest);
    expect(reason(() => fromText(Secret, secret(101)))).toBe(limit);
    const deeper = Secret.create({ hidden: deepest });
    expect(reason(() => toText(Secret, deeper))).toBe(limit);
    expect(toText(Secret, deeper, { limits: { depth: 101 } })).toMatch("hidden");
  });

  test("holds at limit − 1, limit and limit + 1", () => {
    const limits = { depth: 5 };
    const read = [4, 5, 6].map((n) => reason(() => fromText(Secret, secret(n), { limits })));
    expect(read).toEqual([undefined, undefined, limit]);
    expect(reason(() => fromText(Secret, "", { limits: { depth: 0 } }))).toBeUndefined();
  });

  test("is one budget over Any, and values that are passed over", () => {
    const registry = createRegistry(Any, Secret);
    const any = (n: number): string => nested(n, "[x/google.protobuf.Any]{");
    expect(reason(() => fromText(Any, any(100), { registry }))).toBeUndefined();
    expect(reason(() => fromText(Any, any(101), { registry }))).toBe(limit);
    const mixed = (n: number): string => `[x/test.ops.Secret]{${secret(n)}}`;
    expect(reason(() => fromText(Any, mixed(99), { registry }))).toBeUndefined();
    expect(reason(() => fromText(Any, mixed(100), { registry }))).toBe(limit);
    const options = { ignoreUnknown: true };
    expect(reason(() => fromText(Secret, nested(100, "nope{"), options))).toBeUndefined();
    expect(reason(() => fromText(Secret, nested(101, "nope{"), options))).toBe(limit);
    expect(reason(() => fromText(Secret, nested(101, "nope[{", "}]"), options))).toBe(limit);
  });

  test("that an Any holds counts when it is written", () => {
    const registry = createRegistry(Any, Secret);
    const value = Secret.encode(fromText(Secret, secret(60)));
    const any = { typeUrl: "x/test.ops.Secret", value };
    expect(reason(() => toText(Any, any, { registry, limits: { depth: 61 } }))).toBeUndefined();
    expect(reason(() => toText(Any, any, { registry, limits: { depth: 60 } }))).toBe(limit);
  });

  test("bounds groups in unknown fields", () => {
    const part = Part.create();
    setUnknownFields(part, [{ bytes: new Uint8Array(600).fill(0x13, 0, 300).fill(0x14, 300) }]);
    expect(reason(() => toText(Part, part, { unknownFields: true }))).toBe(limit);
    expect(
      toText(Part, part, { unknownFields: true, limits: { depth: 300 } }).match(/\{/g),
    ).toHaveLength(300);
  });

  test("any number of levels, brackets or signs is an error, never a crash", () => {
    const n = 1_000_000;
    for (const text of ["hidden{", "hidden<", "others{value{", "nope{", "nope[{", "[", "["])
      expect(
        reason(() => fromText(Secret, text.repeat(n), { ignoreUnknown: true })),
        text,
      ).toBeDefined();
    const limits = { depth: Number.POSITIVE_INFINITY };
    expect(reason(() => fromText(Secret, "hidden{".repeat(n), { limits }))).toBe(limit);
    expect(reason(() => fromText(Secret, "nope{".repeat(n), { limits, ignoreUnknown: true }))).toBe(
      limit,
    );
    const loop = Secret.create({});
    loop.hidden = loop;
    expect(reason(() => toText(Secret, loop))).toBe(limit);
    expect(reason(() => toText(Secret, loop, { limits }))).toBe(limit);
  });

  test("a Struct takes as many levels as its messages, so that binary reads it again", () => {
    const text = (n: number): string => nested(n, 'fields{key:"a" value{struct_value{', "}}}");
    expect(reason(() => fromText(Struct, text(50)))).toBeUndefined();
    expect(Struct.decode(Struct.encode(fromText(Struct, text(50)))).fields.size).toBe(1);
    expect(reason(() => fromText(Struct, text(51)))).toBe(limit);
    expect(reason(() => fromText(Everything, `attributes{${text(49)}}`))).toBeUndefined();
    expect(reason(() => fromText(Everything, `attributes{${text(50)}}`))).toBe(limit);
  });
});

describe("element memory", () => {
  /** The smallest budget under which a text can be read. */
  function need(text: string): number {
    let low = 0;
    let high = 1 << 20;
    while (low < high) {
      const elementMemoryBytes = (low + high) >> 1;
      const why = reason(() => fromText(Everything, text, { limits: { elementMemoryBytes } }));
      if (why === undefined) high = elementMemoryBytes;
      else low = elementMemoryBytes + 1;
    }
    const limits = { elementMemoryBytes: low - 1 };
    expect(reason(() => fromText(Everything, text, { limits }))).toBe(limit);
    return low;
  }

  test("is counted by the documented formula, as in JSON", () => {
    const empty = need("");
    expect(empty).toBe(64 + 14 * 8 + 48 + 3 * 64 + 2 * 192);
    const cost = (text: string): number => need(text) - empty;
    expect(cost("numbers: [1,2,3]")).toBe(3 * 8);
    expect(cost('name: "abc"')).toBe(24 + 3);
    expect(cost('name: "é" "b"')).toBe(24 + 3);
    expect(cost("big: 1")).toBe(24);
    expect(cost("data: '\\001\\002\\003'")).toBe(112 + 3);
    expect(cost("counts {key: 'a'} counts {key: 'b' value: 2}")).toBe(2 * (64 + 24 + 1));
    expect(cost("inners [{}, {}]")).toBe(2 * (64 + 3 * 8 + 64));
    expect(cost(`name: "${"x".repeat(1000)}"`)).toBe(24 + 1000);
    expect(cost('nickname { value: "abc" }')).toBe(24 + 3);
  });

  test("32 MiB by default: 4 MB of empty messages or numbers do not get through", () => {
    for (const text of [
      `inners [${"{},".repeat(1_400_000)}{}]`,
      "inners{}".repeat(500_000),
      `numbers [${"1,".repeat(5_000_000)}1]`.replace(" ", ":"),
      `by_id [${"{},".repeat(1_400_000)}{}]`,
    ])
      expect(
        reason(() => fromText(Everything, text)),
        text.slice(0, 20),
      ).toBe(limit);
  });

  test("does not count what is passed over, but bounds how much that may be", () => {
    const options = { ignoreUnknown: true };
    const text = `nope: [${"'x',".repeat(10_000)}1]`;
    const limits = { elementMemoryBytes: 1000 };
    expect(reason(() => fromText(Everything, text, { ...options, limits }))).toBeUndefined();
    const read = (unknownFields: number): string | undefined =>
      reason(() =>
        fromText(Everything, "nope: [1,2] no { a: 1 }", { ...options, limits: { unknownFields } }),
      );
    expect([3, 4, 5].map(read)).toEqual([limit, undefined, undefined]);
  });
});

describe("hostile sizes", () => {
  const long = 1_000_000;
  const quick = (work: () => unknown): string | undefined => {
    const start = performance.now();
    const why = reason(work);
    expect(performance.now() - start).toBeLessThan(5000);
    return why;
  };

  test("of tokens take time in proportion", () => {
    for (const text of [
      "a".repeat(long),
      `count: ${"1".repeat(long)}`,
      `ratio: ${"1".repeat(long)}x`,
      `ratio: 1.${"1".repeat(long)}e`,
      `big: 0x${"1".repeat(long)}`,
      `[${"a.".repeat(long)}`,
      `[${"a.".repeat(long)}]`,
      `[${"a/".repeat(long)}]`,
      `[${"%20".repeat(long)}/a.]`,
      `name: ${'""'.repeat(long)}`.slice(0, -1),
      `name: "${"\\377".repeat(long)}"`,
      `data: "${"\\x".repeat(long)}"`,
      `${"#\n".repeat(long)}x`,
      " ".repeat(long),
      "-".repeat(long),
    ])
      quick(() => fromText(Everything, text));
    expect(quick(() => fromText(Everything, `ratio: ${"1".repeat(long)}`))).toBeUndefined();
    expect(fromText(Tree, `data: "${"\\377".repeat(long)}"`).data).toHaveLength(long);
  });

  test("cut text of any length is an error or a message, never a crash", () => {
    const text = toText(Everything, {
      name: "é\n",
      ratio: 1.5e-7,
      big: 1n,
      data: new Uint8Array(5),
      color: 1,
      inners: [{ label: "x" }],
      counts: { a: 1 },
      attributes: { a: [true, null, "x"] },
      flag: true,
    });
    for (let n = 0; n < text.length; n++) reason(() => fromText(Everything, text.slice(0, n)));
    expect(reason(() => fromText(Everything, text))).toBeUndefined();
  });

  test("an error about an Any does not repeat a type name of any length", () => {
    const text = `[a/${"b".repeat(100_000)}] {}`;
    const types: MessageType[] = [Any, Tree];
    for (const type of types) {
      const work = (): unknown => fromText(type, text);
      expect(reason(work)).toBe("BOWLINE_TEXT_VALUE");
      expect(work).toThrow(/^.{1,500}$/);
    }
  });
});
