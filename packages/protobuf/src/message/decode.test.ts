import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import { Empty, Everything } from "../fixtures/gen/test/ops.pb.js";
import { Item, Set as MessageSet, Required } from "../fixtures/gen/test/ops2.pb.js";
import {
  Closings,
  Holder,
  Lists,
  Maps,
  Nothing,
  Rooms,
  Roomy,
  Scalars,
  Tree,
} from "../fixtures/gen/test/wire.pb.js";
import { tag, varint } from "../fixtures/reference.js";
import { decodeRange } from "./decode.js";
import { getExtension } from "./extension-access.js";
import type { DecodeLimits, DecodeOptions, MessageType } from "./message-type.js";
import { unknownFields } from "./unknown-fields.js";

type Bytes = readonly number[];

/** Node's collector of garbage, which has to be asked for. */
function forcedCollection(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}

function field(number: number, ...body: Bytes): number[] {
  return [...tag(number, 2), ...varint(BigInt(body.length)), ...body];
}

function repeat(n: number, bytes: Bytes): Uint8Array {
  const whole = new Uint8Array(n * bytes.length);
  for (let i = 0; i < n; i++) whole.set(bytes, i * bytes.length);
  return whole;
}

function refusal(
  type: MessageType,
  bytes: Bytes | Uint8Array,
  options?: DecodeOptions,
): DecodeError {
  try {
    type.decode(Uint8Array.from(bytes), options);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    expect((error as DecodeError).cause).toBeUndefined();
    return error as DecodeError;
  }
  throw new Error("decoded");
}

function roundTrip(type: MessageType, bytes: Bytes): number[] {
  return [...type.encode(type.decode(Uint8Array.from(bytes)))];
}

describe("the input", () => {
  const bytes = Tree.encode({
    note: "é and a few more characters, so that it is native",
    data: Uint8Array.of(1, 2),
  });
  const wanted = Tree.decode(bytes);

  it("may be a Buffer, a subclass, a part of a larger buffer, or of another realm", () => {
    class Special extends Uint8Array {}
    const padded = new Uint8Array([9, 9, 9, ...bytes, 9, 9]);
    const foreign = runInNewContext("new Uint8Array(bytes)", { bytes: [...bytes] });
    expect(foreign).not.toBeInstanceOf(Uint8Array);
    for (const input of [
      Buffer.from(bytes),
      Special.from(bytes),
      padded.subarray(3, 3 + bytes.length),
      Buffer.from(padded).subarray(3, 3 + bytes.length),
      foreign,
    ]) {
      const message = Tree.decode(input);
      expect(message).toEqual(wanted);
      expect(Object.getPrototypeOf(message.data)).toBe(Uint8Array.prototype);
    }
  });

  it.each([
    undefined,
    null,
    5,
    "text",
    [],
    [1, 2],
    {},
    new ArrayBuffer(2),
    new Uint16Array(2),
    new DataView(new ArrayBuffer(2)),
    { [Symbol.toStringTag]: "Uint8Array" },
  ])("is refused with a TypeError if it is no Uint8Array: %s", (input) => {
    expect(() => Tree.decode(input as never)).toThrow(TypeError);
    expect(() => Tree.decode(input as never)).toThrow("test.wire.Tree.decode takes a Uint8Array");
  });

  it("may be a range; offsets count from its start, and nothing outside is read", () => {
    const around = Uint8Array.from([...tag(9, 0), 7, ...bytes, ...tag(9, 0), 8]);
    expect(decodeRange(Tree, around, 2, 2 + bytes.length, undefined)).toEqual(wanted);
    for (let n = 0; n < bytes.length; n++) {
      try {
        decodeRange(Tree, around, 2, 2 + n, undefined);
      } catch (error) {
        expect((error as DecodeError).offset).toBeLessThanOrEqual(n);
        expect((error as DecodeError).offset).toBeGreaterThanOrEqual(0);
      }
    }
    const required = Uint8Array.of(1, 1, 1, 26, 0);
    expect(() => decodeRange(Required, required, 3, 5, undefined)).toThrow(
      expect.objectContaining({ reason: "BOWLINE_DECODE_REQUIRED", offset: 2 }),
    );
  });

  it("is shared by bytes fields and unknown fields, not copied", () => {
    const input = Uint8Array.from([...tag(10, 2), 2, 1, 2, ...tag(99, 0), 5]);
    const message = Tree.decode(input);
    expect(message.data.buffer).toBe(input.buffer);
    expect(unknownFields(message)[0]!.bytes.buffer).toBe(input.buffer);
  });
});

describe("a value of another wire type than the field's", () => {
  const values: Record<number, Bytes> = {
    0: [0x96, 1],
    1: [1, 2, 3, 4, 0, 0, 0, 0],
    2: [2, 1, 2],
    3: [8, 1],
    5: [1, 2, 3, 4],
  };
  const other = (number: number, wire: number): number[] => [
    ...tag(number, wire),
    ...values[wire]!,
    ...(wire === 3 ? tag(number, 4) : []),
  ];

  it.each(
    [Scalars, Lists, Maps, Closings, Tree].map(
      (type) => [type.typeName, type as MessageType] as const,
    ),
  )("of %s is an unknown field and is written as it came", (_, type) => {
    for (const { number, name } of type.desc.fields) {
      for (const wire of [0, 1, 2, 3, 5]) {
        const bytes = other(number, wire);
        let message: object;
        try {
          message = type.decode(Uint8Array.from(bytes));
        } catch (error) {
          // the content of a length-delimited value that does fit
          expect(error).toBeInstanceOf(DecodeError);
          expect(wire).toBe(2);
          continue;
        }
        const empty = type.create();
        const unknown = unknownFields(message);
        if (unknown.length === 0) {
          expect(message, `${name}, wire type ${wire}`).not.toEqual(empty);
        } else {
          expect(unknown.map((of) => [of.number, of.wireType])).toEqual([[number, wire]]);
          expect([...type.encode(message)]).toEqual(bytes);
        }
      }
    }
  });

  it("does not disturb the field", () => {
    const bytes = [...other(9, 5), ...tag(9, 0), 7, ...other(9, 1)];
    const message = Tree.decode(Uint8Array.from(bytes));
    expect(message.value).toBe(7);
    expect([...Tree.encode(message)]).toEqual([...tag(9, 0), 7, ...other(9, 5), ...other(9, 1)]);
  });
});

describe("groups", () => {
  const start = tag(7, 3);
  const end = tag(7, 4);

  it("nest, hold groups of their own number, and are written as they were read", () => {
    const bytes = [
      ...start,
      ...tag(9, 0),
      1,
      ...start,
      ...tag(8, 3),
      ...tag(9, 0),
      2,
      ...tag(8, 4),
      ...end,
      ...end,
    ];
    const message = Tree.decode(Uint8Array.from(bytes));
    expect(message.group).toMatchObject({ value: 1, group: { groups: [{ value: 2 }] } });
    // the fields in number order
    expect([...Tree.encode(message)]).toEqual([
      ...start,
      ...start,
      ...tag(8, 3),
      ...tag(9, 0),
      2,
      ...tag(8, 4),
      ...end,
      ...tag(9, 0),
      1,
      ...end,
    ]);
    expect(roundTrip(Nothing, bytes), "as unknown fields, too").toEqual(bytes);
  });

  it.each<[string, Bytes]>([
    ["an end without a start", end],
    ["an end of another group", [...start, ...tag(8, 4)]],
    ["no end", start],
    ["no end of the outer one", [...start, ...start, ...end]],
    ["one end too many", [...start, ...end, ...end]],
    ["an end in a length-delimited message", field(1, ...start, ...tag(9, 0), 1)],
    ["an end behind the message that it is in", [...tag(1, 2), 1, ...start, ...end]],
    ["crossed ends", [...start, ...tag(8, 3), ...end, ...tag(8, 4)]],
  ])("with %s are refused, known and unknown", (_, bytes) => {
    refusal(Tree, bytes);
    if (bytes[0] !== 10) refusal(Nothing, bytes);
  });

  it("fragments of which merge", () => {
    const bytes = [
      ...start,
      ...tag(9, 0),
      1,
      ...end,
      ...start,
      ...field(12, 97),
      ...end,
      ...start,
      ...field(1, ...tag(9, 0), 3),
      ...end,
      ...start,
      ...field(1, ...field(12, 98)),
      ...end,
    ];
    expect(Tree.decode(Uint8Array.from(bytes)).group).toEqual(
      Tree.create({ value: 1, note: "a", left: { value: 3, note: "b" } }),
    );
  });
});

describe("merging", () => {
  const value = (n: number): number[] => [...tag(9, 0), n];
  const note = (c: string): number[] => field(12, c.charCodeAt(0));

  it("joins fragments of singular messages, and what they hold: lists are appended, maps united, scalars replaced", () => {
    const bytes = [
      ...field(
        1,
        ...value(1),
        ...field(2, ...value(1)),
        ...field(3, ...field(1, 97), ...field(2, ...value(1))),
        ...field(11, 1),
      ),
      ...value(5),
      ...field(
        1,
        ...note("x"),
        ...field(2, ...value(2)),
        ...field(3, ...field(1, 98), ...field(2, ...value(2))),
        ...tag(11, 0),
        2,
      ),
      ...field(1, ...value(3), ...field(3, ...field(1, 97), ...field(2, ...note("y")))),
    ];
    expect(Tree.decode(Uint8Array.from(bytes))).toEqual(
      Tree.create({
        value: 5,
        left: {
          value: 3,
          note: "x",
          children: [{ value: 1 }, { value: 2 }],
          named: { a: { note: "y" }, b: { value: 2 } },
          numbers: [1, 2],
        },
      }),
    );
  });

  it("joins fragments of one message of a oneof, and starts anew behind another case", () => {
    const merged = Tree.decode(
      Uint8Array.from([...field(4, ...value(1)), ...field(4, ...note("a"))]),
    );
    expect(merged.choice).toEqual({ case: "chosen", value: Tree.create({ value: 1, note: "a" }) });
    const anew = Tree.decode(
      Uint8Array.from([...field(4, ...value(1)), ...field(5, 116), ...field(4, ...note("a"))]),
    );
    expect(anew.choice).toEqual({ case: "chosen", value: Tree.create({ note: "a" }) });
    const last = Tree.decode(
      Uint8Array.from([
        ...field(4, ...value(1)),
        ...tag(6, 3),
        ...value(2),
        ...tag(6, 4),
        ...tag(6, 3),
        ...note("g"),
        ...tag(6, 4),
      ]),
    );
    expect(last.choice).toEqual({
      case: "chosenGroup",
      value: Tree.create({ value: 2, note: "g" }),
    });
    expect(
      Tree.decode(Uint8Array.from([...field(4, ...value(1)), ...field(5, 116)])).choice,
    ).toEqual({ case: "text", value: "t" });
  });

  it("joins fragments of what appears unboxed", () => {
    const bytes = [
      ...field(14, ...field(1, 97)),
      ...field(14),
      ...field(15),
      ...field(13, ...field(1, ...field(1, 97), ...field(2, 32, 1))),
      ...field(13, ...field(1, ...field(1, 98), ...field(2, 8, 0))),
    ];
    expect(Tree.decode(Uint8Array.from(bytes))).toMatchObject({
      boxed: "a",
      boxedBytes: new Uint8Array(0),
      attributes: { a: true, b: null },
    });
  });
});

describe("map entries", () => {
  const entry = (...body: Bytes): number[] => field(3, ...body);
  const key = (c: string): number[] => field(1, c.charCodeAt(0));
  const treeOf = (...body: Bytes): number[] => field(2, ...body);

  it("without a key or a value have the default; the last of several counts, and messages merge", () => {
    expect(Tree.decode(Uint8Array.from(entry())).named).toEqual(new Map([["", Tree.create()]]));
    expect(Tree.decode(Uint8Array.from(entry(...key("a")))).named).toEqual(
      new Map([["a", Tree.create()]]),
    );
    expect(Tree.decode(Uint8Array.from(entry(...treeOf(72, 5)))).named).toEqual(
      new Map([["", Tree.create({ value: 5 })]]),
    );
    const twice = entry(...treeOf(72, 5), ...key("a"), ...key("b"), ...treeOf(98, 1, 120));
    expect(Tree.decode(Uint8Array.from(twice)).named).toEqual(
      new Map([["b", Tree.create({ value: 5, note: "x" })]]),
    );
    expect(
      Maps.decode(Uint8Array.from(field(1, 8, 1, 8, 2, ...field(2, 97), ...field(2, 98)))).mInt32,
    ).toEqual(new Map([[2, "b"]]));
    expect(Maps.decode(Uint8Array.from(field(11))).mBool).toEqual(new Map([[false, 0n]]));
  });

  it("of one key: the last one counts, in the place of the first", () => {
    const bytes = [
      ...entry(...key("a"), ...treeOf(72, 1)),
      ...entry(...key("b")),
      ...entry(...key("a"), ...treeOf(98, 1, 120)),
    ];
    expect([...Tree.decode(Uint8Array.from(bytes)).named]).toEqual([
      ["a", Tree.create({ note: "x" })],
      ["b", Tree.create()],
    ]);
  });

  it("leave out fields that they do not have, which still have to be whole", () => {
    expect(
      Tree.decode(
        Uint8Array.from(
          entry(
            ...key("a"),
            ...tag(3, 0),
            1,
            ...tag(1, 0),
            7,
            ...tag(9, 3),
            ...tag(9, 4),
            ...treeOf(),
          ),
        ),
      ).named,
    ).toEqual(new Map([["a", Tree.create()]]));
    for (const bad of [[24], [0, 1], [26, 5, 1], [15], [75], [76]])
      refusal(Tree, entry(...key("a"), ...bad));
  });

  it("with the keys of Object.prototype are data", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const bytes = Maps.encode({ mString: new Map([[name, "polluted"]]) });
      expect(Maps.decode(bytes).mString).toEqual(new Map([[name, "polluted"]]));
      const struct = Tree.encode({
        attributes: JSON.parse(`{${JSON.stringify(name)}: {"polluted": true}}`),
      });
      const object = Tree.decode(struct).attributes!;
      expect(Object.keys(object)).toEqual([name]);
      expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe("a number that a closed enum does not declare", () => {
  const minus = varint(2n ** 64n - 7n);
  it.each<[string, Bytes, object]>([
    ["alone", [8, 9], {}],
    ["alone and negative", [8, ...minus], {}],
    ["between declared ones", [8, 1, 8, 9, 8, 2], { one: 2 }],
    ["in a list", [24, 1, 24, 9, 24, ...minus, 24, 3], { expanded: [1, 3] }],
    ["in a oneof", [32, 9], {}],
    [
      "in a oneof, behind another case",
      [...field(5, 116), 32, 9],
      { choice: { case: "text", value: "t" } },
    ],
    ["in a oneof, behind a declared one", [32, 1, 32, 9], { choice: { case: "chosen", value: 1 } }],
    ["as a map's value", field(6, 10, 1, 97, 16, 9), {}],
    ["as a map's value, with more in the entry", field(6, 16, 9, 10, 1, 97, 24, 5), {}],
    [
      "as a map's value, behind a declared one",
      [...field(6, 10, 1, 97, 16, 1), ...field(6, 10, 1, 97, 16, 9)],
      { named: new Map([["a", 1]]) },
    ],
    ["that takes ten bytes to say 9", [8, 0x89, ...new Array<number>(8).fill(0x80), 0], {}],
  ])("is an unknown field: %s", (_, bytes, known) => {
    const input = Uint8Array.from(bytes);
    const message = Closings.decode(input);
    expect({ ...message }).toMatchObject(known);
    const { length } = Closings.encode(Closings.create(known));
    // what is known comes first, then the undeclared as it came
    const back = Closings.encode(message);
    const kept = unknownFields(message).flatMap((of) => [...of.bytes]);
    expect([...back.subarray(length)]).toEqual(kept);
    expect(Closings.encode(Closings.decode(back))).toEqual(back);
    if (length === 0) expect([...back]).toEqual([...bytes]);
    expect(Closings.encode(Closings.decode(input, { keepUnknownFields: false }))).toHaveLength(
      length,
    );
  });

  it("leaves a missing map value at the first one that is declared", () => {
    expect(Closings.decode(Uint8Array.from(field(6, 10, 1, 97))).named).toEqual(
      new Map([["a", 1]]),
    );
  });
});

describe("unknown fields", () => {
  it("that are neighbours become one run", () => {
    const bytes = [
      ...tag(99, 0),
      1,
      ...field(98, 1, 2),
      ...tag(97, 3),
      8,
      1,
      ...tag(97, 4),
      ...tag(96, 5),
      1,
      2,
      3,
      4,
    ];
    const runs = (list: Bytes): number =>
      (Tree.decode(Uint8Array.from(list)) as unknown as { [key: symbol]: Uint8Array[] })[
        Symbol.for("bowline.protobuf.unknown")
      ]!.length;
    expect(runs(bytes)).toBe(1);
    expect(runs([...bytes, ...tag(9, 0), 1, ...bytes, ...bytes])).toBe(2);
    expect(roundTrip(Tree, bytes)).toEqual(bytes);
  });

  it("are left out where they are not wanted, and still have to be whole", () => {
    const message = Tree.decode(
      Uint8Array.from([...tag(99, 0), 1, ...field(1, ...tag(99, 0), 1)]),
      { keepUnknownFields: false },
    );
    expect(Tree.encode(message)).toEqual(Uint8Array.of(10, 0));
    expect(() =>
      Tree.decode(Uint8Array.from([...tag(99, 2), 5, 1]), { keepUnknownFields: false }),
    ).toThrow("truncated");
  });
});

describe("the path of a decode error", () => {
  const cut = [...tag(12, 2), 5, 97];
  it.each<[string, MessageType, Bytes]>([
    ["note", Tree, cut],
    ["note", Tree, [...tag(9, 0), 1, ...cut]],
    ["value", Tree, [...tag(9, 0)]],
    ["value", Tree, [...tag(9, 0), 0x80, 0x80]],
    ["left.note", Tree, field(1, ...cut)],
    ["left.note", Tree, [...field(1, ...cut), ...tag(9, 0), 1]],
    ["left.value", Tree, [...field(1, ...tag(9, 0), 0x80), ...tag(9, 0), 1]],
    ["left.value", Tree, [...field(1, ...tag(9, 0)), ...tag(9, 0), 1]],
    ["left", Tree, [10, 5]],
    ["left", Tree, [10]],
    ["left", Tree, [10, 0x80]],
    [
      "children[2].left.note",
      Tree,
      [...field(2), ...field(2), ...field(2, ...field(1, ...cut)), ...field(2)],
    ],
    ["children[1]", Tree, [...field(2), ...field(2, 0x80)]],
    [
      'named["b"].note',
      Tree,
      [...field(3, ...field(1, 97)), ...field(3, ...field(1, 98), ...field(2, ...cut))],
    ],
    ['named["b"]', Tree, field(3, ...field(1, 98), 18, 9)],
    ["named.note", Tree, field(3, ...field(2, ...cut))],
    ["named", Tree, field(3, 10, 1, 0xff)],
    ["named", Tree, [26, 5, 10]],
    ["named", Tree, [26]],
    ['mInt32["-7"]', Maps, field(1, 8, ...varint(2n ** 64n - 7n), 18, 1, 0xff)],
    ['mInt64["1099511627776"]', Maps, field(2, 8, ...varint(2n ** 40n), 18, 9)],
    ['mUint32["4294967295"]', Maps, field(3, 8, ...varint(2n ** 32n - 1n), 17, 1)],
    ['mUint64["18446744073709551615"]', Maps, field(4, 8, ...varint(2n ** 64n - 1n), 21)],
    ['mSint32["-1"]', Maps, field(5, 8, 1, 16)],
    ['mSint64["-2"]', Maps, field(6, 8, 3, 16)],
    ['mFixed32["4294967295"].note', Maps, field(7, 13, 255, 255, 255, 255, ...field(2, ...cut))],
    ['mFixed64["1"]', Maps, field(8, 9, 1, 0, 0, 0, 0, 0, 0, 0, 16)],
    ['mSfixed32["-1"]', Maps, field(9, 13, 255, 255, 255, 255, 16)],
    ['mSfixed64["-1"]', Maps, field(10, 9, ...new Array<number>(8).fill(255), 21)],
    ['mBool["true"]', Maps, field(11, 8, 1, 16)],
    [
      `mString["${"k".repeat(80)}"]`,
      Maps,
      field(12, ...field(1, ...new Array<number>(200).fill(107)), 18, 1, 0xff),
    ],
    ["choice.text", Tree, field(5, 0xff)],
    ["choice.chosen.note", Tree, field(4, ...cut)],
    ["choice.chosenGroup.note", Tree, [...tag(6, 3), ...cut]],
    ["group.note", Tree, [...tag(7, 3), ...cut]],
    [
      "group.groups[1].value",
      Tree,
      [...tag(7, 3), ...tag(8, 3), ...tag(8, 4), ...tag(8, 3), ...tag(9, 0)],
    ],
    ["groups[0]", Tree, tag(8, 3)],
    ["boxed", Tree, field(14, ...field(1, 0xff))],
    ["attributes", Tree, field(13, ...field(1, ...field(1, 0xff)))],
    ["lInt32", Lists, field(3, 1, 0x80)],
    ["lInt32", Lists, [...field(3, 1), ...field(3, ...new Array<number>(10).fill(0x80), 0)]],
    ["lDouble", Lists, field(1, 1, 2, 3)],
    ["lInt32[1]", Lists, [...tag(3, 0), 1, ...tag(3, 0)]],
    ["lString[1]", Lists, [...field(14, 97), ...field(14, 0xff), ...field(14, 97)]],
    ["eInt32", Lists, field(23, 0x80)],
    ["eInt32[0]", Lists, tag(23, 0)],
    ["lNumber", Lists, field(18, ...new Array<number>(8).fill(255))],
    ["", Tree, [0]],
    ["", Tree, [...field(1), 7]],
    ["", Tree, [...field(1), 0x80]],
    ["left", Tree, field(1, 0x80)],
    ["", Tree, [...tag(99, 2), 5]],
  ])("is %s", (path, type, bytes) => {
    expect(refusal(type, bytes)).toMatchObject({
      path,
      typeName: type.typeName,
      reason: "BOWLINE_DECODE_MALFORMED",
    });
  });

  it("and the rest of its text", () => {
    expect(refusal(Tree, field(2, ...field(12, 0xc3))).message).toBe(
      "cannot decode test.wire.Tree, field children[0].note, at byte 4: the string is not valid UTF-8",
    );
    expect(refusal(Tree, [7]).message).toBe(
      "cannot decode test.wire.Tree, at byte 0: field number 0 is not allowed",
    );
  });

  it("takes no longer to find where groups nest deeply in a large input", () => {
    const body = repeat(200_000, [...tag(9, 0), 1]);
    const open = repeat(95, tag(7, 3));
    const bytes = new Uint8Array([...open, ...body, ...tag(9, 0)]);
    const start = performance.now();
    expect(refusal(Tree, bytes).path).toBe(`${"group.".repeat(95)}value`);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

/** Decodes at a limit of one less than is needed, of exactly that, and of one more. */
function around(
  type: MessageType,
  bytes: Uint8Array,
  limit: keyof DecodeLimits,
  needed: number,
  path: string | undefined,
): void {
  const at = (n: number): DecodeOptions => ({ limits: { [limit]: n } });
  const error = refusal(type, bytes, at(needed - 1));
  expect(error.reason).toBe("BOWLINE_DECODE_LIMIT");
  expect(error.message).toContain(`limits.${limit}`);
  if (path !== undefined) expect(error.path).toBe(path);
  const whole = type.encode(type.decode(bytes, at(Number.POSITIVE_INFINITY)));
  expect(type.encode(type.decode(bytes, at(needed)))).toEqual(whole);
  expect(type.encode(type.decode(bytes, at(needed + 1)))).toEqual(whole);
}

describe("limits.depth", () => {
  const nested = (levels: number, wrap: (body: number[]) => number[]): Uint8Array => {
    let body: number[] = [];
    for (let n = 0; n < levels; n++) body = wrap(body);
    return Uint8Array.from(body);
  };
  const kinds: readonly (readonly [string, (body: number[]) => number[], string])[] = [
    ["messages", (body) => field(1, ...body), "left"],
    ["lists", (body) => field(2, ...body), "children[0]"],
    ["oneofs", (body) => field(4, ...body), "choice.chosen"],
    ["groups", (body) => [...tag(7, 3), ...body, ...tag(7, 4)], "group"],
    ["lists of groups", (body) => [...tag(8, 3), ...body, ...tag(8, 4)], "groups[0]"],
    ["groups of oneofs", (body) => [...tag(6, 3), ...body, ...tag(6, 4)], "choice.chosenGroup"],
  ];

  it.each(kinds)("counts %s", (_, wrap, segment) => {
    for (const levels of [1, 2, 5, 50])
      around(
        Tree,
        nested(levels, wrap),
        "depth",
        levels,
        new Array(levels).fill(segment).join("."),
      );
  });

  it("counts map values and unknown groups", () => {
    around(
      Tree,
      nested(5, (body) => field(3, ...field(1, 107), ...field(2, ...body))),
      "depth",
      5,
      new Array(5).fill('named["k"]').join("."),
    );
    around(
      Nothing,
      nested(5, (body) => [...tag(9, 3), ...body, ...tag(9, 4)]),
      "depth",
      5,
      "",
    );
    around(
      Holder,
      Uint8Array.from(field(1, ...nested(5, (body) => [...tag(9, 3), ...body, ...tag(9, 4)]))),
      "depth",
      6,
      "nothing",
    );
  });

  it("counts what a Struct nests", () => {
    let json: unknown = 1;
    for (let n = 0; n < 10; n++) json = { k: json };
    // the Struct, and a Value and a Struct a level
    around(Tree, Tree.encode({ attributes: json as never }), "depth", 20, "attributes");
  });

  it("is 100 unless told otherwise", () => {
    for (const [, wrap] of kinds) {
      expect(Tree.decode(nested(100, wrap))).toBeDefined();
      expect(refusal(Tree, nested(101, wrap)).message).toContain("limits.depth");
    }
    expect(Nothing.decode(nested(100, (body) => [11, ...body, 12]))).toBeDefined();
    expect(
      refusal(
        Nothing,
        nested(101, (body) => [11, ...body, 12]),
      ).reason,
    ).toBe("BOWLINE_DECODE_LIMIT");
  });

  it("can be 0: a message without any other", () => {
    expect(Tree.decode(Uint8Array.from([...tag(9, 0), 1]), { limits: { depth: 0 } }).value).toBe(1);
    expect(refusal(Tree, field(1), { limits: { depth: 0 } })).toMatchObject({
      path: "left",
      reason: "BOWLINE_DECODE_LIMIT",
    });
  });

  it("switched off, ends in an error of the codec all the same when the stack is full", () => {
    const bytes = repeat(1_000_000, tag(7, 3));
    expect(() => Tree.decode(bytes, { limits: { depth: Number.POSITIVE_INFINITY } })).toThrow(
      DecodeError,
    );
    expect(() => Nothing.decode(bytes, { limits: { depth: Number.POSITIVE_INFINITY } })).toThrow(
      DecodeError,
    );
  });
});

describe("limits.unknownFields", () => {
  it("counts every unknown field of the tree: in groups, in nested messages, of closed enums, kept or not", () => {
    const one = [...tag(99, 0), 1];
    around(Tree, repeat(7, one), "unknownFields", 7, "");
    around(
      Tree,
      Uint8Array.from([...one, ...field(1, ...one, ...one), ...field(2, ...one)]),
      "unknownFields",
      4,
      "children[0]",
    );
    around(
      Nothing,
      Uint8Array.from([...tag(9, 3), ...one, ...one, ...tag(9, 4)]),
      "unknownFields",
      3,
      "",
    );
    around(
      Closings,
      Uint8Array.from([8, 9, 24, 9, 32, 9, ...field(6, 10, 0, 16, 9)]),
      "unknownFields",
      4,
      undefined,
    );
    around(Closings, Uint8Array.from(field(2, 9, 1, 9, 9)), "unknownFields", 3, "packed");
    const error = refusal(Tree, repeat(3, one), {
      keepUnknownFields: false,
      limits: { unknownFields: 2 },
    });
    expect(error.message).toContain("limits.unknownFields");
  });

  it("is a million unless told otherwise", () => {
    const bytes = repeat(1_000_001, [8, 1]);
    expect(refusal(Nothing, bytes).message).toContain(
      "more unknown fields than the limit (limits.unknownFields)",
    );
    expect(Nothing.encode(Nothing.decode(bytes.subarray(2)))).toHaveLength(2_000_000);
    expect(Nothing.decode(bytes, { limits: { unknownFields: 1_000_001 } })).toBeDefined();
  });
});

describe("limits.elementMemoryBytes", () => {
  const tree = 64 + 48 + 9 * 8 + 4 * 64 + 192;

  it("charges by the documented formula", () => {
    const charge = (type: MessageType, bytes: Bytes, needed: number, path?: string): void =>
      around(type, Uint8Array.from(bytes), "elementMemoryBytes", needed, path);
    const lists = 64 + Lists.desc.members.length * 64;
    const maps = 64 + Maps.desc.members.length * 192;
    charge(Empty, [], 64, "");
    charge(Tree, [], tree, "");
    charge(Tree, field(1), 2 * tree, "left");
    charge(Tree, field(12, 97, 98), tree + 26, "note");
    charge(Tree, field(12), tree + 24, "note");
    charge(Tree, field(10, 97, 98), tree + 112, "data");
    charge(Tree, field(11, 1, 2, 3), tree + 24, "numbers");
    charge(Lists, [...tag(3, 0), 1, ...tag(3, 0), 2], lists + 16, "lInt32[1]");
    charge(Lists, field(4, 1, 2, 0x80, 1), lists + 72, "lInt64");
    charge(Lists, [...tag(4, 0), 1], lists + 24, "lInt64[0]");
    charge(Lists, field(1, ...new Array<number>(16).fill(0)), lists + 16, "lDouble");
    charge(Lists, field(10, ...new Array<number>(16).fill(0)), lists + 48, "lFixed64");
    charge(Lists, field(13, 1, 1), lists + 16, "lBool");
    charge(Lists, field(17, 1), lists + 44, "lText");
    charge(Lists, [...field(14), ...field(14)], lists + 48, "lString[1]");
    charge(Maps, field(12, ...field(1, 97), ...field(2, 98, 98)), maps + 64 + 25 + 26);
    charge(Maps, field(1, 8, 1), maps + 64, "mInt32");
    charge(Maps, field(7), maps + 64 + tree, "mFixed32");
    charge(Maps, field(7, ...field(2)), maps + 64 + tree, undefined);
    charge(Tree, [...tag(99, 0), 1, ...tag(99, 0), 1], tree + 192, "");
    charge(Tree, [...tag(99, 0), 1, ...tag(9, 0), 1, ...tag(99, 0), 1], tree + 2 * 192, "");
    charge(Closings, field(2, 9, 9), 64 + 8 + 2 * 64 + 48 + 192 + 8 + 2 * 8 + 2 * 96, "packed");
    charge(Holder, field(1), 64 + 16 + 64, "nothing");
  });

  it("names the element, not what follows it, where that is empty", () => {
    const bytes = Uint8Array.from([...field(2), ...field(2), ...field(2), ...field(12, 97)]);
    expect(refusal(Tree, bytes, { limits: { elementMemoryBytes: 3 * tree } })).toMatchObject({
      path: "children[2]",
      offset: 6,
    });
    const strings = Uint8Array.from([...field(14), ...field(14), ...field(15, 1)]);
    expect(
      refusal(Lists, strings, {
        limits: { elementMemoryBytes: 64 + Lists.desc.members.length * 64 + 24 },
      }).path,
    ).toBe("lString[1]");
  });

  it("is 32 MiB unless told otherwise", () => {
    const bytes = repeat(4_194_305, [1]);
    const packed = (n: number): Uint8Array =>
      new Uint8Array([...tag(23, 2), ...varint(BigInt(n))].concat([]).length + n).fill(1);
    const whole = (n: number): Uint8Array => {
      const head = [...tag(23, 2), ...varint(BigInt(n))];
      const b = packed(n);
      b.set(head);
      return b;
    };
    const room = Math.floor((33_554_432 - 64 - Lists.desc.members.length * 64) / 8);
    expect(bytes.length).toBeGreaterThan(room);
    expect(Lists.decode(whole(room)).eInt32).toHaveLength(room);
    expect(refusal(Lists, whole(room + 1)).message).toContain(
      "would take more memory than allowed (limits.elementMemoryBytes)",
    );
    expect(
      Lists.decode(whole(room + 1), { limits: { elementMemoryBytes: Number.POSITIVE_INFINITY } })
        .eInt32,
    ).toHaveLength(room + 1);
  });
});

describe("a limit", () => {
  const bytes = Uint8Array.from([...field(1, ...field(12, 97)), ...tag(99, 0), 1]);

  it.each(["depth", "unknownFields", "elementMemoryBytes"] as const)(
    "%s that is not a number from 0 on is refused, not taken for none",
    (name) => {
      for (const value of [Number.NaN, -1, Number.NEGATIVE_INFINITY, "100", null, 5n, {}]) {
        expect(() => Tree.decode(bytes, { limits: { [name]: value } as never })).toThrow(TypeError);
        expect(() => Tree.decode(bytes, { limits: { [name]: value } as never })).toThrow(
          `limits.${name} has to be a number from 0 to Infinity`,
        );
      }
      expect(() => Tree.decode(bytes, { limits: { [name]: 0 } })).toThrow(`limits.${name}`);
      for (const value of [undefined, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER]) {
        expect(Tree.decode(bytes, { limits: { [name]: value } as never }).left?.note).toBe("a");
      }
    },
  );

  it("that one decode changed holds for that one only, failed or not", () => {
    const options = {
      limits: { depth: 0, unknownFields: 0, elementMemoryBytes: 0 },
      keepUnknownFields: false,
    };
    expect(() => Tree.decode(bytes, options)).toThrow(DecodeError);
    expect([...Tree.encode(Tree.decode(bytes))]).toEqual([...bytes]);
  });
});

describe("the heap that a decode takes", () => {
  const collect = forcedCollection();
  const budget = 2 << 20;
  const options = { limits: { elementMemoryBytes: budget } };

  /** As many of the units, one for each number, as an eighth of the budget holds. */
  function units(n: number, unit: (i: number) => Bytes): Uint8Array {
    const bytes: number[] = [];
    for (let i = 0; i < n; i++) bytes.push(...unit(i));
    return Uint8Array.from(bytes);
  }

  /** What the largest message that the budget lets through weighs, by its number of units. */
  function weigh(type: MessageType, unit: (i: number) => Bytes): number {
    const decodes = (n: number): boolean => {
      try {
        return type.decode(units(n, unit), options) !== undefined;
      } catch (error) {
        expect(error).toMatchObject({ reason: "BOWLINE_DECODE_LIMIT" });
        return false;
      }
    };
    let low = 0;
    let high = Math.floor((budget >> 3) / unit(0).length);
    if (decodes(high)) low = high;
    while (high - low > Math.max(1, low / 20)) {
      const middle = (low + high) >> 1;
      if (decodes(middle)) low = middle;
      else high = middle;
    }
    expect(low).toBeGreaterThan(50);
    const bytes = units(low, unit);
    const heap = (): number => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = heap();
    const message = type.decode(bytes, options);
    const used = heap() - before;
    expect(message).toBeDefined();
    if (process.env.BOWLINE_PRINT_HEAP)
      console.log(`${low} × [${unit(0)}]: ${(used / budget).toFixed(2)} of the budget`);
    return used;
  }

  const same =
    (...bytes: Bytes) =>
    () =>
      bytes;
  const key = (i: number): number[] => varint(BigInt(i));
  it.each<[string, MessageType, (i: number) => Bytes]>([
    ["empty messages with maps and lists", Rooms, same(...field(1))],
    ["map entries without their message", Rooms, (i) => field(2, 8, ...key(i))],
    ["map entries", Maps, (i) => field(1, 8, ...key(i))],
    ["map entries with a message", Maps, (i) => field(7, 13, i & 255, i >> 8, 0, 0, ...field(2))],
    ["unknown fields between known ones", Tree, same(...tag(99, 0), 1, ...tag(9, 0), 1)],
    ["messages with one unknown field", Holder, same(...field(1, 8, 1))],
    ["lists of messages with one unknown field", Rooms, same(...field(1, ...tag(99, 0), 1))],
    ["undeclared enum numbers", Closings, same(...field(2, ...new Array<number>(64).fill(9)))],
    ["undeclared enum numbers between known fields", Closings, same(...field(2, 9), 56, 1)],
    ["numbers", Lists, same(...field(3, ...new Array<number>(64).fill(1)))],
    ["bigints", Lists, same(...field(4, ...new Array<number>(64).fill(1)))],
    ["strings of 64-bit numbers", Lists, same(...field(17, ...new Array<number>(9).fill(255), 1))],
    ["strings", Lists, (i) => field(14, 97, 98 + (i & 7), 99 + (i & 3))],
    ["bytes", Lists, same(...field(15, 1))],
    [
      "Struct entries",
      Tree,
      (i) =>
        field(
          13,
          ...field(
            1,
            ...field(1, ...[...String(i)].map((c) => c.charCodeAt(0))),
            ...field(2, ...field(5)),
          ),
        ),
    ],
    [
      "lists with one element each",
      Rooms,
      same(...field(1, ...field(7), ...field(8), ...field(9), ...field(10))),
    ],
    ["oneofs", Tree, same(...field(2, 34, 0))],
  ])("is at most twice the budget: %s", (_, type, unit) => {
    expect(weigh(type, unit)).toBeLessThan(2 * budget);
  });
});

describe("2 MiB of small things", () => {
  const size = 2 << 20;
  it.each<[string, MessageType, Bytes]>([
    ["fragments of a message", Tree, field(1)],
    ["fragments that hold fragments", Tree, field(1, ...field(1, ...field(1)))],
    ["fragments with a list element each", Tree, field(1, 88, 1)],
    ["fragments of a oneof's message", Tree, field(4)],
    ["changing cases of a oneof", Tree, [...field(4), ...field(5)]],
    ["empty groups", Tree, [...tag(7, 3), ...tag(7, 4)]],
    ["unknown empty groups", Nothing, [11, 12]],
    ["unknown fields", Nothing, [8, 1]],
    ["empty unknown fields", Nothing, [10, 0]],
    ["unknown fields between known ones", Tree, [...tag(99, 0), 1, ...tag(9, 0), 1]],
    ["entries with one key", Maps, field(1, 8, 1)],
    ["entries with keys that collide", Maps, field(12, ...field(1, 97))],
    ["empty entries", Maps, field(12)],
    ["empty packed lists", Lists, field(3)],
    ["empty packed lists of doubles", Lists, field(1)],
    ["packed lists of one double", Lists, field(1, 0, 0, 0, 0, 0, 0, 0, 0)],
    ["Struct fragments", Tree, field(13, ...field(1, ...field(1, 97), ...field(2, 8, 0)))],
    ["empty Struct fragments", Tree, field(13)],
    ["wrapper fragments", Tree, field(14, ...field(1, 97))],
    ["bytes fields", Tree, field(10, 1)],
    ["bools of eleven bytes", Tree, [...tag(99, 0), ...new Array<number>(9).fill(0x80), 0]],
    ["undeclared numbers of a closed enum", Closings, field(2, 9, 9, 9, 9)],
  ])("decode or fail in good time: %s", (_, type, unit) => {
    const bytes = repeat(Math.floor(size / unit.length), unit);
    const start = performance.now();
    let message: object | undefined;
    try {
      message = type.decode(bytes, {
        limits: { elementMemoryBytes: 2 ** 30, unknownFields: 2 ** 30 },
      });
    } catch (error) {
      expect(error).toMatchObject({ reason: "BOWLINE_DECODE_LIMIT" });
    }
    if (message !== undefined) type.encode(message);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe("a MessageSet", () => {
  const item = (id: number, ...body: Bytes): number[] => [
    11,
    16,
    ...varint(BigInt(id)),
    ...field(3, ...body),
    12,
  ];
  const text = field(1, 104, 105);
  const options = { messageSet: true };
  const item1000 = Item.desc.extensions[0]!;

  it("stays as it came unless it is asked for", () => {
    const bytes = [...item(item1000.number, ...text), ...item(2000, 8, 5), ...tag(99, 0), 1];
    expect(roundTrip(MessageSet, bytes)).toEqual(bytes);
    expect(
      unknownFields(MessageSet.decode(Uint8Array.from(bytes))).map(({ number }) => number),
    ).toEqual([1, 1, 99]);
  });

  it("gives its items as extensions when it is, and writes them as items", () => {
    const bytes = [...item(1000, ...text), ...item(2000, 8, 5)];
    const set = MessageSet.decode(Uint8Array.from(bytes), options);
    expect(unknownFields(set).map(({ number, data }) => [number, ...data])).toEqual([
      [1000, ...text],
      [2000, 8, 5],
    ]);
    expect([...MessageSet.encode(set)]).toEqual(bytes);
    expect(getExtension).toBeDefined();
  });

  it("takes the message in front of its id, in fragments, and ids of every size", () => {
    for (const id of [4, 100, 2047, 2048, 2 ** 20, 2 ** 28, 2 ** 29 - 1]) {
      const bytes = [
        11,
        ...field(3, 1),
        ...field(3),
        16,
        ...varint(BigInt(id)),
        ...field(3, 2, 3),
        12,
      ];
      const set = MessageSet.decode(Uint8Array.from(bytes), options);
      expect(unknownFields(set)).toMatchObject([
        { number: id, wireType: 2, data: Uint8Array.of(1, 2, 3) },
      ]);
      expect([...MessageSet.encode(set)]).toEqual(item(id, 1, 2, 3));
    }
  });

  it("keeps items as they came that lack a part, or whose id no field number can be", () => {
    for (const bytes of [
      [11, 12],
      [11, 16, 5, 12],
      [11, ...field(3, 1), 12],
      item(0, 1),
      item(2 ** 29, 1),
      item(2 ** 31 - 1, 1),
      [11, 16, ...varint(2n ** 64n - 1n), ...field(3, 1), 12],
    ]) {
      const set = MessageSet.decode(Uint8Array.from(bytes), options);
      expect([...MessageSet.encode(set)]).toEqual(bytes);
    }
  });

  it("is refused with an item that is not whole", () => {
    for (const bytes of [
      [11],
      [11, 16],
      [11, 16, 5],
      [11, 26, 5, 1, 12],
      [11, 16, 5, 20],
      [11, 0, 12],
    ]) {
      expect(() => MessageSet.decode(Uint8Array.from(bytes), options)).toThrow(DecodeError);
      expect(() => MessageSet.decode(Uint8Array.from(bytes))).toThrow(DecodeError);
    }
  });

  it("takes a megabyte of fragments of one item in good time", () => {
    const bytes = new Uint8Array([11, 16, 5, ...repeat(300_000, field(3, 1)), 12]);
    const start = performance.now();
    const set = MessageSet.decode(bytes, options);
    expect(unknownFields(set)[0]!.data).toHaveLength(300_000);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe("required fields", () => {
  it("are asked for in every message that has them, not with allowPartial", () => {
    const bytes = [...field(1, 97), ...field(3, ...field(1, 98)), ...field(3)];
    expect(refusal(Required, bytes)).toMatchObject({
      reason: "BOWLINE_DECODE_REQUIRED",
      path: "list[1].id",
    });
    expect(Required.decode(Uint8Array.from(bytes), { allowPartial: true }).list).toHaveLength(2);
    expect(
      refusal(Required, [...bytes, 8]).reason,
      "what is wrong with the bytes comes first",
    ).toBe("BOWLINE_DECODE_MALFORMED");
  });
});

describe("every prefix of a rich message", () => {
  it("decodes, or is a DecodeError with a path and an offset inside", () => {
    const bytes = Everything.encode({
      name: "näme",
      count: -1,
      ratio: 0.1,
      weight: 2,
      big: -(2n ** 63n),
      textBig: "18446744073709551615",
      numberBig: 5,
      data: Uint8Array.of(1),
      color: 7,
      inner: { label: "x", tags: ["y".repeat(50)] },
      numbers: [1, 300, -1],
      inners: [{}, { value: 1 }],
      counts: { a: 1, ab: -1 },
      byId: [[1n, { label: "z" }]],
      choice: { case: "boxed", value: { value: "v" } },
      nickname: "n",
      attributes: { a: [1, null, { b: "c" }] },
      chunks: [Uint8Array.of(1, 2)],
      group: { label: "g" },
      flag: true,
    });
    let refused = 0;
    let tagsCut = 0;
    for (let n = 0; n < bytes.length; n++) {
      try {
        Everything.decode(bytes.slice(0, n));
      } catch (error) {
        refused++;
        expect(error).toBeInstanceOf(DecodeError);
        const { offset, path, message, cause } = error as DecodeError;
        expect(offset).toBeLessThanOrEqual(n);
        if (path === "") tagsCut++;
        expect(message).toContain("truncated");
        expect(cause).toBeUndefined();
      }
    }
    // where a tag is cut, the message has no field to name; only tags of two bytes can be
    expect(tagsCut).toBe(6);
    expect(refused).toBeGreaterThan(bytes.length / 2);
    expect(Roomy.decode(new Uint8Array(0))).toEqual(Roomy.create());
  });
});
