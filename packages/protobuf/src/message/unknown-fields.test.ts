import { describe, expect, test } from "vitest";
import { DecodeError } from "../errors.js";
import { Empty, Everything } from "../fixtures/gen/test/ops.pb.js";
import { setUnknownFields, unknownFields } from "./unknown-fields.js";

// one field of each wire type: 1 varint, 2 fixed64, 3 bytes, 4 group (with a fixed32 that ends in 0xff), 5 fixed32,
// and number 536870911
const wire = Uint8Array.of(
  ...[0x08, 0x96, 0x01],
  ...[0x11, 1, 2, 3, 4, 5, 6, 7, 8],
  ...[0x1a, 2, 0xaa, 0xbb],
  ...[0x23, 0x0d, 1, 2, 3, 0xff, 0x24],
  ...[0x2d, 9, 9, 9, 9],
  ...[0xf8, 0xff, 0xff, 0xff, 0x0f, 1],
);

describe("unknownFields", () => {
  test("gives number, wire type, value and whole field of each wire type", () => {
    const fields = unknownFields(Empty.decode(wire));
    expect(fields.map(({ number, wireType, data }) => [number, wireType, [...data]])).toEqual([
      [1, 0, [0x96, 0x01]],
      [2, 1, [1, 2, 3, 4, 5, 6, 7, 8]],
      [3, 2, [0xaa, 0xbb]],
      [4, 3, [0x0d, 1, 2, 3, 0xff]],
      [5, 5, [9, 9, 9, 9]],
      [536870911, 0, [1]],
    ]);
    expect(Buffer.concat(fields.map((field) => field.bytes)).equals(wire)).toBe(true);
  });

  test("an end tag that is longer than it need be still ends a group", () => {
    const [field] = unknownFields(Empty.decode(Uint8Array.of(0x23, 0x08, 1, 0xa4, 0x80, 0)));
    expect(field).toMatchObject({ number: 4, wireType: 3, data: Uint8Array.of(0x08, 1) });
  });

  test("are none in new messages and literals; spread copies have them", () => {
    expect(unknownFields(Empty.create())).toEqual([]);
    expect(unknownFields({})).toEqual([]);
    expect(unknownFields({ ...Empty.decode(wire) })).toHaveLength(6);
  });
});

describe("setUnknownFields", () => {
  test("replaces them, so that they are written and read again", () => {
    const message = Everything.create({ name: "x" });
    const fields = unknownFields(Empty.decode(Uint8Array.of(0xf0, 0x07, 5)));
    setUnknownFields(message, fields);
    expect(unknownFields(Everything.decode(Everything.encode(message)))).toEqual(fields);
  });

  test("an empty list removes them and the key", () => {
    const message = Empty.decode(wire);
    setUnknownFields(message, []);
    expect(Reflect.ownKeys(message)).toEqual([]);
    expect(Empty.encode(message)).toHaveLength(0);
  });

  test("bytes that are not fields are refused, and the message is unchanged", () => {
    const message = Empty.decode(wire);
    for (const bytes of [[0x08], [0x1a, 5, 1], [0x00, 1], [0x23, 0x08, 1], [0x0e, 1]]) {
      const call = (): void => setUnknownFields(message, [{ bytes: Uint8Array.from(bytes) }]);
      expect(call).toThrow(DecodeError);
    }
    expect(() => setUnknownFields(message, [{ bytes: "x" as never }])).toThrow(TypeError);
    expect(unknownFields(message)).toHaveLength(6);
  });
});
