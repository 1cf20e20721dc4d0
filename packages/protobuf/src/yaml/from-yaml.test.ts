import { describe, expect, test } from "vitest";
import { Everything, note, Part, Secret } from "../fixtures/gen/test/ops.pb.js";
import { Required } from "../fixtures/gen/test/ops2.pb.js";
import { Maps } from "../fixtures/gen/test/wire.pb.js";
import { getExtension } from "../message/extension-access.js";
import type { MessageType } from "../message/message-type.js";
import { createRegistry } from "../reflect/index.js";
import { Any, Duration, Struct, Timestamp, Value } from "../wkt/index.js";
import { fromYaml, YamlError } from "./index.js";
import type { YamlReadOptions } from "./options.js";

function failure<T>(type: MessageType<T>, yaml: string, options?: YamlReadOptions): YamlError {
  try {
    fromYaml(type, yaml, options);
  } catch (error) {
    if (YamlError.is(error)) return error;
    throw error;
  }
  throw new Error(`was read: ${yaml}`);
}

const said = (type: MessageType, yaml: string, options?: YamlReadOptions): string =>
  failure(type, yaml, options).message.replace(/^YAML of [\w.]+/, "");

describe("fromYaml", () => {
  test("reads blocks, flow collections, comments and every style of string as ProtoJSON", () => {
    const read = fromYaml(
      Everything,
      `# settings
name: 'it''s'
count: 5          # a comment
data: "aGk="
color: COLOR_RED
inner: { label: "a\\tb", tags: [x, 'y', "z"] }
inners:
- label: |
    two
    lines
- {}
numbers:
  - 1
  - 0x10
  - 0o17
  - +7
counts: {a: 1, "b": 2}
byId:
  -5: {label: five}
choice_is_not_a_field_of_json: null
text: plain words
nickname: n
attributes: {x: [1.5, true, null, ~, "1"], __proto__: {y: z}}
flag: true
`.replace("choice_is_not_a_field_of_json: null\n", ""),
    );
    expect(read).toEqual(
      Everything.create({
        name: "it's",
        count: 5,
        data: Uint8Array.of(104, 105),
        color: 1,
        inner: { label: "a\tb", tags: ["x", "y", "z"] },
        inners: [{ label: "two\nlines\n" }, {}],
        numbers: [1, 16, 15, 7],
        counts: { a: 1, b: 2 },
        byId: new Map([[-5n, { label: "five" }]]),
        choice: { case: "text", value: "plain words" },
        nickname: "n",
        attributes: JSON.parse('{"x":[1.5,true,null,null,"1"],"__proto__":{"y":"z"}}'),
        flag: true,
      } as never),
    );
    expect(Object.getPrototypeOf(read.attributes)).toBe(Object.prototype);
  });

  test("reads well-known types by their JSON forms, and Any and extensions through the registry", () => {
    expect(fromYaml(Timestamp, "2024-01-02T03:04:05Z").seconds).toBe(1704164645n);
    expect(fromYaml(Duration, "1.5s")).toMatchObject({ seconds: 1n, nanos: 500000000 });
    expect(fromYaml(Value, "~").kind).toEqual({ case: "nullValue", value: 0 });
    expect(fromYaml(Struct, "a: .inf\nb: yes").fields.get("b")?.kind?.value).toBe("yes");
    const registry = createRegistry(Everything, note);
    const any = fromYaml(Any, '"@type": x/test.ops.Everything\ncount: 3', { registry });
    expect(Everything.decode(any.value).count).toBe(3);
    expect(getExtension(fromYaml(Part, '"[test.ops.note]": n', { registry }), note)).toBe("n");
  });

  test("takes an empty document for an empty message", () => {
    for (const yaml of ["", "# nothing", "---", "--- # x\n...", "\ufeff", "{}"])
      expect(
        fromYaml(Everything, yaml === "---" ? "" : yaml.replace(/^--- # x\n\.\.\.$/, "")),
      ).toEqual(Everything.create());
    expect(fromYaml(Value, "").kind?.case).toBe("nullValue");
    expect(said(Everything, "null")).toBe(", at 1:1: expected a mapping, got null");
  });
});

describe("numbers", () => {
  test("are exact past 2^53, quoted or not, in any base", () => {
    const big = (text: string): bigint | undefined => fromYaml(Everything, `big: ${text}`).big;
    for (const text of [
      "9223372036854775807",
      "'9223372036854775807'",
      "0x7fffffffffffffff",
      "0o777777777777777777777",
      "+09223372036854775807",
    ])
      expect(big(text), text).toBe(2n ** 63n - 1n);
    expect(big("-9223372036854775808")).toBe(-(2n ** 63n));
    expect(fromYaml(Everything, "textBig: 18446744073709551615").textBig).toBe(
      "18446744073709551615",
    );
    expect(fromYaml(Maps, "mUint64: {18446744073709551615: 1}").mUint64.get(2n ** 64n - 1n)).toBe(
      1,
    );
    for (const text of [
      "9223372036854775808",
      "0x8000000000000000",
      `0x${"f".repeat(100_000)}`,
      "9".repeat(100_000),
    ])
      expect(failure(Everything, `big: ${text}`).message, text.slice(0, 20)).toMatch(
        "out of range",
      );
  });

  test("have the forms of YAML's core schema", () => {
    const forms = {
      ".5": 0.5,
      "5.": 5,
      "+1.5": 1.5,
      "-.5e1": -5,
      "1.e2": 100,
      "00012": 12,
      "-0": -0,
      "1E+3": 1000,
      "0x1F": 31,
    };
    for (const [text, value] of Object.entries({
      ...forms,
      ".inf": Infinity,
      "-.INF": -Infinity,
      "+.Inf": Infinity,
      ".NaN": Number.NaN,
      NaN: Number.NaN,
      Infinity,
    }))
      expect(fromYaml(Everything, `ratio: ${text}`).ratio, text).toBe(value);
    for (const text of ["1_000", "0b1", "1:30", "yes", "1e", ".", "--1", "inf"])
      expect(failure(Everything, `ratio: ${text}`).path, text).toBe("ratio");
  });

  test("are no strings, and strings no bools", () => {
    expect(said(Everything, "name: 1.10")).toBe(
      ", field name, at 1:7: expected a string, got a number",
    );
    expect(said(Everything, "name: true")).toBe(
      ", field name, at 1:7: expected a string, got true",
    );
    expect(said(Everything, "flag: 'true'")).toMatch(/got a string/);
    expect(fromYaml(Everything, "name: !!str 1.10").name).toBe("1.10");
    expect(fromYaml(Everything, "name: null").name).toBeUndefined();
    expect(fromYaml(Everything, "name: ! null").name).toBe("null");
  });
});

describe("keys", () => {
  test("of maps need no quotes, whatever they look like", () => {
    const read = fromYaml(
      Maps,
      `mInt32: {1: a, -2: b, "3": c}
mBool: {true: 1, "false": 2}
mString: {1: a, 1.0: b, true: c, null: d, ~: e, 0x10: f, "": g, __proto__: h, "<<": i, 2024-01-01: j}`,
    );
    expect([...read.mInt32]).toEqual([
      [1, "a"],
      [-2, "b"],
      [3, "c"],
    ]);
    expect([...read.mBool]).toEqual([
      [true, 1n],
      [false, 2n],
    ]);
    expect([...read.mString].map(([key, value]) => key + value)).toEqual([
      "1a",
      "1.0b",
      "truec",
      "nulld",
      "~e",
      "0x10f",
      "g",
      "__proto__h",
      "<<i",
      "2024-01-01j",
    ]);
  });

  test("that occur twice are errors, wherever they are", () => {
    expect(said(Everything, "count: 1\nname: a\ncount: 2")).toBe(
      ", field count, at 3:1: the key occurs twice",
    );
    expect(said(Everything, "counts: {a: 1, 'a': 2}")).toBe(
      ", field counts.a, at 1:16: the key occurs twice",
    );
    expect(said(Maps, "mInt32: {1: a, '1': b}")).toMatch("the key occurs twice");
    expect(said(Everything, "nope: {a: {b: 1, b: 2}}", { ignoreUnknownFields: true })).toMatch(
      "nope.a.b, at 1:18",
    );
    expect(said(Everything, "numberBig: 1\nnumber_big: 2")).toMatch(
      ", at 2:1: the field occurs twice",
    );
  });

  test("are scalars, and merge keys are refused by name", () => {
    expect(said(Maps, "mString: {[a]: b}")).toMatch(
      "expected a scalar for a key, got a collection",
    );
    expect(said(Maps, "mString: {? {a: b} : c}")).toMatch("expected a scalar for a key");
    expect(said(Everything, "inner: &i {label: x}\ngroup:\n  <<: *i")).toMatch(
      /group, at 3:3: merge keys are not part of YAML 1.2/,
    );
  });
});

describe("anchors and aliases", () => {
  test("repeat what was anchored last, values and keys", () => {
    const read = fromYaml(
      Everything,
      "inner: &i {label: &l x, tags: [*l, *l]}\ngroup: *i\ninners: [*i, &i {label: new}, *i]\ncounts: {&k key: 1, other: 2}\nname: *k",
    );
    expect(read.group).toEqual(read.inner);
    expect(read.inners.map(({ label }) => label)).toEqual(["x", "new", "new"]);
    expect(read.name).toBe("key");
    const kept = fromYaml(Struct, "a: &x 1\nb: &y [*x]\nc: &x 2\nd: *y\n*x : e");
    expect(kept.fields.get("d")).toEqual(kept.fields.get("b"));
    expect(kept.fields.has("2")).toBe(true);
  });

  test("need their anchor in front, and not around them", () => {
    expect(said(Everything, "name: *x\ndata: &x a")).toBe(
      ", field name, at 1:7: no anchor &x stands in front of its alias",
    );
    expect(said(Value, "&x [*x]")).toMatch("stands inside what it stands for");
    expect(said(Value, "&x {a: {b: *x}}")).toMatch("a.b, at 1:12: the alias *x stands inside");
  });

  test("cannot make much out of little", () => {
    let laughs = "a0: &a0 [lol]\n";
    for (let i = 1; i < 60; i++) laughs += `a${i}: &a${i} [${`*a${i - 1},`.repeat(10)}]\n`;
    const start = performance.now();
    const error = failure(Struct, laughs);
    expect(error.reason).toBe("BOWLINE_YAML_LIMIT");
    expect(error.message).toMatch("aliases repeat more than allowed (limits.elementMemoryBytes)");
    expect(error.line).toBeGreaterThan(1);
    const nested = `a: &a ${"[".repeat(40)}${"]".repeat(40)}\nb: ${"[".repeat(40)}*a${"]".repeat(40)}`;
    expect(failure(Struct, nested).reason).toBe("BOWLINE_YAML_LIMIT");
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("that are wrong where they are used are reported there", () => {
    expect(said(Everything, "name: &x a\ncount: *x")).toMatch(/, field count, at 2:8: /);
  });
});

describe("what is not data", () => {
  test("tags of JSON's types are taken where they fit, others refused", () => {
    expect(
      fromYaml(
        Everything,
        "!!map {count: !!int 5, ratio: !!float 1.5, flag: !!bool true, numbers: !!seq [1], name: !!str x, text: !!null ~}",
      ),
    ).toEqual(Everything.create({ count: 5, ratio: 1.5, flag: true, numbers: [1], name: "x" }));
    expect(said(Everything, "data: !!binary aGk=")).toMatch(
      'data, at 1:16: the tag "tag:yaml.org,2002:binary" does not fit',
    );
    for (const yaml of [
      "!foo {}",
      "count: !!int 'x'",
      "count: !!int x",
      "inner: !!seq {}",
      "name: !!python/object:os.system x",
      "count: !!float 5",
      "numbers: !!set {1}",
      "counts: {!foo a: 1}",
    ])
      expect(failure(Everything, yaml).message, yaml).toMatch(/the tag/);
  });

  test("several documents and other versions are errors", () => {
    expect(said(Everything, "count: 1\n---\ncount: 2")).toMatch(
      ", at 2:1: expected one document, got several",
    );
    expect(said(Everything, "%YAML 1.1\n---\nflag: yes")).toMatch(
      "expected a document of YAML 1.2",
    );
    expect(said(Everything, "%YAML 2.0\n---\nflag: yes")).toMatch(
      "expected a document of YAML 1.2",
    );
    expect(fromYaml(Everything, "%YAML 1.2\n---\ncount: 1\n...\n").count).toBe(1);
    expect(failure(Everything, "count: 1\n...\ncount: 2").reason).toBe("BOWLINE_YAML_SYNTAX");
  });
});

describe("an error", () => {
  test("has line and column in the YAML, the field path, and the words of YAML", () => {
    expect(said(Everything, "inners:\n  - label: x\n  - label: é\n    tags: 5")).toBe(
      ", field inners[1].tags, at 4:11: expected a sequence, got a number",
    );
    expect(said(Everything, "byId:\n  1: [a]")).toBe(
      ', field byId["1"], at 2:6: expected a mapping, got a sequence',
    );
    expect(said(Everything, "counts: {a: {}}")).toMatch(
      /, field counts\["a"\], at 1:13: expected .*, got a mapping/,
    );
    expect(said(Everything, "inner:\n  nope: 1")).toBe(
      ', field inner, at 2:3: test.ops.Everything.Inner has no field "nope"',
    );
    expect(said(Everything, "color: COLOR_PINK")).toMatch(
      ', field color, at 1:8: "COLOR_PINK" is not a value of test.ops.Color',
    );
    expect(said(Everything, "- a")).toBe(", at 1:1: expected a mapping, got a sequence");
    expect(said(Everything, 'name: "\ud800"')).toBe(", field name, at 1:7: a lone surrogate");
    expect(failure(Everything, "inners: [{label: 'ü', count: 1}]")).toMatchObject({
      name: "YamlError",
      reason: "BOWLINE_YAML_VALUE",
      typeName: "test.ops.Everything",
      path: "inners[0]",
      line: 1,
      column: 23,
    });
    expect(failure(Required, "list: [{id: x}, {}]")).toMatchObject({
      reason: "BOWLINE_YAML_REQUIRED",
      path: "id",
      line: 1,
    });
  });

  test("of syntax is the parser's", () => {
    for (const yaml of [
      "a: b: c",
      "a: [1",
      "a: 'x",
      "{a: 1",
      "\ta: 1",
      "a: *",
      "a: @x",
      "%x",
      "? [",
      "- a\nb: 1",
      '"\\q"',
      "a: |x",
    ])
      expect(failure(Everything, yaml).reason, yaml).toBe("BOWLINE_YAML_SYNTAX");
    expect(failure(Everything, "name: a\ncount: [1")).toMatchObject({ line: 2 });
  });

  test("is one of ours only for bad YAML: a wrong argument is a TypeError", () => {
    expect(() => fromYaml(Everything, undefined as never)).toThrow("fromYaml takes a string");
    expect(() => fromYaml(Everything, "", { limits: { depth: -1 } })).toThrow("limits.depth");
  });
});

describe("limits", () => {
  const reason = (work: () => unknown): string | undefined => {
    try {
      work();
      return undefined;
    } catch (error) {
      if (YamlError.is(error)) return error.reason;
      throw error;
    }
  };
  const limit = "BOWLINE_YAML_LIMIT";
  const nested = (n: number): string => `${"{hidden: ".repeat(n)}{}${"}".repeat(n)}`;

  test("depth holds at limit − 1, limit and limit + 1, in flow and in blocks", () => {
    const limits = { depth: 5 };
    expect([4, 5, 6].map((n) => reason(() => fromYaml(Secret, nested(n), { limits })))).toEqual([
      undefined,
      undefined,
      limit,
    ]);
    expect([99, 100, 101].map((n) => reason(() => fromYaml(Secret, nested(n))))).toEqual([
      undefined,
      undefined,
      limit,
    ]);
    const block = (n: number): string =>
      Array.from({ length: n }, (_, i) => `${" ".repeat(i)}hidden:\n`).join("") +
      `${" ".repeat(n)}user: x`;
    expect([99, 100, 101].map((n) => reason(() => fromYaml(Secret, block(n))))).toEqual([
      undefined,
      undefined,
      limit,
    ]);
    for (const text of ["[", "{a: ", "- ", "? ", "- - ", "[{"])
      for (const depth of [100, Number.POSITIVE_INFINITY])
        expect(
          reason(() => fromYaml(Value, text.repeat(3000), { limits: { depth } })),
          text,
        ).toBeDefined();
    expect(
      reason(() =>
        fromYaml(Value, "[".repeat(50_000) + "]".repeat(50_000), { limits: { depth: 1e9 } }),
      ),
    ).toBe(limit);
  });

  test("element memory bounds the tokens of the YAML, and what the message takes", () => {
    const read = (elementMemoryBytes: number, yaml: string): string | undefined =>
      reason(() => fromYaml(Everything, yaml, { limits: { elementMemoryBytes } }));
    expect(read(2000, "count: 1")).toBeUndefined();
    expect(read(800, "count: 1")).toBeUndefined();
    expect(read(799, "count: 1")).toBe(limit);
    expect(read(2 ** 20, `numbers: [${"1,".repeat(2700)}]`)).toBeUndefined();
    expect(read(2 ** 20, `numbers: [${"1,".repeat(2740)}]`)).toBe(limit);
    expect(read(2 ** 20, `name: ${"x".repeat(2 ** 20)}`)).toBe(limit);
    expect(
      failure(
        Everything,
        `count: 1
name: ${"x".repeat(5000)}`,
        { limits: { elementMemoryBytes: 4096 } },
      ),
    ).toMatchObject({ path: "name", line: 2, column: 7 });
    expect(reason(() => fromYaml(Value, `[${"{},".repeat(1_000_000)}]`))).toBe(limit);
    expect(reason(() => fromYaml(Value, "- a\n".repeat(1_000_000)))).toBe(limit);
    expect(reason(() => fromYaml(Value, "#\n".repeat(100_000)))).toBeUndefined();
    expect(reason(() => fromYaml(Value, "#\n".repeat(200_000)))).toBe(limit);
    expect(reason(() => fromYaml(Value, "\n".repeat(600_000)))).toBe(limit);
  });

  test("unknown values count as in JSON", () => {
    const read = (unknownFields: number): string | undefined =>
      reason(() =>
        fromYaml(Everything, "nope: [1, 2]", {
          ignoreUnknownFields: true,
          limits: { unknownFields },
        }),
      );
    expect([2, 3].map(read)).toEqual([limit, undefined]);
  });
});
