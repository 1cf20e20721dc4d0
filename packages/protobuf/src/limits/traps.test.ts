/** Inputs that decoders are known to fall for, in each way into ours. Each has its control: what is right, next to it. */
import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import { type DecodePath, decodePaths } from "../fixtures/decode-paths.js";
import { Implicit } from "../fixtures/gen/test/ops3.pb.js";
import { Lists, Maps, Nothing, Scalars, Tree } from "../fixtures/gen/test/wire.pb.js";
import { type Bytes, field, group, number, tag } from "../fixtures/wire-bytes.js";
import { toJson } from "../json/index.js";
import type { MessageType } from "../message/message-type.js";

const key = (text: string): number[] => field(1, ...Buffer.from(text));
const value = (text: string): number[] => field(2, ...Buffer.from(text));
const nine = new Array<number>(9).fill(0xff);

/** Bytes that every way reads as the same message, shown as JSON, and writes as `written`. */
const accepted: readonly {
  readonly name: string;
  readonly type: MessageType;
  readonly bytes: Bytes;
  readonly json: unknown;
  readonly written?: Bytes;
}[] = [
  {
    name: "a wire type that is not the field's: an unknown field",
    type: Tree,
    bytes: [...field(9, 1), ...number(12, 1), ...number(9, 7)],
    json: { value: 7 },
    written: [...number(9, 7), ...field(9, 1), ...number(12, 1)],
  },
  {
    name: "fragments of a singular message: they merge",
    type: Tree,
    bytes: [...field(1, ...number(9, 1), ...field(2)), ...field(1, ...field(12, 97), ...field(2))],
    json: { left: { value: 1, note: "a", children: [{}, {}] } },
    written: field(1, ...field(2), ...field(2), ...number(9, 1), ...field(12, 97)),
  },
  {
    name: "fragments of a oneof's message: they merge, but not past another case",
    type: Tree,
    bytes: [...field(4, ...number(9, 1)), ...field(5, 97), ...field(4, ...field(12, 98))],
    json: { chosen: { note: "b" } },
    written: field(4, ...field(12, 98)),
  },
  {
    name: "fragments of a group: they merge",
    type: Tree,
    bytes: [...group(7, ...number(9, 1)), ...group(7, ...field(12, 97))],
    json: { group: { value: 1, note: "a" } },
    written: group(7, ...number(9, 1), ...field(12, 97)),
  },
  {
    name: "packed and expanded, one behind the other",
    type: Lists,
    bytes: [...number(3, 1), ...field(3, 2, 3), ...field(3), ...number(3, 4), ...field(23, 5, 6)],
    json: { lInt32: [1, 2, 3, 4], eInt32: [5, 6] },
    written: [...field(3, 1, 2, 3, 4), ...number(23, 5), ...number(23, 6)],
  },
  {
    name: "−0.0 in a field without presence: it is not the default",
    type: Implicit,
    bytes: [...tag(3, 1), 0, 0, 0, 0, 0, 0, 0, 0x80],
    json: { real: -0 },
  },
  {
    name: "varints of ten bytes, their upper bits zero",
    type: Scalars,
    bytes: [...tag(3, 0), 0x85, ...nine.slice(0, 8).fill(0x80), 0, ...tag(13, 0), 0x81, 0x80, 0],
    json: { fInt32: 5, fBool: true },
    written: [...number(3, 5), ...number(13, 1)],
  },
  {
    name: "64 bits set in a varint of ten bytes",
    type: Scalars,
    bytes: [...tag(6, 0), ...nine, 1, ...tag(4, 0), ...nine, 1],
    json: { fUint64: "18446744073709551615", fInt64: "-1" },
    written: [...tag(4, 0), ...nine, 1, ...tag(6, 0), ...nine, 1],
  },
  {
    name: "a tag of more bytes than it needs",
    type: Tree,
    bytes: [0xc8, 0x80, 0, 7],
    json: { value: 7 },
    written: number(9, 7),
  },
  {
    name: "the last field number",
    type: Scalars,
    bytes: number(536_870_911, 7),
    json: { last: 7 },
  },
  {
    name: "a map entry without its key or value, twice the same key, and fields that it does not have",
    type: Maps,
    bytes: [
      ...field(12, ...value("a")),
      ...field(12, ...key("")),
      ...field(12, ...number(3, 1), ...key("k"), ...value("x"), ...value("y")),
    ],
    json: { mString: { "": "", k: "y" } },
    written: [...field(12, ...key(""), ...value("")), ...field(12, ...key("k"), ...value("y"))],
  },
  {
    name: "groups in what is unknown, those of their own number among them",
    type: Nothing,
    bytes: group(5, ...group(5, ...number(1, 1)), ...group(6)),
    json: {},
  },
];

/** Bytes that every way refuses, by the same words; without what is wrong with them they are accepted. */
const refused: readonly {
  readonly name: string;
  readonly type: MessageType;
  readonly bytes: Bytes;
  readonly says: RegExp;
  readonly control: Bytes;
}[] = [
  {
    name: "bits past the 64th in the tenth byte of a varint",
    type: Scalars,
    bytes: [...tag(6, 0), ...nine, 2],
    says: /more than 64 bits/,
    control: [...tag(6, 0), ...nine, 1],
  },
  {
    name: "the same in an unknown field",
    type: Nothing,
    bytes: [...tag(6, 0), ...nine, 2],
    says: /more than 64 bits/,
    control: [...tag(6, 0), ...nine, 1],
  },
  {
    name: "the same in a packed list",
    type: Lists,
    bytes: field(6, ...nine, 2),
    says: /more than 64 bits/,
    control: field(6, ...nine, 1),
  },
  {
    name: "a varint of eleven bytes",
    type: Scalars,
    bytes: [...tag(13, 0), ...nine, 0x80, 0],
    says: /more than 64 bits/,
    control: [...tag(13, 0), ...nine.slice(1), 0x81, 0],
  },
  {
    name: "field number 0",
    type: Tree,
    bytes: [0, 1],
    says: /field number 0/,
    control: number(99, 1),
  },
  {
    name: "field number 0 inside an unknown group",
    type: Nothing,
    bytes: group(5, 0, 1),
    says: /field number 0/,
    control: group(5, 8, 1),
  },
  {
    name: "a tag of more than 32 bits",
    type: Tree,
    bytes: [0xf8, 0xff, 0xff, 0xff, 0x1f, 1],
    says: /tag|field number/,
    control: [0xf8, 0xff, 0xff, 0xff, 0x0f, 1],
  },
  ...[6, 7].flatMap((wire) => [
    {
      name: `wire type ${wire}`,
      type: Tree,
      bytes: [...tag(9, wire), 1],
      says: new RegExp(`wire type ${wire}`),
      control: [...tag(9, 5), 1, 2, 3, 4],
    },
    {
      name: `wire type ${wire} in a map entry`,
      type: Maps,
      bytes: field(12, ...tag(1, wire), 1),
      says: new RegExp(`wire type ${wire}`),
      control: field(12, ...tag(1, 5), 1, 2, 3, 4),
    },
  ]),
  {
    name: "the end of a group that has not begun",
    type: Tree,
    bytes: [...number(9, 1), ...tag(7, 4)],
    says: /end-group/,
    control: [...number(9, 1), ...tag(7, 3), ...tag(7, 4)],
  },
  {
    name: "the end of another group",
    type: Tree,
    bytes: [...tag(7, 3), ...tag(8, 4)],
    says: /group/,
    control: [...tag(7, 3), ...tag(7, 4)],
  },
  {
    name: "a group whose end is past that of its message",
    type: Tree,
    bytes: [...field(1, ...tag(7, 3)), ...tag(7, 4)],
    // a lazy view comes across the end tag first
    says: /truncated|end-group/,
    control: field(1, ...tag(7, 3), ...tag(7, 4)),
  },
  {
    name: "a value that goes past the end of its message",
    type: Tree,
    bytes: [...field(1, ...tag(12, 2), 3, 97), 98, 99],
    says: /truncated/,
    control: field(1, ...tag(12, 2), 1, 97),
  },
  {
    name: "a packed list whose last element is cut",
    type: Lists,
    bytes: [...field(3, 1, 0x80), ...number(3, 1)],
    says: /truncated|packed|cut|end/,
    control: [...field(3, 1, 0x80, 0), ...number(3, 1)],
  },
  {
    name: "packed doubles that are no multiple of eight bytes",
    type: Lists,
    bytes: field(1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    says: /truncated|multiple|packed|end/,
    control: field(1, 0, 0, 0, 0, 0, 0, 0, 0),
  },
  {
    name: "a length of 2 GiB",
    type: Tree,
    bytes: [...tag(12, 2), 0x80, 0x80, 0x80, 0x80, 0x08],
    says: /truncated|2 GiB|length/,
    control: [...tag(12, 2), 0x80, 0x80, 0x80, 0x80, 0x00],
  },
  ...(
    [
      ["a byte that UTF-8 does not have", [0xff], [0x7f]],
      ["an overlong form", [0xc0, 0x80], [0xc2, 0x80]],
      ["half a surrogate pair", [0xed, 0xa0, 0x80], [0xed, 0x9f, 0x80]],
      ["a code point past the last", [0xf4, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0x80, 0x80]],
      ["a sequence that is cut", [0xe2, 0x82], [0xe2, 0x82, 0xac]],
    ] as const
  ).flatMap(([name, bad, good]) => [
    {
      name: `${name} in a string`,
      type: Tree,
      bytes: field(12, ...bad),
      says: /UTF-8/,
      control: field(12, ...good),
    },
    {
      name: `${name} in a map key`,
      type: Maps,
      bytes: field(12, ...field(1, ...bad)),
      says: /UTF-8/,
      control: field(12, ...field(1, ...good)),
    },
    {
      name: `${name} in a list`,
      type: Lists,
      bytes: field(14, ...bad),
      says: /UTF-8/,
      control: field(14, ...good),
    },
  ]),
];

describe.each(decodePaths.map((path) => [path.name, path] as const))("%s", (_, path) => {
  it.each(accepted.map((one) => [one.name, one] as const))("accept %s", (_name, one) => {
    const { type, bytes, json, written = bytes } = one;
    const message = path.message(type, path.decode(type, Uint8Array.from(bytes)));
    expect(toJson(type, message)).toEqual(json);
    expect([...type.encode(message)]).toEqual(written);
  });

  it.each(refused.map((one) => [one.name, one] as const))("refuse %s", (_name, one) => {
    expect(errorOf(path, one.type, one.bytes)?.message).toMatch(one.says);
    expect(errorOf(path, one.type, one.bytes)?.reason).toBe("BOWLINE_DECODE_MALFORMED");
    expect(errorOf(path, one.type, one.control)).toBeUndefined();
  });

  it("take the names of Object.prototype as map keys for what they are: data", () => {
    const keys = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
    const bytes = keys.flatMap((name) => field(12, ...key(name), ...value(`of ${name}`)));
    const read = path.decode(Maps, Uint8Array.from(bytes)) as { mString: Map<string, string> };
    expect([...read.mString]).toEqual(keys.map((name) => [name, `of ${name}`]));
    expect(read.mString.get("__proto__")).toBe("of __proto__");
    expect(read.mString.get("isPrototypeOf")).toBeUndefined();
    const json = toJson(Maps, path.message(Maps, read)) as { mString: object };
    expect(Object.keys(json.mString)).toEqual(keys);
    expect(Object.getPrototypeOf(json.mString)).toBe(Object.prototype);
    const other = path.decode(Maps, new Uint8Array(0)) as { mString: Map<string, string> };
    expect(other.mString.get("__proto__")).toBeUndefined();
  });
});

function errorOf(path: DecodePath, type: MessageType, bytes: Bytes): DecodeError | undefined {
  try {
    path.decode(type, Uint8Array.from(bytes));
    return undefined;
  } catch (error) {
    if (DecodeError.is(error)) return error;
    throw error;
  }
}
