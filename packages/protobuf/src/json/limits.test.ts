import { describe, expect, test } from "vitest";
import { Everything, Secret } from "../fixtures/gen/test/ops.pb.js";
import { createRegistry } from "../reflect/index.js";
import { Any, Struct, Value } from "../wkt/index.js";
import { fromJsonString, JsonError, toJsonString } from "./index.js";

function reason(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (JsonError.is(error)) return error.reason;
    throw error;
  }
}

const limit = "BOWLINE_JSON_LIMIT";
const nested = (depth: number, open: string, close: string, leaf = ""): string =>
  open.repeat(depth) + leaf + close.repeat(depth);

describe("depth", () => {
  /** A Secret in so many others: `depth` levels below the outermost. */
  const secret = (depth: number): string => nested(depth, '{"hidden":', "}", "{}");

  test("100 levels of messages by default, as in binary", () => {
    expect(reason(() => fromJsonString(Secret, secret(99)))).toBeUndefined();
    const deepest = fromJsonString(Secret, secret(100));
    expect(Secret.decode(Secret.encode(deepest))).toEqual(deepest);
    expect(toJsonString(Secret, deepest)).toBe(secret(100));
    expect(reason(() => fromJsonString(Secret, secret(101)))).toBe(limit);
    const deeper = Secret.create({ hidden: deepest });
    expect(reason(() => toJsonString(Secret, deeper))).toBe(limit);
    expect(toJsonString(Secret, deeper, { limits: { depth: 101 } })).toBe(secret(101));
    expect(
      reason(() => fromJsonString(Secret, secret(101), { limits: { depth: 101 } })),
    ).toBeUndefined();
  });

  test("a smaller limit holds at limit − 1, limit and limit + 1", () => {
    const limits = { depth: 5 };
    expect(
      [4, 5, 6].map((n) => reason(() => fromJsonString(Secret, secret(n), { limits }))),
    ).toEqual([undefined, undefined, limit]);
    expect(reason(() => fromJsonString(Secret, "{}", { limits: { depth: 0 } }))).toBeUndefined();
  });

  test("a Value takes as many levels as its messages, so that binary reads it again", () => {
    const list = (n: number): string => nested(n, "[", "]");
    const deepest = Array.from({ length: 60 }, (_, i) => 60 - i).find(
      (n) => reason(() => fromJsonString(Value, list(n))) === undefined,
    )!;
    expect(deepest).toBe(50);
    expect(Value.decode(Value.encode(fromJsonString(Value, list(deepest)))).kind?.case).toBe(
      "listValue",
    );
    expect(reason(() => fromJsonString(Value, list(51)))).toBe(limit);
    expect(reason(() => fromJsonString(Struct, nested(60, '{"a":', "}", "1")))).toBe(limit);
  });

  test("a Struct that is a plain object is bounded in the same way", () => {
    const text = (n: number): string => `{"attributes":${nested(n, '{"a":', "}", "1")}}`;
    const deepest = Array.from({ length: 101 }, (_, i) => 101 - i).find(
      (n) => reason(() => fromJsonString(Everything, text(n))) === undefined,
    )!;
    expect(deepest).toBeGreaterThan(40);
    const read = fromJsonString(Everything, text(deepest));
    expect(Everything.decode(Everything.encode(read))).toEqual(read);
    expect(toJsonString(Everything, read)).toBe(text(deepest));
    const deeper = Everything.create({ attributes: { a: read.attributes! } });
    expect(reason(() => toJsonString(Everything, deeper))).toBe(limit);
    expect(reason(() => fromJsonString(Everything, text(deepest + 1)))).toBe(limit);
    expect(reason(() => fromJsonString(Everything, text(200_000)))).toBe(limit);
  });

  test("an Any in an Any uses up the same budget", () => {
    const registry = createRegistry(Any, Value);
    const any = (n: number): string =>
      nested(n, '{"@type":"x/google.protobuf.Any","value":', "}", "{}");
    expect(reason(() => fromJsonString(Any, any(20), { registry }))).toBeUndefined();
    expect(reason(() => fromJsonString(Any, any(101), { registry }))).toBe(limit);
    expect(reason(() => fromJsonString(Any, any(100_000), { registry }))).toBe(limit);
    const list = (n: number): string =>
      `{"@type":"x/google.protobuf.Value","value":${nested(n, "[", "]")}}`;
    expect(reason(() => fromJsonString(Any, list(45), { registry }))).toBeUndefined();
    expect(reason(() => fromJsonString(Any, list(51), { registry }))).toBe(limit);
  });

  test("values that are passed over are bounded, too", () => {
    const read = (text: string): unknown =>
      fromJsonString(Secret, `{"nope":${text}}`, { ignoreUnknownFields: true });
    expect(reason(() => read(nested(100, "[", "]")))).toBeUndefined();
    expect(reason(() => read(nested(101, "[", "]")))).toBe(limit);
    expect(reason(() => read(nested(101, '{"a":', "}", "1")))).toBe(limit);
    expect(reason(() => read("[".repeat(1_000_000)))).toBe(limit);
    expect(reason(() => fromJsonString(Secret, '{"hidden":'.repeat(1_000_000)))).toBe(limit);
    expect(reason(() => fromJsonString(Value, "[".repeat(1_000_000)))).toBe(limit);
  });
});

describe("element memory", () => {
  /** The smallest budget under which a text can be read. */
  function need(text: string): number {
    let low = 0;
    let high = 1 << 20;
    while (low < high) {
      const elementMemoryBytes = (low + high) >> 1;
      if (
        reason(() => fromJsonString(Everything, text, { limits: { elementMemoryBytes } })) ===
        undefined
      )
        high = elementMemoryBytes;
      else low = elementMemoryBytes + 1;
    }
    expect(
      reason(() => fromJsonString(Everything, text, { limits: { elementMemoryBytes: low - 1 } })),
    ).toBe(limit);
    return low;
  }

  test("is counted by the documented formula", () => {
    const empty = need("{}");
    // 14 singular members, a oneof, three lists, two maps
    expect(empty).toBe(64 + 14 * 8 + 48 + 3 * 64 + 2 * 192);
    const cost = (text: string): number => need(text) - empty;
    expect(cost('{"numbers":[1,2,3]}')).toBe(3 * 8);
    expect(cost('{"name":"abc"}')).toBe(24 + 3);
    expect(cost('{"big":"1"}')).toBe(24);
    expect(cost('{"data":"AQID"}')).toBe(112 + 3);
    expect(cost('{"counts":{"a":1,"b":2}}')).toBe(2 * (64 + 24 + 1));
    expect(cost('{"inners":[{},{}]}')).toBe(2 * (64 + 3 * 8 + 64));
    expect(cost(`{"name":"${"x".repeat(1000)}"}`)).toBe(24 + 1000);
  });

  test("32 MiB by default: 4 MB of empty messages do not get through", () => {
    const text = `{"inners":[${"{},".repeat(1_400_000)}{}]}`;
    expect(reason(() => fromJsonString(Everything, text))).toBe(limit);
    expect(reason(() => fromJsonString(Value, `[${"[],".repeat(1_000_000)}[]]`))).toBe(limit);
    expect(
      reason(() =>
        fromJsonString(Everything, `{"attributes":{"a":[${"{},".repeat(1_000_000)}{}]}}`),
      ),
    ).toBe(limit);
    expect(
      reason(() => fromJsonString(Everything, `{"numbers":[${"1,".repeat(5_000_000)}1]}`)),
    ).toBe(limit);
  });

  test("does not count what is passed over, but bounds how much that may be", () => {
    const text = `{"nope":[${"[],".repeat(100_000)}[]]}`;
    const options = { ignoreUnknownFields: true };
    expect(
      reason(() =>
        fromJsonString(Everything, text, { ...options, limits: { elementMemoryBytes: 1000 } }),
      ),
    ).toBeUndefined();
    const read = (unknownFields: number): string | undefined =>
      reason(() =>
        fromJsonString(Everything, '{"nope":[1,2]}', { ...options, limits: { unknownFields } }),
      );
    expect([2, 3, 4].map(read)).toEqual([limit, undefined, undefined]);
  });
});

describe("hostile sizes", () => {
  test("@type at the end of every one of many nested Any does not take long", () => {
    const registry = createRegistry(Any, Value);
    const leaf = `{"value":"${"x".repeat(1 << 20)}","@type":"x/google.protobuf.Value"}`;
    const text = nested(40, '{"value":', ',"@type":"x/google.protobuf.Any"}', leaf);
    const start = performance.now();
    expect(
      reason(() =>
        fromJsonString(Any, text, { registry, limits: { elementMemoryBytes: 2 ** 30 } }),
      ),
    ).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("cut text of any length is an error, never a crash", () => {
    const text = toJsonString(Everything, {
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
    for (let n = 0; n < text.length; n++)
      expect(
        reason(() => fromJsonString(Everything, text.slice(0, n))),
        text.slice(0, n),
      ).toBeDefined();
    expect(reason(() => fromJsonString(Everything, text))).toBeUndefined();
  });
});

describe("a limit", () => {
  test("that is not a number from 0 on is refused, and undefined is the default", () => {
    for (const name of ["depth", "unknownFields", "elementMemoryBytes"] as const) {
      for (const value of [Number.NaN, -1, "100", null]) {
        const options = { limits: { [name]: value } as never };
        expect(() => fromJsonString(Everything, "{}", options)).toThrow(
          `limits.${name} has to be a number from 0 to Infinity`,
        );
        expect(() => toJsonString(Everything, {}, options)).toThrow(TypeError);
      }
    }
    const text = `${'{"inner":{"parent":'.repeat(60)}{}${"}}".repeat(60)}`;
    expect(
      reason(() => fromJsonString(Everything, text, { limits: { depth: undefined as never } })),
    ).toBe(limit);
    expect(toJsonString(Everything, fromJsonString(Everything, '{"name":"as ever"}'))).toBe(
      '{"name":"as ever"}',
    );
  });
});
