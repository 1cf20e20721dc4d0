import { describe, expect, test } from "vitest";
import { Empty, Everything } from "../fixtures/gen/test/ops.pb.js";
import { Implicit } from "../fixtures/gen/test/ops3.pb.js";
import { clear, type FieldName, isSet } from "./presence.js";

const all = (message: Everything): string[] =>
  Everything.desc.fields
    .map((field) => field.localName)
    .filter((name) => isSet(Everything, message, name as FieldName<Everything>));

const full = (): Everything =>
  Everything.create({
    name: "",
    count: 1,
    ratio: -0,
    weight: 0,
    big: 0n,
    textBig: "0",
    numberBig: 1,
    data: new Uint8Array(),
    color: 1,
    inner: {},
    numbers: [0],
    inners: [{}],
    counts: { "": 0 },
    byId: [[0n, {}]],
    choice: { case: "message", value: {} },
    nickname: "",
    attributes: {},
    chunks: [new Uint8Array()],
    group: {},
    flag: true,
  });

describe("isSet", () => {
  test("a new message has nothing set", () => {
    expect(all(Everything.create())).toEqual([]);
    expect(isSet(Everything, Everything.create(), "choice")).toBe(false);
  });

  test("explicit presence: any value counts; implicit: what differs from the default, −0 too", () => {
    expect(all(full())).toEqual(
      Everything.desc.fields
        .map((field) => field.localName)
        .filter((name) => name !== "text" && name !== "boxed"),
    );
    const zeros = Everything.create({
      count: 0,
      ratio: 0,
      numberBig: 0,
      color: 0,
      flag: false,
      numbers: [],
      counts: {},
    });
    expect(all(zeros)).toEqual([]);
    expect(isSet(Implicit, Implicit.create({ text: "", maybe: "" }), "text")).toBe(false);
    expect(isSet(Implicit, Implicit.create({ text: "", maybe: "" }), "maybe")).toBe(true);
    expect(isSet(Everything, Everything.create({ count: -0 }), "count")).toBe(false);
  });

  test("a oneof by its own name and by its members' names", () => {
    const message = Everything.create({ choice: { case: "text", value: "" } });
    expect(isSet(Everything, message, "choice")).toBe(true);
    expect(isSet(Everything, message, "text")).toBe(true);
    expect(isSet(Everything, message, "message")).toBe(false);
  });

  test("a name that does not exist is an error that names those that do", () => {
    expect(() => isSet(Implicit, Implicit.create(), "nope" as "text")).toThrow(
      'test.ops3.Implicit has no field "nope"; its fields are: text, maybe, real, packed, kind, userName, left, right',
    );
    expect(() => isSet(Implicit, Implicit.create(), "user_name" as "text")).toThrow(
      /its property is "userName"/,
    );
    expect(() => isSet(Empty, Empty.create(), "toString" as never)).toThrow(/it has no fields/);
  });
});

describe("clear", () => {
  test("gives every field the value that it has in a new message", () => {
    const message = full();
    for (const name of all(message)) clear(Everything, message, name as FieldName<Everything>);
    expect(message).toEqual(Everything.create());
    expect(Object.keys(message)).toEqual(Object.keys(Everything.create()));
  });

  test("clears a oneof by its name, and a member only if it is the one that is set", () => {
    const message = Everything.create({ choice: { case: "text", value: "x" } });
    clear(Everything, message, "message");
    expect(message.choice).toEqual({ case: "text", value: "x" });
    clear(Everything, message, "text");
    expect(message.choice).toBeUndefined();
    message.choice = { case: "text", value: "y" };
    clear(Everything, message, "choice");
    expect(message.choice).toBeUndefined();
  });

  test("does not share lists and maps between messages", () => {
    const a = Everything.create({ numbers: [1] });
    const b = Everything.create({ numbers: [1] });
    clear(Everything, a, "numbers");
    clear(Everything, b, "numbers");
    a.numbers.push(7);
    expect(b.numbers).toEqual([]);
  });

  test("a name that does not exist is an error", () => {
    expect(() => clear(Everything, Everything.create(), "nope" as "name")).toThrow(
      /has no field "nope"/,
    );
  });
});

test("field names are checked by the compiler", () => {
  const message = Everything.create();
  // @ts-expect-error no such field
  expect(() => isSet(Everything, message, "nmae")).toThrow();
  // @ts-expect-error the proto name is not the property
  expect(() => clear(Everything, message, "text_big")).toThrow();
});
