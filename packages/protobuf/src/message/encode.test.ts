import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { EncodeError } from "../errors.js";
import { Everything, Part } from "../fixtures/gen/test/ops.pb.js";
import { Set as MessageSet, Required } from "../fixtures/gen/test/ops2.pb.js";
import { Closings, Lists, Maps, Scalars, Tree } from "../fixtures/gen/test/wire.pb.js";
import { tag } from "../fixtures/reference.js";
import type { MessageType } from "./message-type.js";
import { setUnknownFields } from "./unknown-fields.js";

/** What an encode is refused with. */
function refusal(type: MessageType, value: unknown): EncodeError {
  try {
    type.encode(value);
  } catch (error) {
    expect(error).toBeInstanceOf(EncodeError);
    return error as EncodeError;
  }
  throw new Error(`encoded: ${String(value)}`);
}

/** A real message with a member that was set to something else. */
function tampered(type: MessageType, member: string, value: unknown): object {
  const message = type.create();
  message[member] = value;
  return message;
}

const wrong: Record<string, readonly unknown[]> = {
  fDouble: ["1", null, 1n, true, {}, []],
  fFloat: ["1", null, 1n, true, {}, 1e39, -3.5e38],
  fInt32: [
    "1",
    null,
    1n,
    true,
    {},
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 31,
    -(2 ** 31) - 1,
  ],
  fInt64: ["1", null, 1, true, {}, 2n ** 63n, -(2n ** 63n) - 1n],
  fUint32: ["1", null, 1n, true, -1, 2 ** 32, 0.5, Number.NaN],
  fUint64: ["1", null, 1, true, -1n, 2n ** 64n],
  fSint32: ["1", null, 1n, true, 2 ** 31, 0.5],
  fSint64: ["1", null, 1, true, 2n ** 63n],
  fFixed32: ["1", null, 1n, true, -1, 2 ** 32],
  fFixed64: ["1", null, 1, true, -1n, 2n ** 64n],
  fSfixed32: ["1", null, 1n, true, 2 ** 31],
  fSfixed64: ["1", null, 1, true, 2n ** 63n],
  fBool: ["true", null, 1, 0, {}],
  fString: [
    1,
    null,
    true,
    {},
    [],
    new Uint8Array(0),
    "\ud800",
    "\udc00",
    "a\ud800b",
    "\udc00\ud800",
    `${"long ".repeat(20)}\ud83d`,
  ],
  fBytes: [
    "",
    "abc",
    null,
    [],
    [1, 2],
    new ArrayBuffer(2),
    new Uint16Array(2),
    { length: 0 },
    new DataView(new ArrayBuffer(1)),
  ],
  fEnum: ["ONE", null, 1n, 0.5, 2 ** 31],
};

describe.each(Object.entries(wrong))("a wrong value of %s", (name, values) => {
  it.each(values.map((value) => [value] as const))(
    "%s is refused by name, alone, nested, in lists, maps and oneofs",
    (value) => {
      expect(refusal(Scalars, tampered(Scalars, name, value))).toMatchObject({
        path: name,
        reason: "BOWLINE_ENCODE_VALUE",
        typeName: "test.wire.Scalars",
      });
      expect(refusal(Scalars, { [name]: value }).path).toBe(name);
      expect(() => Scalars.create({ [name]: value })).toThrow(EncodeError);
      const list = `l${name.slice(1)}`;
      const good = Lists.create()[list as "lInt32"];
      expect(refusal(Lists, tampered(Lists, list, [...good, value])).path).toBe(`${list}[0]`);
    },
  );
});

describe("the path of a wrong value", () => {
  it.each<[string, MessageType, () => unknown]>([
    [
      "left.left.note",
      Tree,
      () => ({ left: Tree.create({ left: tampered(Tree, "note", 1) as Tree }) }),
    ],
    [
      "children[1].numbers[2]",
      Tree,
      () => tampered(Tree, "children", [Tree.create(), tampered(Tree, "numbers", [1, 2, "3"])]),
    ],
    [
      'named["a b"].children[0].data',
      Tree,
      () =>
        Tree.create({
          named: { "a b": Tree.create({ children: [tampered(Tree, "data", "x") as Tree] }) },
        }),
    ],
    [
      "choice.chosen.value",
      Tree,
      () =>
        Tree.create({ choice: { case: "chosen", value: tampered(Tree, "value", 0.5) as Tree } }),
    ],
    [
      "choice.chosenGroup.note",
      Tree,
      () =>
        Tree.create({
          choice: { case: "chosenGroup", value: tampered(Tree, "note", "\ud800") as Tree },
        }),
    ],
    ["choice.text", Tree, () => tampered(Tree, "choice", { case: "text", value: 5 })],
    ["choice.text", Tree, () => tampered(Tree, "choice", { case: "text", value: undefined })],
    ["choice", Tree, () => tampered(Tree, "choice", { case: "note", value: "a" })],
    ["choice", Tree, () => tampered(Tree, "choice", null)],
    ["choice", Tree, () => tampered(Tree, "choice", "text")],
    ["group.groups[0].note", Tree, () => ({ group: { groups: [tampered(Tree, "note", null)] } })],
    ["boxed", Tree, () => tampered(Tree, "boxed", 5)],
    ["boxed", Tree, () => tampered(Tree, "boxed", [])],
    ["boxedBytes", Tree, () => tampered(Tree, "boxedBytes", "")],
    ["boxes[0].value", Tree, () => ({ boxes: [{ value: 5 }] })],
    ["left", Tree, () => tampered(Tree, "left", null)],
    ["left", Tree, () => tampered(Tree, "left", Scalars.create())],
    ["left", Tree, () => tampered(Tree, "left", "tree")],
    ["left.nots", Tree, () => ({ left: { nots: "misspelt" } })],
    ["children", Tree, () => tampered(Tree, "children", {})],
    ["children", Tree, () => tampered(Tree, "children", null)],
    ["children[0]", Tree, () => tampered(Tree, "children", [undefined])],
    ["numbers[0]", Tree, () => tampered(Tree, "numbers", new Array(3))],
    ["named", Tree, () => tampered(Tree, "named", 5)],
    ['named["k"]', Tree, () => tampered(Tree, "named", new Map([["k", 5]]))],
    ['mInt32["1.5"]', Maps, () => tampered(Maps, "mInt32", new Map([[1.5, "v"]]))],
    ['mInt64["1"]', Maps, () => tampered(Maps, "mInt64", new Map([[1, new Uint8Array()]]))],
    ['mString["k"]', Maps, () => tampered(Maps, "mString", new Map([["k", 1]]))],
    ['mString["\\ud800"]', Maps, () => tampered(Maps, "mString", new Map([["\ud800", "v"]]))],
    ['mFixed32["7"].note', Maps, () => ({ mFixed32: { 7: { note: 1 } } })],
    ["one", Closings, () => ({ one: "CLOSED_ONE" })],
    ['named["x"]', Closings, () => ({ named: { x: null } })],
  ])("is %s", (path, type, make) => {
    expect(refusal(type, make()).path).toBe(path);
  });

  it("is none where the value itself is no message", () => {
    for (const value of [undefined, null, 5, "text", () => {}, Scalars.create()]) {
      expect(refusal(Tree, value).path).toBe("");
    }
  });
});

describe("a Struct as a JSON object", () => {
  it.each<[string, unknown, string]>([
    ["a bigint", { a: { b: 1n } }, 'attributes["a"]["b"]'],
    ["a function", { a: () => 1 }, 'attributes["a"]'],
    ["a symbol", { a: [Symbol("s")] }, 'attributes["a"]["0"]'],
    ["a Date", { when: new Date(0) }, 'attributes["when"]'],
    ["a Map", { map: new Map([["a", 1]]) }, 'attributes["map"]'],
    ["bytes", { bytes: new Uint8Array(1) }, 'attributes["bytes"]'],
    ["a message", { message: Tree.create() }, 'attributes["message"]'],
    ["a lone surrogate", { a: "\ud800" }, 'attributes["a"]'],
    ["a Map in its place", new Map([["a", 1]]), "attributes"],
    ["a list in its place", [1], "attributes"],
    ["a string in its place", "text", "attributes"],
    ["null in its place", null, "attributes"],
  ])("refuses %s instead of writing {}", (_, value, path) => {
    expect(refusal(Tree, tampered(Tree, "attributes", value)).path).toBe(path);
    expect(() => Tree.create({ attributes: value as never })).toThrow(EncodeError);
  });

  it("takes objects of another realm and without a prototype, and keeps __proto__ as data", () => {
    const foreign = runInNewContext('({ a: { b: [1, null, { c: "d" }] } })');
    expect(Tree.decode(Tree.encode({ attributes: foreign })).attributes).toEqual({
      a: { b: [1, null, { c: "d" }] },
    });
    const bare = Object.assign(Object.create(null), { x: 1 });
    expect(Tree.decode(Tree.encode({ attributes: bare })).attributes).toEqual({ x: 1 });
    const hostile = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}');
    const back = Tree.decode(Tree.encode({ attributes: hostile })).attributes!;
    expect(Object.keys(back)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("what stands in the place of a message", () => {
  it("is taken at every level: literals, spread copies, object literals and entries for maps", () => {
    const wanted = Tree.encode(
      Tree.create({ left: { note: "a", named: { k: { value: 5 } } }, children: [{ note: "b" }] }),
    );
    const left = Tree.create({ note: "a", named: { k: { value: 5 } } });
    for (const message of [
      { left: { note: "a", named: { k: { value: 5 } } }, children: [{ note: "b" }] },
      { ...Tree.create({ left, children: [{ note: "b" }] }) },
      { left: { ...left }, children: [{ ...Tree.create({ note: "b" }) }] },
      Object.assign(Tree.create({ left }), { children: [{ note: "b" }] }),
      Object.assign(Tree.create({ children: [{ note: "b" }] }), {
        left: Object.assign(Tree.create({ note: "a" }), { named: { k: { value: 5 } } }),
      }),
      Object.assign(Tree.create({ children: [{ note: "b" }] }), {
        left: Object.assign(Tree.create({ note: "a" }), {
          named: [["k", Tree.create({ value: 5 })]],
        }),
      }),
      runInNewContext(
        '({ left: { note: "a", named: new Map([["k", { value: 5 }]]) }, children: [{ note: "b" }] })',
      ),
    ]) {
      expect(Tree.encode(message as Tree)).toEqual(wanted);
    }
  });

  it("keeps its unknown fields when it is a spread copy, in it and around it", () => {
    const bytes = Uint8Array.from(
      [10, 4, ...tag(99, 0), 1, ...tag(98, 0), 2].map((byte, i) => (i === 1 ? 3 : byte)),
    );
    const message = Tree.decode(bytes);
    expect(Tree.encode({ ...message, left: { ...message.left! } })).toEqual(bytes);
    expect(Tree.encode(message, { writeUnknownFields: false })).toEqual(Uint8Array.of(10, 0));
  });

  it("is not changed by being encoded", () => {
    const named = { k: { value: 5 } };
    const message = Object.assign(Tree.create(), { named });
    Tree.encode(message as never);
    expect(message.named).toBe(named);
  });

  it("may leave members undefined, which are then the default", () => {
    expect(
      Tree.encode(
        Object.assign(Tree.create({ note: "x" }), {
          value: undefined,
          data: undefined,
          children: undefined,
          named: undefined,
        }) as never,
      ),
    ).toEqual(Tree.encode({ note: "x" }));
  });

  it("that contains itself is refused rather than followed", () => {
    const loop = Tree.create();
    loop.left = loop;
    expect(refusal(Tree, loop).message).toMatch(/contain itself/);
    const json: Record<string, unknown> = {};
    json.self = [json];
    expect(refusal(Tree, tampered(Tree, "attributes", json)).message).toMatch(/contain itself/);
    const literal: Record<string, unknown> = {};
    literal.children = [literal];
    expect(refusal(Tree, literal).message).toMatch(/contain itself/);
  });

  it("may be of another realm where it is bytes", () => {
    const bytes = runInNewContext("Uint8Array.of(1, 2, 3)");
    expect(Tree.encode({ data: bytes })).toEqual(Uint8Array.of(82, 3, 1, 2, 3));
    expect(Tree.encode({ data: Buffer.from([1, 2, 3]) })).toEqual(Uint8Array.of(82, 3, 1, 2, 3));
    const pretender = { [Symbol.toStringTag]: "Uint8Array", length: 0 };
    expect(refusal(Tree, tampered(Tree, "data", pretender)).path).toBe("data");
  });
});

describe("an error that comes from elsewhere", () => {
  it("is passed on as it is: what a getter throws is not the codec's", () => {
    const boom = new Error("boom");
    const message = Tree.create();
    Object.defineProperty(message, "note", {
      get: () => {
        throw boom;
      },
      enumerable: true,
    });
    expect(() => Tree.encode(message)).toThrow(boom);
    expect(Tree.encode({ note: "still works" })).toHaveLength(13);
  });

  it("is an Error even where a value changes between two looks", () => {
    let looks = 0;
    const message = Everything.create();
    Object.defineProperty(message, "choice", {
      enumerable: true,
      get: () => ({
        case: "text",
        get value() {
          return looks++ % 3 === 0 ? 5 : "text";
        },
      }),
    });
    expect(() => Everything.encode(message)).toThrow(EncodeError);
  });

  it("is an EncodeError where unknown fields of a MessageSet that were put there by hand are none", () => {
    const set = MessageSet.create();
    const deep = [...new Array<number>(500).fill(11), ...new Array<number>(500).fill(12)];
    setUnknownFields(set, [{ bytes: Uint8Array.from(deep) }]);
    expect([...MessageSet.encode(set)], "groups may be as deep as they can be set").toEqual(deep);
    (set as { [key: symbol]: unknown })[Symbol.for("bowline.protobuf.unknown")] = [
      Uint8Array.of(0x0f),
    ];
    expect(() => MessageSet.encode(set)).toThrow(EncodeError);
  });
});

describe("required fields", () => {
  it("are asked for after the values were checked, and not with allowPartial", () => {
    expect(() => Required.encode({ list: [{ id: "a" }, {}] } as never)).toThrow(EncodeError);
    expect(refusal(Required, { list: [{ id: "a" }, {}] })).toMatchObject({
      reason: "BOWLINE_ENCODE_REQUIRED",
      path: "id",
    });
    expect(refusal(Required, { id: "x", list: [{ id: "a" }, {}] }).path).toBe("list[1].id");
    expect(refusal(Required, { id: 5 })).toMatchObject({
      reason: "BOWLINE_ENCODE_VALUE",
      path: "id",
    });
    expect(Required.encode({ list: [{}] } as never, { allowPartial: true })).toEqual(
      Uint8Array.of(26, 0),
    );
  });
});

describe("a message that would take 2 GiB", () => {
  it("is refused before a byte of it leaves, by its size", () => {
    // no byte of it is touched
    const big = new Uint8Array(2 ** 31 + 8192);
    const error = refusal(
      Part,
      Object.assign(Part.create(), { [Symbol.for("bowline.protobuf.unknown")]: [big] }),
    );
    expect(error.reason).toBe("BOWLINE_ENCODE_SIZE");
  });
});
