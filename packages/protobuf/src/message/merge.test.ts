import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { everything } from "../fixtures/arbitrary.js";
import { Everything, Part } from "../fixtures/gen/test/ops.pb.js";
import { clone } from "./clone.js";
import { equals } from "./equals.js";
import { merge } from "./merge.js";
import { unknownFields } from "./unknown-fields.js";

describe("merge", () => {
  test("gives what the bytes of both messages give, decoded as one", () => {
    fc.assert(
      fc.property(everything(), everything(), (a, b) => {
        const target = Everything.create(clone(Everything, a));
        merge(Everything, target, b);
        const both = Buffer.concat([Everything.encode(a), Everything.encode(b)]);
        expect(equals(Everything, target, Everything.decode(both))).toBe(true);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  test("sets what is set in the source, −0 too, and leaves the rest", () => {
    const target = Everything.create({ name: "a", count: 1, ratio: 2, color: 1, weight: 3 });
    merge(Everything, target, { name: "", count: 0, ratio: -0, weight: 0 });
    expect(target).toMatchObject({ name: "", count: 1, color: 1, weight: 0 });
    expect(Object.is(target.ratio, -0)).toBe(true);
  });

  test("appends lists and merges maps in place, copying what it takes", () => {
    const target = Everything.create({
      numbers: [1],
      inners: [{ label: "a" }],
      counts: { x: 1, y: 2 },
    });
    const { numbers, counts } = target;
    const source = Everything.create({
      numbers: [2],
      inners: [{ label: "b" }],
      counts: { y: 3, z: 4 },
    });
    merge(Everything, target, source);
    expect(target.numbers).toBe(numbers);
    expect(target.counts).toBe(counts);
    expect(numbers).toEqual([1, 2]);
    expect([...counts]).toEqual([
      ["x", 1],
      ["y", 3],
      ["z", 4],
    ]);
    expect(target.inners.map((inner) => inner.label)).toEqual(["a", "b"]);
    expect(target.inners[1]).not.toBe(source.inners[0]);
  });

  test("merges messages recursively, in oneofs too if the case is the same", () => {
    const target = Everything.create({
      inner: { label: "a", tags: ["1"] },
      choice: { case: "message", value: { label: "c" } },
    });
    const { inner } = target;
    merge(Everything, target, {
      inner: { tags: ["2"] },
      choice: { case: "message", value: { tags: ["3"] } },
    });
    expect(target.inner).toBe(inner);
    expect(inner).toMatchObject({ label: "a", tags: ["1", "2"] });
    expect(target.choice).toMatchObject({ case: "message", value: { label: "c", tags: ["3"] } });
    merge(Everything, target, { choice: { case: "text", value: "t" } });
    expect(target.choice).toEqual({ case: "text", value: "t" });
  });

  test("appends unknown fields", () => {
    const target = Part.decode(Uint8Array.of(0x50, 1));
    merge(Part, target, Part.decode(Uint8Array.of(0x50, 2)));
    expect(unknownFields(target).map((field) => field.data[0])).toEqual([1, 2]);
  });

  test("a message merged into itself is doubled once", () => {
    const target = Everything.create({ numbers: [1, 2], inners: [{}] });
    merge(Everything, target, target);
    expect(target.numbers).toEqual([1, 2, 1, 2]);
    expect(target.inners).toHaveLength(2);
  });

  test("a target that is a spread copy or holds literals becomes whole", () => {
    const target = { ...Everything.create({ name: "a", numbers: [1] }) };
    merge(Everything, target, { numbers: [2] });
    expect(target).toMatchObject({ name: "a", numbers: [1, 2] });
    const holding = Everything.create();
    Object.assign(holding, { inner: { label: "x" } });
    merge(Everything, holding, { inner: { tags: ["t"] } });
    expect(holding.inner).toMatchObject({ label: "x", tags: ["t"] });
  });

  test("a failed merge leaves the target as it was", () => {
    const init = { name: "a", numbers: [1], counts: { x: 1 }, inner: { label: "i" }, flag: false };
    const target = Everything.create(init);
    const wrong = Everything.create({
      name: "b",
      numbers: [2],
      counts: { y: 1 },
      inner: { label: "j" },
    });
    Object.assign(wrong, { flag: "yes" });
    expect(() => merge(Everything, target, wrong)).toThrow(/flag.*expected a boolean/);
    expect(equals(Everything, target, init)).toBe(true);
    expect(() => merge(Everything, target, { inner: { label: 5 } } as never)).toThrow(
      /inner\.label/,
    );
    expect(equals(Everything, target, init)).toBe(true);
  });

  test("a target that cannot take the merge is left as it was, too", () => {
    const target = Everything.create({
      name: "a",
      inner: { label: "i", tags: ["1"] },
      numbers: [1],
    });
    Object.freeze(target.inner);
    const before = JSON.stringify(target);
    expect(() =>
      merge(Everything, target, { name: "b", inner: { label: "j" }, numbers: [2] }),
    ).toThrow(/frozen/);
    expect(JSON.stringify(target)).toBe(before);
    const odd = Everything.create({ name: "a" });
    Object.assign(odd, { counts: "no map" });
    expect(() => merge(Everything, odd, { name: "b", counts: { x: 1 } })).toThrow(/counts/);
    expect(odd.name).toBe("a");
  });

  test("a target with a read-only member, list or Struct key is left as it was", () => {
    const source = {
      name: "b",
      inner: { label: "j", tags: ["2"] },
      numbers: [2],
      attributes: { key: 2 },
      counts: { y: 1 },
      choice: { case: "text", value: "u" },
    } as const;
    const fresh = (): Everything =>
      Everything.create({
        name: "a",
        inner: { label: "i", tags: ["1"] },
        numbers: [1],
        attributes: { key: 1 },
        counts: { x: 1 },
        choice: { case: "text", value: "t" },
      });
    const readOnly = (object: object, name: string): unknown =>
      Object.defineProperty(object, name, { writable: false });
    const hurdles: ((target: Everything) => unknown)[] = [
      (target) => readOnly(target, "name"),
      (target) => readOnly(target, "choice"),
      (target) => readOnly(target.inner!, "label"),
      (target) => readOnly(target.numbers, "length"),
      (target) => Object.freeze(target.numbers),
      (target) => Object.freeze(target.inner!.tags),
      (target) => readOnly(target.attributes!, "key"),
      (target) => Object.defineProperty(target, "name", { get: () => "a" }),
    ];
    for (const hurdle of hurdles) {
      const target = fresh();
      hurdle(target);
      expect(() => merge(Everything, target, source), String(hurdle)).toThrow(TypeError);
      expect(equals(Everything, target, fresh()), String(hurdle)).toBe(true);
      const spread = { ...fresh() };
      hurdle(spread);
      expect(() => merge(Everything, spread, source), String(hurdle)).toThrow(TypeError);
      expect(equals(Everything, spread, fresh()), String(hurdle)).toBe(true);
    }
    const untouched = fresh();
    readOnly(untouched, "name");
    merge(Everything, untouched, { numbers: [2] });
    expect(untouched.numbers).toEqual([1, 2]);
  });

  test("keys named __proto__ stay keys", () => {
    const target = Everything.create({ attributes: { a: 1 } });
    merge(Everything, target, { attributes: JSON.parse('{"__proto__": {"polluted": true}}') });
    expect(Object.keys(target.attributes as object)).toEqual(["a", "__proto__"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((target.attributes as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
