import { describe, expect, test } from "vitest";
import {
  Empty,
  Everything,
  innerExtension,
  innersExtension,
  marks,
  note,
  Part,
  Secret,
} from "../fixtures/gen/test/ops.pb.js";
import {
  Item,
  Item_item,
  Set as MessageSet,
  Other_other,
  Required,
} from "../fixtures/gen/test/ops2.pb.js";
import { Implicit } from "../fixtures/gen/test/ops3.pb.js";
import { Arrays, samples } from "../fixtures/gen/test/typed.pb.js";
import { Closings, Lists, Maps, Scalars, Tree } from "../fixtures/gen/test/wire.pb.js";
import { FileOptions } from "../gen/google/protobuf/descriptor.pb.js";
import { equals } from "../message/equals.js";
import { getExtension } from "../message/extension-access.js";
import type { MessageType } from "../message/message-type.js";
import { createRegistry } from "../reflect/index.js";
import { Any, StringValue, Struct } from "../wkt/index.js";
import { fromText, TextError } from "./index.js";
import type { TextReadOptions } from "./options.js";

function failure<T>(type: MessageType<T>, text: string, options?: TextReadOptions): TextError {
  try {
    fromText(type, text, options);
  } catch (error) {
    if (TextError.is(error)) return error;
    throw error;
  }
  throw new Error(`was read: ${text}`);
}

const refused = (
  type: MessageType,
  texts: readonly string[],
  words: RegExp | string = "",
): void => {
  for (const text of texts) expect(failure(type, text).message, text).toMatch(words);
};

describe("a message", () => {
  test("is read from fields in any order, with any separators, brackets and comments", () => {
    const read = fromText(
      Everything,
      `# a comment
       name: "Ada", count: 5; inner { label: 'x' tags: ["a", "b"], tags: "c"; }
       inners: < label: "y" > inners [{ }, <label: "z">] # another
       numbers: [] numbers: 1 numbers: [2, 3]
       counts { key: "a" value: 1 } counts: [{ value: 2, key: "b" }, {}]
       by_id: { key: -5 value { label: "five" } }
       text: "chosen" color: COLOR_RED flag: t group { label: "g" }`,
    );
    expect(read).toEqual(
      Everything.create({
        name: "Ada",
        count: 5,
        inner: { label: "x", tags: ["a", "b", "c"] },
        inners: [{ label: "y" }, {}, { label: "z" }],
        numbers: [1, 2, 3],
        counts: { a: 1, b: 2, "": 0 },
        byId: new Map([[-5n, { label: "five" }]]),
        choice: { case: "text", value: "chosen" },
        color: 1,
        flag: true,
        group: { label: "g" },
      } as never),
    );
    expect(Everything.is(read)).toBe(true);
  });

  test("is empty in an empty text, and a byte order mark in front is passed over", () => {
    for (const text of ["", " \n\t\v\f\r", "# only\n# comments", "\ufeff"])
      expect(fromText(Everything, text)).toEqual(Everything.create());
    refused(Everything, ["{}", "}", " \ufeff", "\0", "name: 'a'\0"]);
  });

  test("has no separators but one comma or semicolon behind a field", () => {
    refused(Everything, [
      ",",
      "count: 1,,",
      "count: 1;;",
      "count: 1,;",
      "numbers: [1;2]",
      "numbers: [1,]",
    ]);
    refused(Everything, [
      "numbers: [,1]",
      "numbers: [1",
      "numbers: [1 2]",
      "count: [1]",
      "inner: [{}]",
      "inners: [[{}]]",
    ]);
  });

  test("needs a colon in front of a scalar, and none in front of a message", () => {
    refused(Everything, ["count 1", "numbers [1]", "counts { key 'a' }"], '":"');
    expect(fromText(Everything, "inner: {} inners: [{}]").inners).toHaveLength(1);
  });

  test("closes with the bracket that opened it", () => {
    refused(Everything, ["inner { >", "inner < }", "inner {", "inner < {} >", "inner }"]);
  });
});

describe("what is read twice", () => {
  test("is an error for singular fields, even where one has its default or is unset again", () => {
    refused(
      Everything,
      ["count: 0 count: 0", "inner {} inner {}", "flag: false flag: false"],
      "twice",
    );
    refused(Everything, ["counts { key: 'a' key: 'a' }", "counts { value: 1 value: 1 }"], "twice");
  });

  test("is an error for the fields of a oneof", () => {
    refused(Everything, ["text: '' text: ''"], "twice");
    refused(Everything, ["text: 'a' message {}", "boxed {} text: ''"], "oneof");
  });

  test("adds to lists, and replaces map entries with the same key", () => {
    const read = fromText(
      Everything,
      "by_id { key: 1 value { label: 'a' } } by_id { key: 1 value { tags: 'b' } }",
    );
    expect([...read.byId.values()].map(({ label, tags }) => [label, tags])).toEqual([["", ["b"]]]);
  });
});

describe("a number", () => {
  const double = (text: string): number => fromText(Everything, `ratio: ${text}`).ratio;
  const int = (text: string): number => fromText(Everything, `count: ${text}`).count;

  test("of an integer field is decimal, octal or hexadecimal, its sign apart from it if need be", () => {
    expect(
      ["0", "7", "010", "0x1F", "0Xff", "-12", "- 12", "-\n# minus\n12", "-0x80000000", "-0"].map(
        int,
      ),
    ).toEqual([0, 7, 8, 31, 255, -12, -12, -12, -(2 ** 31), 0]);
    refused(
      Everything,
      [
        "08",
        "1.0",
        "1e3",
        ".5",
        "0x",
        "0xg",
        "+1",
        "--1",
        "1_000",
        "10f",
        "0b1",
        "2147483648",
        "-2147483649",
        "''",
        "inf",
        "10count: 1",
      ].map((n) => `count: ${n}`),
    );
  });

  test("of 64 bits is exact, in the representation of its field", () => {
    const read = fromText(
      Everything,
      "big: -9223372036854775808 text_big: 0xffffffffffffffff number_big: 0777",
    );
    expect([read.big, read.textBig, read.numberBig]).toEqual([
      -(2n ** 63n),
      "18446744073709551615",
      511,
    ]);
    expect(fromText(Everything, `big: 0${"0".repeat(1000)}777777777777777777777`).big).toBe(
      2n ** 63n - 1n,
    );
    refused(Everything, [
      "big: 9223372036854775808",
      "text_big: -1",
      "text_big: -0",
      "text_big: 0x10000000000000000",
      "big: 1e3",
    ]);
    refused(Everything, ["number_big: 9007199254740993"], "exactly");
    refused(
      Everything,
      [`big: ${"9".repeat(1_000_000)}`, `big: 0x${"f".repeat(1_000_000)}`],
      "range",
    );
  });

  test("of an unsigned field has no sign", () => {
    expect(fromText(Scalars, "f_uint32: 4294967295 f_fixed64: 1")).toMatchObject({
      fUint32: 2 ** 32 - 1,
      fFixed64: 1n,
    });
    refused(Scalars, ["f_uint32: -1", "f_uint32: 4294967296", "f_fixed32: - 0"]);
  });

  test("of a floating-point field is decimal, with a point, an exponent and an f", () => {
    expect(
      [
        "1",
        "-1.5",
        ".5",
        "5.",
        "1e3",
        "1.E-2",
        "1f",
        "2.5F",
        "1e3f",
        "12345678901234567000",
        "-0",
        "0",
      ].map(double),
    ).toEqual([1, -1.5, 0.5, 5, 1000, 0.01, 1, 2.5, 1000, 12345678901234567000, -0, 0]);
    refused(
      Everything,
      [
        "0x1",
        "010",
        "1e",
        "1.2.3",
        "1ff",
        ".",
        "-",
        "1e+",
        "e1",
        "00.5",
        "'1'",
        "- - 1",
        "1.0inf",
      ].map((n) => `ratio: ${n}`),
    );
  });

  test("past the range of a floating-point field is infinite, and too small a one is zero", () => {
    expect(["1e400", "-1e99999999999999999999", "1e-400", "-1e-400"].map(double)).toEqual([
      Infinity,
      -Infinity,
      0,
      -0,
    ]);
    expect(fromText(Everything, "weight: 1e39").weight).toBe(Infinity);
    expect(fromText(Everything, "weight: 0.1").weight).toBe(Math.fround(0.1));
  });

  test("may be inf, infinity or nan in any case", () => {
    expect(["inf", "-INF", "Infinity", "- iNFiNiTY", "nan", "-NaN"].map(double)).toEqual([
      Infinity,
      -Infinity,
      Infinity,
      -Infinity,
      Number.NaN,
      Number.NaN,
    ]);
    refused(Everything, ["ratio: nane", "ratio: -infinit", "ratio: +inf", "count: inf"]);
  });
});

describe("a bool and an enum", () => {
  test("has a few names, and 0 and 1", () => {
    const read = (text: string): boolean => fromText(Everything, `flag: ${text}`).flag;
    expect(["true", "True", "t", "1", "01", "0x1"].map(read)).toEqual(Array(6).fill(true));
    expect(["false", "False", "f", "0", "00", "0x0"].map(read)).toEqual(Array(6).fill(false));
    refused(
      Everything,
      ["TRUE", "T", "yes", "2", "-1", "-0", "'true'", "1.0", "tr"].map((n) => `flag: ${n}`),
    );
  });

  test("is a name of the schema or a number, which a closed one has to declare", () => {
    const read = fromText(Everything, "color: 7");
    expect(read.color).toBe(7);
    expect(fromText(Closings, "one: -5 packed: [CLOSED_ONE, 2, 0x3]")).toMatchObject({
      one: -5,
      packed: [1, 2, 3],
    });
    refused(Everything, [
      "color: RED",
      "color: color_red",
      "color: 'COLOR_RED'",
      "color: 1.5",
      "color: 2147483648",
    ]);
    refused(
      Closings,
      ["one: 4", "one: CLOSED_FOUR", "packed: [1, 4]"],
      "is not a value of test.wire.Closed",
    );
  });
});

describe("a string", () => {
  const text = (literal: string): string | undefined =>
    fromText(Everything, `name: ${literal}`).name;
  const bytes = (literal: string): number[] => [...fromText(Everything, `data: ${literal}`).data!];

  test("has every escape, in either quotes", () => {
    expect(text(String.raw`"\a\b\f\n\r\t\v\?\\\'\""`)).toBe("\x07\b\f\n\r\t\v?\\'\"");
    expect(text(String.raw`'\a\b\f\n\r\t\v\?\\\'\"'`)).toBe("\x07\b\f\n\r\t\v?\\'\"");
    expect(text(`'"' "'"`)).toBe(`"'`);
    expect(text(String.raw`"\1\12\1234\x4\x41B\u00e9\U0001f600\U0010ffff"`)).toBe(
      "\x01\nS4\x04AB\u00e9\u{1f600}\u{10ffff}",
    );
    expect(bytes(String.raw`"\0\377\xff\u00e9"`)).toEqual([0, 255, 255, 0xc3, 0xa9]);
  });

  test("stands in several literals, between which a character may be split", () => {
    expect(text(`"a" 'b' # c\n "d"`)).toBe("abd");
    expect(text(String.raw`"\342\202" "\254" '\xe2\x82\xac'`)).toBe("€€");
    expect(fromText(Implicit, `text: 'a''b'"c"`).text).toBe("abc");
    expect(bytes(`"" ''`)).toEqual([]);
  });

  test("is UTF-8, and as text well-formed", () => {
    refused(
      Everything,
      [String.raw`"\377"`, String.raw`"\342\202"`, String.raw`"\xed\xa0\x80"`].map(
        (t) => `name: ${t}`,
      ),
      "UTF-8",
    );
    refused(
      Everything,
      [
        '"\ud83d"',
        '"a" "\ud83d" "\ude00"',
        String.raw`"\ud83d\ude00"`,
        String.raw`"\U0000d83d"`,
      ].map((t) => `name: ${t}`),
      "surrogate",
    );
    expect(text('"\u{1f600}\u2028\r"')).toBe("\u{1f600}\u2028\r");
  });

  test("ends before the line does, and knows no other escapes", () => {
    refused(
      Everything,
      ['"', '"a', "'a\"", '"a\nb"', '"\\', '"\0"', '"a\\'].map((t) => `name: ${t}`),
    );
    refused(
      Everything,
      [
        String.raw`"\8"`,
        String.raw`"\x"`,
        String.raw`"\xg"`,
        String.raw`"\400"`,
        String.raw`"\u12"`,
        String.raw`"\U0011ffff0"`,
        String.raw`"\Q"`,
        '"\\\n"',
      ].map((t) => `name: ${t}`),
    );
    refused(Everything, ["name: a", "name: 1", "name: [ 'a' ]", "data: 1", "name:"]);
  });
});

describe("groups", () => {
  test("go by the name of their type, or of the field", () => {
    for (const name of ["Details", "details", "Details:"])
      expect(fromText(Required, `id: '' ${name} { code: 5 }`).details?.code).toBe(5);
    refused(Required, ["id: '' DETAILS {}", "id: '' Next {}"], "no field");
  });

  test("that only an edition delimits go by the name of the field alone", () => {
    expect(fromText(Everything, "group { label: 'x' }").group?.label).toBe("x");
    refused(Everything, ["Group {}", "Inner {}"], "no field");
  });
});

describe("values that are kept in other forms", () => {
  test("wrappers and Struct fields are messages in text", () => {
    const read = fromText(
      Everything,
      `nickname { value: "x" } attributes { fields { key: "a" value { list_value { values { number_value: 1 } values { null_value: NULL_VALUE } } } }
       fields { key: "__proto__" value { string_value: "s" } } } boxed {}`,
    );
    expect(read.nickname).toBe("x");
    expect(read.choice).toEqual({ case: "boxed", value: StringValue.create() });
    expect(Object.entries(read.attributes!)).toEqual([
      ["a", [1, null]],
      ["__proto__", "s"],
    ]);
    expect(Object.getPrototypeOf(read.attributes)).toBe(Object.prototype);
    expect(
      fromText(Struct, 'fields { key: "a" value { bool_value: true } }').fields.get("a")?.kind,
    ).toEqual({ case: "boolValue", value: true });
    expect(fromText(Tree, "boxes { value: 5 } boxed_bytes { value: '\\001' }")).toMatchObject({
      boxes: [{ value: 5n }],
      boxedBytes: Uint8Array.of(1),
    });
  });

  test("maps of each key type, with entries that leave out a key or a value", () => {
    const read = fromText(
      Maps,
      `m_bool { key: true value: 1 } m_bool { value: 2 } m_uint64 { key: 0x10 } m_fixed32 { key: 3 } m_string { key: "__proto__" value: "p" }`,
    );
    expect([...read.mBool]).toEqual([
      [true, 1n],
      [false, 2n],
    ]);
    expect([...read.mUint64]).toEqual([[16n, 0]]);
    expect(Tree.is(read.mFixed32.get(3))).toBe(true);
    expect(read.mString.get("__proto__")).toBe("p");
    refused(Maps, ["m_bool { key: 'true' }", "m_bool { kee: true }", "m_bool: true", "m_bool {"]);
  });

  test("lists of each type", () => {
    const read = fromText(
      Lists,
      "l_double: [1, nan] l_int64: [1, -1] l_text: 5 l_number: 6 l_bool: [t, 0] l_string: ['a', 'b' 'c'] l_enum: [OPEN_ONE, 5]",
    );
    expect(read).toMatchObject({
      lDouble: [1, Number.NaN],
      lInt64: [1n, -1n],
      lText: ["5"],
      lNumber: [6],
      lBool: [true, false],
      lString: ["a", "bc"],
      lEnum: [1, 5],
    });
  });
});

test("lists that are typed arrays are read as such, of fields and of extensions", () => {
  const registry = createRegistry(samples);
  const read = fromText(
    Arrays,
    "int64s: [1, -2] doubles: 0.5 doubles: nan [test.typed.samples]: 1.5 inner { uint32s: 7 } [test.typed.samples]: [2]",
    { registry },
  );
  expect(read.int64s).toEqual(BigInt64Array.of(1n, -2n));
  expect(read.doubles).toEqual(Float64Array.of(0.5, Number.NaN));
  expect(read.inner?.uint32s).toEqual(Uint32Array.of(7));
  expect(getExtension(read, samples)).toEqual(Float32Array.of(1.5, 2));
  refused(Arrays, ["int32s: [1, 2147483648]", "uint64s: -1", "doubles: 'a'"]);
});

describe("names in brackets", () => {
  const registry = createRegistry(
    Everything,
    Any,
    Item,
    Item_item,
    Other_other,
    note,
    marks,
    innerExtension,
    innersExtension,
  );

  test("are extensions that the registry knows", () => {
    const part = fromText(
      Part,
      `name: "p" [test.ops.note]: "n" [ test . ops # x
       .marks ]: [1, 2] [test.ops.marks]: 3 [test.ops.inner_extension] { label: "l" } [test.ops.inners_extension]: [{}, { label: "m" }]`,
      { registry },
    );
    expect(getExtension(part, note)).toBe("n");
    expect(getExtension(part, marks)).toEqual([1, 2, 3]);
    expect(getExtension(part, innerExtension)?.label).toBe("l");
    expect(getExtension(part, innersExtension)).toHaveLength(2);
    expect(equals(Part, part, Part.decode(Part.encode(part)))).toBe(true);
  });

  test("are errors where the registry has no such extension of this message", () => {
    refused(Part, ["[test.ops.note]: 'a'"], "no extension [test.ops.note] in options.registry");
    expect(failure(Everything, "[test.ops.note]: 'a'", { registry }).message).toMatch(
      "no extension",
    );
    expect(failure(Part, "[test.ops.note]: 'a' [test.ops.note]: 'b'", { registry }).path).toBe(
      "[test.ops.note]",
    );
    for (const name of [
      "[]",
      "[a b]",
      "[a..b]",
      "[.a]",
      "[1a]",
      "[a",
      "[a/]",
      "[/a]",
      "[a.b/%1]",
      '[a"b]',
    ])
      expect(failure(Part, `${name}: 1`, { registry, ignoreUnknown: true }).reason, name).toBe(
        "BOWLINE_TEXT_SYNTAX",
      );
  });

  test("are the type of what an Any holds", () => {
    const url = "type.googleapis.com/test.ops.Everything";
    const any = fromText(Any, `[${url}] { name: "x" inner: { label: "y" } }`, { registry });
    expect(any.typeUrl).toBe(url);
    expect(Everything.decode(any.value)).toEqual(
      Everything.create({ name: "x", inner: { label: "y" } }),
    );
    expect(fromText(Any, "[a%20b/c-d / test.ops.Everything]: <>", { registry }).typeUrl).toBe(
      "a%20b/c-d/test.ops.Everything",
    );
    expect(fromText(Any, `type_url: "${url}" value: "\\012\\001x"`).value).toHaveLength(3);
    const nested = fromText(
      Any,
      `[x/google.protobuf.Any] { [x/test.ops.Everything] { count: 1 } }`,
      { registry },
    );
    expect(Everything.decode(Any.decode(nested.value).value).count).toBe(1);
  });

  test("are errors in an Any with another value, in another message, and without the type", () => {
    const any = "[x/test.ops.Everything] {}";
    for (const text of [
      `${any} ${any}`,
      `${any} type_url: ""`,
      `type_url: "" ${any}`,
      `${any} value: ""`,
    ])
      expect(failure(Any, text, { registry }).reason, text).toBe("BOWLINE_TEXT_VALUE");
    expect(failure(Part, any, { registry }).message).toMatch("is not an Any");
    expect(failure(Any, any).message).toMatch("test.ops.Everything is not in options.registry");
    expect(failure(Any, "[x/test.ops.Everything] { count: 'a' }", { registry })).toMatchObject({
      path: "[x/test.ops.Everything].count",
    });
    expect(failure(Any, "[x/test.ops.Everything]: 5", { registry }).message).toMatch(
      'expected "{"',
    );
  });

  test("are the items of a MessageSet, by the extension or by the message that declares it", () => {
    for (const name of ["test.ops2.Item.item", "test.ops2.Item"]) {
      const set = fromText(MessageSet, `[${name}] { text: "x" }`, { registry });
      expect(getExtension(set, Item_item)?.text).toBe("x");
      expect([...MessageSet.encode(set)].slice(0, 4)).toEqual([0x0b, 0x10, 0xe8, 0x07]);
    }
    expect(failure(MessageSet, "[test.ops.Everything] {}", { registry }).message).toMatch(
      "no extension",
    );
  });
});

describe("names that the schema does not have", () => {
  const unknown = `nope: 1 nope: -inf nope: [1, 'a' "b", x] nope { a: 1, b < [x.y/z]: {} 5: 0x1 > } nope: [] nope [{}] [a.b]: 1 [a.b/c] {} 7: "x" 8 { 9: 1 }`;

  test("are errors with the name and the place", () => {
    expect(failure(Everything, "\n  nope: 1")).toMatchObject({
      reason: "BOWLINE_TEXT_VALUE",
      typeName: "test.ops.Everything",
      path: "",
      line: 2,
      column: 3,
      message: 'text of test.ops.Everything, at 2:3: test.ops.Everything has no field "nope"',
    });
    refused(Everything, ["1: 1", "textBig: 5", "Name: ''", "[a/b.c] {}"]);
  });

  test("are passed over with ignoreUnknown, whatever they hold, if it is text format", () => {
    const ignoreUnknown = true;
    const read = fromText(
      Everything,
      `count: 1 ${unknown} inner { ${unknown} label: "x" } counts { key: "a" ${unknown} value: 1 }`,
      { ignoreUnknown },
    );
    expect(read).toEqual(Everything.create({ count: 1, inner: { label: "x" }, counts: { a: 1 } }));
    for (const bad of [
      "nope",
      "nope:",
      "nope 1",
      "nope: [",
      "nope: [1,]",
      "nope: [[1]]",
      "nope { : 1 }",
      "nope {",
      "nope: 'a",
      "nope [1]",
      "nope: -'a'",
      "08: 1",
      "nope: 1x",
    ])
      expect(failure(Everything, bad, { ignoreUnknown }).reason, bad).toBe("BOWLINE_TEXT_SYNTAX");
  });

  test("leave enum fields unset with ignoreUnknown", () => {
    const options = { ignoreUnknown: true };
    expect(
      fromText(
        Closings,
        "one: NEW packed: [CLOSED_ONE, NEW, 4] chosen: NEW named { key: 'a' value: NEW } named { key: 'b' value: CLOSED_TWO } after: 1",
        options,
      ),
    ).toEqual(Closings.create({ packed: [1], named: { b: 2 }, after: 1 } as never));
  });

  test("are passed over where the schema reserves them", () => {
    expect(
      fromText(
        FileOptions,
        "php_generic_services: true java_package: 'x' php_generic_services { a: [1] }",
      ).javaPackage,
    ).toBe("x");
    refused(FileOptions, ["php_generic_service: true", "php_generic_services"]);
  });
});

describe("an error", () => {
  test("says what was expected and what came, where in the text, and in which field", () => {
    const at = (text: string): string =>
      failure(Everything, text).message.replace("text of test.ops.Everything", "");
    expect(at('inners {}\ninners {\n  label: "é"\n  tags: 5 }')).toBe(
      ', field inners[1].tags[0], at 4:9: expected a string, got "5"',
    );
    expect(at("by_id { key: 1 value { label: x } }")).toBe(
      ', field byId["1"].label, at 1:31: expected a string, got "x"',
    );
    expect(at("counts { key: 'a' value: '' }")).toBe(
      `, field counts["a"], at 1:26: expected a number, got "'"`,
    );
    expect(at("count: ")).toBe(", field count, at 1:8: expected a number, got the end of the text");
    expect(at("inner {\r\n  label: '\u{1f600}' nope: 1\r\n}")).toBe(
      ', field inner, at 2:15: test.ops.Everything.Inner has no field "nope"',
    );
    expect(at("message { value: [1] }")).toBe(
      ', field message.value, at 1:18: expected a number, got "["',
    );
    expect(at("numbers: [1, 2, 99999999999]")).toBe(
      ", field numbers[2], at 1:17: the number is out of range",
    );
    expect(at("name: 'a' \u{1f600}")).toBe(
      ', at 1:11: expected a field of test.ops.Everything, got "\u{1f600}"',
    );
  });

  test("names required fields that are missing, unless they may be", () => {
    const error = failure(Required, "next { id: 'x' } list { }");
    expect(error).toMatchObject({ reason: "BOWLINE_TEXT_REQUIRED", path: "id" });
    expect(error.message).toMatch("required and not set: id, list[0].id");
    expect(fromText(Required, "list {}", { allowPartial: true }).list).toHaveLength(1);
    const registry = createRegistry(Required);
    expect(failure(Any, "[x/test.ops2.Required] {}", { registry }).reason).toBe(
      "BOWLINE_TEXT_VALUE",
    );
    expect(
      fromText(Any, "[x/test.ops2.Required] {}", { registry, allowPartial: true }).value,
    ).toHaveLength(0);
  });

  test("is one of ours only for bad text: a wrong argument is a TypeError", () => {
    expect(() => fromText(Empty, undefined as never)).toThrow(TypeError);
    expect(() => fromText(Empty, new Uint8Array() as never)).toThrow("fromText takes a string");
    expect(() => fromText(Empty, "", { limits: { depth: -1 } })).toThrow("limits.depth");
  });
});

test("a name that objects have is a field like any other, or none", () => {
  refused(
    Secret,
    ["__proto__: 1", "constructor {}", "toString: 'a'", "hasOwnProperty: 1"],
    "no field",
  );
  expect(
    fromText(Secret, "others { key: '__proto__' value { user: 'x' } }").others.get("__proto__")
      ?.user,
  ).toBe("x");
});
