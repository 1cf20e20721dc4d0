import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { everything } from "../fixtures/arbitrary.js";
import { Everything, Part } from "../fixtures/gen/test/ops.pb.js";
import { clone } from "./clone.js";
import { equals } from "./equals.js";
import { unknownFields } from "./unknown-fields.js";

/** All objects in a value. */
function objects(value: unknown, found: Set<object> = new Set()): Set<object> {
  if (typeof value !== "object" || value === null || found.has(value)) return found;
  found.add(value instanceof Uint8Array ? value.buffer : value);
  if (value instanceof Uint8Array) return found;
  const inner =
    value instanceof Map
      ? [...value.values()]
      : Reflect.ownKeys(value).map((key) => (value as never)[key]);
  for (const item of inner) objects(item, found);
  return found;
}

describe("clone", () => {
  test("is an equal message that shares no object and no memory with the original", () => {
    fc.assert(
      fc.property(everything(), (init) => {
        const message = Everything.decode(Everything.encode(init));
        const copy = clone(Everything, message);
        expect(Everything.is(copy)).toBe(true);
        expect(equals(Everything, message, copy)).toBe(true);
        const originals = objects(message);
        for (const object of objects(copy)) expect(originals.has(object)).toBe(false);
        expect(Object.keys(copy)).toEqual(Object.keys(message));
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  test("keeps unknown fields in memory of its own", () => {
    const input = Part.encode({ name: "x" });
    const wire = Uint8Array.of(...input, 0x50, 7);
    const message = Part.decode(wire);
    const copy = clone(Part, message);
    wire.fill(0);
    expect(unknownFields(copy).map((field) => [field.number, ...field.data])).toEqual([[10, 7]]);
  });

  test("makes messages of literals and of spread copies, with their nested ones", () => {
    const message = Everything.create({ inner: { label: "x" }, counts: { a: 1 } });
    for (const source of [{ ...message }, { inner: { label: "x" }, counts: { a: 1 } }]) {
      const copy = clone(Everything, source);
      expect(Everything.is(copy)).toBe(true);
      expect(copy).toEqual(message);
      expect(copy.inner).not.toBe(message.inner);
    }
  });

  test("a wrong value is an error with its path, also deep inside a message", () => {
    const message = Everything.create({ byId: [[5n, { label: "x" }]] });
    Object.assign(message.byId.get(5n) as object, { label: 5 });
    expect(() => clone(Everything, message)).toThrow(/byId\["5"\]\.label.*expected a string/);
    expect(() => clone(Everything, { nane: "x" } as never)).toThrow(/no field "nane"/);
    expect(() => clone(Everything, null as never)).toThrow(/test\.ops\.Everything/);
  });

  test("a message that contains itself is an error, not a crash", () => {
    const message = Everything.create({ inner: {} });
    (message.inner as { parent: unknown }).parent = message;
    expect(() => clone(Everything, message)).toThrow(/does the message contain itself/);
  });

  test("keys named __proto__ stay keys", () => {
    const message = Everything.create({ attributes: JSON.parse('{"__proto__": {"x": 1}}') });
    const copy = clone(Everything, message).attributes as object;
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.keys(copy)).toEqual(["__proto__"]);
  });
});
