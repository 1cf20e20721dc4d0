import { describe, expect, test } from "vitest";
import { EncodeError } from "../errors.js";
import { Everything } from "../fixtures/gen/test/ops.pb.js";
import { clone } from "./clone.js";
import { equals } from "./equals.js";

describe("what cannot stand for a message is refused instead of being taken for an empty one", () => {
  const impostors = [
    new Date(0),
    new Map([["name", "x"]]),
    Promise.resolve({}),
    [],
    new Uint8Array(0),
    /x/,
    () => {},
  ];
  for (const value of impostors) {
    test(Object.prototype.toString.call(value), () => {
      expect(() => Everything.create(value as never)).toThrow(EncodeError);
      expect(() => Everything.encode(value as never)).toThrow(EncodeError);
    });
  }

  test("an instance of a class is taken by its own keys", () => {
    class Made {
      readonly nope = "x";
    }
    expect(() => Everything.create(new Made() as never)).toThrow(/no field "nope"/);
  });
});

test("encoding goes on after a result was transferred to another thread", () => {
  const bytes = Everything.encode({});
  structuredClone(bytes, { transfer: [bytes.buffer] });
  expect(Everything.decode(Everything.encode(Everything.create()))).toEqual(Everything.create());
});

test("a Struct member without a kind survives clone and counts in equals", () => {
  const field = Everything.desc.fields.find((candidate) => candidate.unboxed === "struct")!;
  const name = field.localName as never;
  const message = Everything.create({ [name]: { a: undefined } });
  const other = Everything.create({ [name]: {} });
  expect(equals(Everything, message, other)).toBe(false);
  expect(Everything.encode(clone(Everything, message))).toEqual(Everything.encode(message));
});
