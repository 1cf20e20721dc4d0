import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EncodeError } from "../errors.js";
import { arbitrary } from "../fast-check/index.js";
import { dynamicRegistry } from "../fixtures/dynamic.js";
import * as ops from "../fixtures/gen/test/ops.pb.js";
import * as ops2 from "../fixtures/gen/test/ops2.pb.js";
import { typeSymbol } from "../message/codec.js";
import type { MessageType } from "../message/message-type.js";
import { isSet } from "../message/presence.js";
import { reflect } from "./reflection.js";

/** A stand-in for a view: what reads as the message, and says its view type. */
function viewOf<T extends object>(type: MessageType<T>, message: T): T {
  const viewType = { typeName: type.typeName, desc: type.desc, message: type };
  const prototype = { [Symbol.for("bowline.protobuf.view")]: viewType };
  return Object.freeze(Object.assign(Object.create(prototype), message)) as T;
}

const types: Record<string, MessageType> = {
  generated: ops.Everything,
  dynamic: dynamicRegistry.message("test.ops.Everything")!,
};

describe.each(Object.entries(types))("reflect on %s messages", (_, type) => {
  it("gets fields by name, property and descriptor", () => {
    const message = type.create({
      textBig: "7",
      counts: { a: 1 },
      choice: { case: "text", value: "t" },
    });
    const r = reflect(message);
    expect(r.desc).toBe(type.desc);
    expect(r.readOnly).toBe(false);
    expect([r.get("text_big"), r.get("textBig"), r.get(type.desc.fieldByNumber(6)!)]).toEqual([
      "7",
      "7",
      "7",
    ]);
    expect(r.get("counts")).toBe(message["counts"]);
    expect([r.get("text"), r.get("boxed"), r.get("name"), r.get("count")]).toEqual([
      "t",
      undefined,
      undefined,
      0,
    ]);
    expect([
      r.has("text"),
      r.has("boxed"),
      r.has("count"),
      r.has("counts"),
      r.has("numbers"),
    ]).toEqual([true, false, false, true, false]);
    expect(r.which("choice")?.name).toBe("text");
    expect([...r.fields()].map(([field]) => field.name)).toEqual(["text_big", "counts", "text"]);
  });

  it("sets and clears fields, converting what create would convert", () => {
    const message = type.create();
    const r = reflect(message);
    r.set("name", "Ada");
    r.set("counts", { a: 1 });
    r.set("inner", { label: "l" });
    r.set("message", { label: "m" });
    expect(type.encode(message)).toEqual(
      type.encode({
        name: "Ada",
        counts: { a: 1 },
        inner: { label: "l" },
        choice: { case: "message", value: { label: "m" } },
      }),
    );
    expect(message["counts"]).toEqual(new Map([["a", 1]]));
    expect(reflect(r.get("inner") as object).get("label")).toBe("l");
    r.clear("text");
    expect(r.which("choice")?.name).toBe("message");
    r.clear("message");
    r.set("name", undefined);
    r.clear("counts");
    expect(r.which("choice")).toBeUndefined();
    expect([...r.fields()].map(([field]) => field.name)).toEqual(["inner"]);
  });

  it("refuses wrong values by their path, and names that are not there", () => {
    const message = type.create({ count: 4 });
    const r = reflect(message);
    expect(() => r.set("count", "x")).toThrow(EncodeError);
    expect(() => r.set("inner", { label: 5 })).toThrow(
      /field inner\.label: expected a string, got/,
    );
    expect(r.get("count")).toBe(4);
    expect(() => r.get("nmae")).toThrow(
      /test\.ops\.Everything has no field "nmae"; it has: name, count/,
    );
    expect(() => r.which("chioce")).toThrow(/has no oneof "chioce"; it has: choice/);
    expect(() => r.get(ops2.Plain.desc.fields[0]!)).toThrow(
      "test.ops2.Plain.text is not a field of test.ops.Everything",
    );
    expect(() => r.get(ops.otherNote.desc)).toThrow(
      "test.ops.other_note is not a field of test.ops.Everything",
    );
  });

  it("lists as set what isSet has for set", () => {
    fc.assert(
      fc.property(arbitrary(type), (message) => {
        const r = reflect(message);
        const set = new Set([...r.fields()].map(([field]) => field.localName));
        for (const field of type.desc.fields) {
          expect(r.has(field)).toBe(isSet(type, message, field.localName));
          expect(set.has(field.localName)).toBe(r.has(field));
        }
      }),
      { seed: 11, numRuns: 60 },
    );
  });
});

describe("reflect", () => {
  it("reads views and does not write them", () => {
    const message = ops.Everything.create({ name: "Ada", choice: { case: "text", value: "t" } });
    const r = reflect(viewOf(ops.Everything, message));
    expect(r.readOnly).toBe(true);
    expect(r.type).toBe(ops.Everything);
    expect([r.get("name"), r.get("text"), r.has("count")]).toEqual(["Ada", "t", false]);
    for (const write of [
      () => r.set("name", "B"),
      () => r.clear("name"),
      () => r.set("name", undefined),
    ])
      expect(write).toThrow(
        /test\.ops\.Everything\.name is read through a view, which is read-only; \$toMessage\(\)/,
      );
  });

  it("takes messages and views only", () => {
    for (const value of [{}, { name: "x" }, [], null, undefined, "x", { ...ops.Part.create() }])
      expect(() => reflect(value as never)).toThrow(/reflect takes a message or a view/);
    expect(reflect(Object.create({ [typeSymbol]: ops.Part }) as object).type).toBe(ops.Part);
  });
});
