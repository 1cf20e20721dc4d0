import { describe, expect, test } from "vitest";
import {
  Empty,
  Everything,
  innerExtension,
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
import { Maps, Scalars, Tree } from "../fixtures/gen/test/wire.pb.js";
import { equals } from "../message/equals.js";
import { setExtension } from "../message/extension-access.js";
import { setUnknownFields } from "../message/unknown-fields.js";
import { createRegistry } from "../reflect/index.js";
import { Any, anyPack, StringValue } from "../wkt/index.js";
import { fromText, TextError, toText } from "./index.js";

const singleLine = true;

describe("toText", () => {
  test("writes a line a field, in the order of their numbers, and leaves out what has its default", () => {
    const message = Everything.create({
      flag: true,
      name: "",
      count: 0,
      numbers: [1, 0],
      inner: {},
      inners: [{ label: "x", parent: { count: 1 } }],
      counts: { b: 2, a: 0 },
      choice: { case: "text", value: "" },
      nickname: "n",
      attributes: { a: [1, null] },
      group: {},
    });
    expect(toText(Everything, message)).toBe(`name: ""
inner {
}
numbers: 1
numbers: 0
inners {
  label: "x"
  parent {
    count: 1
  }
}
counts {
  key: "a"
  value: 0
}
counts {
  key: "b"
  value: 2
}
text: ""
nickname {
  value: "n"
}
attributes {
  fields {
    key: "a"
    value {
      list_value {
        values {
          number_value: 1
        }
        values {
          null_value: NULL_VALUE
        }
      }
    }
  }
}
group {
}
flag: true
`);
    expect(toText(Empty, {})).toBe("");
  });

  test("writes everything on one line with singleLine, and indents as it is told", () => {
    const message = { name: "a\nb", inner: { tags: ["x"] }, inners: [{}] };
    expect(toText(Everything, message, { singleLine })).toBe(
      String.raw`name: "a\nb" inner { tags: "x" } inners { }`,
    );
    expect(toText(Everything, { inner: { tags: ["x"] } }, { indent: 4 })).toBe(
      'inner {\n    tags: "x"\n}\n',
    );
    expect(toText(Everything, { inner: { tags: ["x"] } }, { indent: 0 })).toBe(
      'inner {\ntags: "x"\n}\n',
    );
    for (const indent of [-1, 11, Number.NaN])
      expect(() => toText(Empty, {}, { indent })).toThrow("options.indent");
  });

  test("takes literals and spread copies, nested ones too", () => {
    const message = Everything.create({ inner: { label: "x" }, count: 1 });
    const copy = { ...message, inners: [{ ...message.inner! }] };
    expect(toText(Everything, copy as never, { singleLine })).toBe(
      'count: 1 inner { label: "x" } inners { label: "x" }',
    );
  });

  test("writes numbers with as few digits as bring them back", () => {
    const floats = [0.1, 1 / 3, 16777216, 2 ** -149, 3.4028234663852886e38, -0, 1e21];
    for (const fFloat of floats.map(Math.fround)) {
      const text = toText(Scalars, { fFloat });
      expect(fromText(Scalars, text).fFloat).toBe(fFloat);
    }
    expect(toText(Scalars, { fFloat: 0.1 })).toBe("f_float: 0.1\n");
    expect(toText(Scalars, { fFloat: Math.fround(1 / 3) })).toBe("f_float: 0.33333334\n");
    expect(toText(Scalars, { fDouble: -0, fFloat: -0 }, { singleLine })).toBe(
      "f_double: -0 f_float: -0",
    );
    const values = [1e21, 5e-324, Number.NaN, Infinity, -Infinity];
    expect(values.map((fDouble) => toText(Scalars, { fDouble }, { singleLine }))).toEqual(
      ["1e+21", "5e-324", "nan", "inf", "-inf"].map((text) => `f_double: ${text}`),
    );
    const wide = { big: -(2n ** 63n), textBig: "18446744073709551615", numberBig: 2 ** 53 - 1 };
    expect(toText(Everything, wide, { singleLine })).toBe(
      "big: -9223372036854775808 text_big: 18446744073709551615 number_big: 9007199254740991",
    );
  });

  test("writes strings as they show, with escapes for what does not, and bytes as ASCII", () => {
    const name = "\"'\\\n\r\t\0\x7f\x80é€\u{1f600}\u2028\u202e\ufeff\u{e0001}";
    const text = toText(Everything, { name, data: Uint8Array.of(0, 34, 65, 127, 255) });
    expect(text).toBe(
      `${String.raw`name: "\"'\\\n\r\t\000\177\u0080é€`}\u{1f600}${String.raw`\u2028\u202e\ufeff\U000e0001"`}\n${String.raw`data: "\000\"A\177\377"`}\n`,
    );
    expect(fromText(Everything, text).name).toBe(name);
  });

  test("names enum values, and writes numbers without a name", () => {
    expect([1, 7, -3].map((color) => toText(Everything, { color }, { singleLine }))).toEqual([
      "color: COLOR_RED",
      "color: 7",
      "color: -3",
    ]);
  });

  test("names groups of proto2 by their type", () => {
    const message = { id: "x", details: { code: 5 } };
    expect(toText(Required, message, { singleLine })).toBe('id: "x" Details { code: 5 }');
  });

  test("writes map entries in the order of their keys, defaults and all", () => {
    const message = {
      mInt32: { 10: "", 9: "b", [-1]: "c" },
      mUint64: new Map([
        [2n ** 63n, 0],
        [3n, 1],
      ]),
      mBool: new Map([
        [true, 0n],
        [false, 1n],
      ]),
      mFixed32: new Map([[1, {}]]),
    };
    expect(toText(Maps, message as never, { singleLine })).toBe(
      'm_int32 { key: -1 value: "c" } m_int32 { key: 9 value: "b" } m_int32 { key: 10 value: "" } ' +
        "m_uint64 { key: 3 value: 1 } m_uint64 { key: 9223372036854775808 value: 0 } m_fixed32 { key: 1 value { } } " +
        "m_bool { key: false value: 1 } m_bool { key: true value: 0 }",
    );
  });

  test("writes a message that lacks required fields", () => {
    expect(toText(Required, Required.decode(new Uint8Array(), { allowPartial: true }))).toBe("");
  });

  test("names the path of a value that a field cannot hold", () => {
    const error = (message: unknown): unknown => {
      try {
        return toText(Everything, message as never);
      } catch (thrown) {
        return thrown;
      }
    };
    const bad = Everything.create({ inners: [{}, {}] });
    (bad.inners[1] as { label: unknown }).label = 5;
    expect(error(bad)).toMatchObject({
      name: "TextError",
      reason: "BOWLINE_TEXT_VALUE",
      path: "inners[1].label",
      line: 0,
      message:
        "text of test.ops.Everything, field inners[1].label: expected a string, got the number 5",
    });
    expect(error({ name: "\ud800" })).toBeInstanceOf(TextError);
    expect(error({ nope: 1 })).toMatchObject({ reason: "BOWLINE_TEXT_VALUE" });
    expect(error(Object.assign(Everything.create(), { choice: { case: "x" } }))).toMatchObject({
      path: "choice",
    });
  });
});

describe("Any", () => {
  const registry = createRegistry(Everything, Any);

  test("is written as what it holds if the registry knows the type, else as its fields", () => {
    const any = anyPack(Everything, { count: 5 });
    expect(toText(Any, any, { registry, singleLine })).toBe(
      "[type.googleapis.com/test.ops.Everything] { count: 5 }",
    );
    expect(toText(Any, any, { singleLine })).toBe(
      String.raw`type_url: "type.googleapis.com/test.ops.Everything" value: "\020\005"`,
    );
    const nested = anyPack(Any, any);
    expect(toText(Any, nested, { registry, singleLine })).toBe(
      "[type.googleapis.com/google.protobuf.Any] { [type.googleapis.com/test.ops.Everything] { count: 5 } }",
    );
    expect(toText(Any, {}, { registry })).toBe("");
  });

  test("is written as its fields if its bytes or its URL are bad", () => {
    const typeUrl = "x/test.ops.Everything";
    const bad = { typeUrl, value: Uint8Array.of(0xff) };
    expect(toText(Any, bad, { registry, singleLine })).toBe(
      String.raw`type_url: "x/test.ops.Everything" value: "\377"`,
    );
    for (const url of ["test.ops.Everything", "a b/test.ops.Everything", "x]/test.ops.Everything"])
      expect(toText(Any, { typeUrl: url }, { registry, singleLine })).toBe(`type_url: "${url}"`);
  });
});

describe("unknown fields", () => {
  const registry = createRegistry(Part, note, marks, innerExtension, Item, Item_item, Other_other);
  const bytes = Everything.encode(
    Everything.create({
      name: "x",
      count: -1,
      ratio: 1,
      weight: 1,
      inner: { label: "y" },
      group: { tags: ["z"] },
    }),
  );

  test("are left out, or written by their numbers with their types as far as they can be guessed", () => {
    const part = Part.decode(bytes);
    expect(toText(Part, part, { singleLine })).toBe('name: "x"');
    const text = toText(Part, part, { singleLine, unknownFields: true });
    expect(text).toBe(
      'name: "x" 2: 18446744073709551615 3: 0x3ff0000000000000 4: 0x3f800000 10 { 1: "y" } 21 { 3: "z" }',
    );
    expect(fromText(Part, text, { ignoreUnknown: true })).toEqual(Part.create({ name: "x" }));
    expect(toText(Part, part, { singleLine, unknownFields: true, redact: true })).toBe('name: "x"');
  });

  test("that could be messages in messages are taken for such to a depth of ten", () => {
    let data = Uint8Array.of(0x0a, 0);
    for (let i = 0; i < 20; i++) data = Uint8Array.of(0x0a, data.length, ...data);
    const part = Part.create();
    setUnknownFields(part, [{ bytes: Uint8Array.of(0x12, data.length, ...data) }]);
    const text = toText(Part, part, { singleLine, unknownFields: true });
    expect(text.match(/\{/g)).toHaveLength(10);
  });

  test("are extensions by their names where the registry knows them", () => {
    const part = Part.create({ name: "p" });
    setExtension(part, note, "n");
    setExtension(part, marks, [1, 2]);
    setExtension(part, innerExtension, { label: "l" } as never);
    const text = toText(Part, part, { registry, singleLine });
    expect(text).toBe(
      'name: "p" [test.ops.note]: "n" [test.ops.marks]: 1 [test.ops.marks]: 2 [test.ops.inner_extension] { label: "l" }',
    );
    expect(equals(Part, fromText(Part, text, { registry }), part)).toBe(true);
    expect(toText(Part, part, { singleLine, unknownFields: true })).toMatch(
      /^name: "p" 100: "n" 101/,
    );
    expect(toText(Part, { ...part }, { registry, singleLine })).toBe(text);
  });

  test("are items of a MessageSet, however it was decoded", () => {
    const set = MessageSet.create();
    setExtension(set, Item_item, Item.create({ text: "x" }));
    setExtension(set, Other_other, { number: 5 } as never);
    const text = '[test.ops2.Item] { text: "x" } [test.ops2.Other] { number: 5 }';
    for (const messageSet of [true, false]) {
      const read = MessageSet.decode(MessageSet.encode(set), { messageSet });
      expect(toText(MessageSet, read, { registry, singleLine })).toBe(text);
    }
    const all = createRegistry(Item, Item_item, Other_other);
    expect(
      toText(MessageSet, fromText(MessageSet, text, { registry: all }), { registry, singleLine }),
    ).toBe(text);
  });
});

describe("redact", () => {
  test("leaves out what is marked, at any depth and in a oneof", () => {
    const secret = {
      user: "u",
      password: "hunter2",
      keys: ["hunter2"],
      headers: { h: "hunter2" },
      credential: { case: "token", value: "hunter2" },
      others: { o: { user: "v", password: "hunter2" } },
      hidden: { user: "hunter2" },
    } as const;
    expect(toText(Secret, secret as never)).toMatch("hunter2");
    expect(toText(Secret, secret as never, { redact: true, singleLine })).toBe(
      'user: "u" others { key: "o" value { user: "v" } }',
    );
    const any = anyPack(Secret, secret as never);
    expect(toText(Any, any, { redact: true, registry: createRegistry(Secret), singleLine })).toBe(
      '[type.googleapis.com/test.ops.Secret] { user: "u" others { key: "o" value { user: "v" } } }',
    );
    expect(toText(Any, any, { redact: true, singleLine })).toBe(
      'type_url: "type.googleapis.com/test.ops.Secret"',
    );
  });
});

test("wrappers in lists are messages, and Tree groups go by their fields' names", () => {
  const message = { boxes: [{ value: 5n }], group: { value: 1 }, boxed: "b" };
  expect(toText(Tree, message as never, { singleLine })).toBe(
    'group { value: 1 } boxed { value: "b" } boxes { value: 5 }',
  );
  expect(toText(StringValue, { value: "x" }, { singleLine })).toBe('value: "x"');
});
