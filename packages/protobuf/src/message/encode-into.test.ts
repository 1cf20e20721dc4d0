import { describe, expect, it } from "vitest";
import { Everything, Part } from "../fixtures/gen/test/ops.pb.js";
import { Required } from "../fixtures/gen/test/ops2.pb.js";
import { Tree } from "../fixtures/gen/test/wire.pb.js";
import { encodeInto } from "./encode-into.js";
import type { MessageType } from "./message-type.js";

const size = 512;

/** A target that begins with three bytes of somebody else. */
function target() {
  return { buffer: new Uint8Array(size).fill(9), at: 3 };
}

/** What stands in the target, or was given back because it did not fit. */
function encoded(type: MessageType, value: unknown, options = {}): Uint8Array {
  const place = target();
  const rest = encodeInto(type, value, place, options);
  expect([...place.buffer.subarray(0, 3)]).toEqual([9, 9, 9]);
  if (rest === undefined) return place.buffer.slice(3, place.at);
  expect(place.at).toBe(3);
  return rest;
}

describe("encoding into a target", () => {
  it("writes in place what fits, and moves on", () => {
    const place = target();
    expect(encodeInto(Tree, { value: 1, note: "x" }, place)).toBeUndefined();
    expect(encodeInto(Tree, Tree.create({ value: 2 }), place)).toBeUndefined();
    const wanted = [Tree.encode({ value: 1, note: "x" }), Tree.encode({ value: 2 })];
    expect(Buffer.from(place.buffer.subarray(3, place.at))).toEqual(Buffer.concat(wanted));
    expect(place.buffer.length).toBe(size);
  });

  it("gives back what does not fit, and gives everything back without a target", () => {
    for (const note of ["n".repeat(size), "n".repeat(size - 10), "ü".repeat(size / 2), "n"]) {
      expect(encoded(Tree, { note })).toEqual(Tree.encode({ note }));
      expect(encodeInto(Tree, { note }, undefined)).toEqual(Tree.encode({ note }));
    }
  });

  const nested = { data: new Uint8Array(200), children: [{ note: "a".repeat(130) }] };

  it.each([
    ["a literal with all members", { ...Tree.create(), note: "all" }],
    ["a message", Tree.create(nested)],
    ["lengths that were reserved too short", { left: nested, children: [nested] }],
    ["members that are not set", { note: undefined, value: 5 }],
    [
      "all members, not set",
      Object.fromEntries(Object.keys(Tree.create()).map((name) => [name, undefined])),
    ],
    ["a spread copy", { ...Tree.create(nested), value: 7 }],
    ["a map as an object", { named: { a: { value: 1 } } }],
  ])("writes %s as the type does", (_, value) => {
    expect(encoded(Tree, value)).toEqual(Tree.encode(value as never));
  });

  it("takes a literal with all members for what it stands for, and not for another type's", () => {
    const literal = { ...Tree.create({ value: 3, note: "n" }) };
    expect(encoded(Tree, literal)).toEqual(Tree.encode(literal));
    expect(encoded(Tree, { ...literal, left: literal })).toEqual(
      Tree.encode({ ...literal, left: literal }),
    );
    expect(() => encoded(Part as unknown as MessageType, literal)).toThrow("has no field");
  });

  it.each([
    ["a wrong value", Tree, { ...Tree.create(), value: "5" }],
    ["a wrong value further in", Tree, { ...Tree.create(), left: { value: "5" } }],
    ["a member too many", Tree, { ...Tree.create(), more: 1 }],
    ["another message", Tree, Everything.create()],
    ["a missing required field", Required, {}],
    ["a list", Tree, []],
  ])("says of %s what the type says, and leaves the target alone", (_, type, value) => {
    const thrown = (run: () => unknown) => {
      try {
        return run();
      } catch (error) {
        return error;
      }
    };
    const any = type as unknown as MessageType;
    const wanted = thrown(() => any.encode(value));
    expect(wanted).toBeInstanceOf(Error);
    const place = target();
    expect(thrown(() => encodeInto(any, value, place))).toEqual(wanted);
    expect(place.at).toBe(3);
    expect(encoded(Tree, { value: 1 })).toEqual(Tree.encode({ value: 1 }));
  });

  it("leaves an encode in peace that happens to come in between", () => {
    const inner: Uint8Array[] = [];
    const value = {
      ...Tree.create({ value: 1 }),
      get note() {
        inner.push(encoded(Tree, { note: "inside" }));
        return "outside";
      },
    };
    expect(encoded(Tree, value)).toEqual(Tree.encode({ value: 1, note: "outside" }));
    expect(inner[0]).toEqual(Tree.encode({ note: "inside" }));
  });

  it("passes options on", () => {
    const unknown = Tree.decode(Uint8Array.of(0xf8, 0x07, 1));
    expect(encoded(Tree, unknown)).toHaveLength(3);
    expect(encoded(Tree, unknown, { writeUnknownFields: false })).toHaveLength(0);
  });
});
