import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Everything } from "../fixtures/gen/test/ops.pb.js";
import {
  FieldMask,
  fieldMaskApply,
  fieldMaskFromPaths,
  fieldMaskIntersect,
  fieldMaskMatches,
  fieldMaskToPaths,
  fieldMaskUnion,
} from "./index.js";

const mask = (...paths: string[]): FieldMask => FieldMask.create({ paths });

describe("field masks", () => {
  test("hold paths of the type, in order, none twice", () => {
    expect(
      fieldMaskFromPaths(Everything, [
        "name",
        "inner.label",
        "inner.parent.text_big",
        "name",
        "inner.parent",
      ]).paths,
    ).toEqual(["inner.label", "inner.parent", "name"]);
    expect(fieldMaskToPaths(Everything, mask("text", "name"))).toEqual(["name", "text"]);
    expect(fieldMaskFromPaths(Everything, []).paths).toEqual([]);
  });

  test("refuse paths that the type does not have", () => {
    for (const bad of [
      "nope",
      "textBig",
      "choice",
      "",
      ".",
      "name.x",
      "inner.",
      "inners.label",
      "counts.a",
      "nickname.value",
      "attributes.fields",
      "inner.parent.nope",
      "__proto__",
    ]) {
      expect(() => fieldMaskFromPaths(Everything, ["name", bad]), bad).toThrow(TypeError);
    }
    expect(() => fieldMaskToPaths(Everything, mask("inner.nope"))).toThrow(
      'test.ops.Everything.Inner has no field "nope"',
    );
  });

  test("cover a path and what is below it", () => {
    expect(fieldMaskMatches(mask("inner"), "inner.label")).toBe(true);
    expect(fieldMaskMatches(mask("inner"), "inner")).toBe(true);
    expect(fieldMaskMatches(mask("inner"), "inners")).toBe(false);
    expect(fieldMaskMatches(mask("inner.label"), "inner")).toBe(false);
    expect(fieldMaskMatches(mask(), "inner")).toBe(false);
  });

  test("intersect and unite", () => {
    expect(fieldMaskIntersect(mask("a.b", "c", "x"), mask("a", "c.d", "y")).paths).toEqual([
      "a.b",
      "c.d",
    ]);
    expect(fieldMaskIntersect(mask("a"), mask()).paths).toEqual([]);
    expect(fieldMaskUnion(mask("a.b", "c"), mask("a"), mask("b")).paths).toEqual(["a", "b", "c"]);
    expect(fieldMaskUnion().paths).toEqual([]);
  });

  test("intersect as path by path, whatever the paths are", () => {
    const paths = fc.array(fc.string({ unit: fc.constantFrom("a", "b", ".", "\0", "!") }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(paths, paths, paths, (a, b, probes) => {
        const common = fieldMaskIntersect(mask(...a), mask(...b));
        const union = fieldMaskUnion(mask(...a), mask(...b));
        for (const path of [...a, ...b, ...probes]) {
          const [inA, inB] = [a, b].map((side) => fieldMaskMatches(mask(...side), path));
          expect(fieldMaskMatches(common, path)).toBe(inA && inB);
          expect(fieldMaskMatches(union, path)).toBe(inA || inB);
        }
      }),
      { numRuns: 1000, seed: 11 },
    );
  });

  test("intersect 50,000 paths with 50,000 others, or a path of a million dots, without a stall", () => {
    const many = (prefix: string): FieldMask =>
      mask(...Array.from({ length: 50_000 }, (_, i) => `${prefix}.field_${i}`));
    const start = performance.now();
    expect(fieldMaskIntersect(many("a"), many("b")).paths).toEqual([]);
    expect(fieldMaskIntersect(many("a"), many("a")).paths).toHaveLength(50_000);
    expect(fieldMaskIntersect(mask(".".repeat(1_000_000)), mask("a")).paths).toEqual([]);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test("apply copies what they cover and nothing else", () => {
    const message = Everything.create({
      name: "n",
      count: 1,
      inner: { label: "l", tags: ["t"], parent: { name: "p", count: 2 } },
      numbers: [1],
      counts: { a: 1 },
      choice: { case: "message", value: { label: "c", tags: ["x"] } },
    });
    expect(
      fieldMaskApply(
        Everything,
        mask("name", "inner.parent.count", "numbers", "message.label"),
        message,
      ),
    ).toEqual(
      Everything.create({
        name: "n",
        inner: { parent: { count: 2 } },
        numbers: [1],
        choice: { case: "message", value: { label: "c" } },
      }),
    );
    expect(
      fieldMaskApply(Everything, mask("inner", "inner.label", "text", "group.label"), message),
    ).toEqual(Everything.create({ inner: message.inner! }));
    expect(fieldMaskApply(Everything, mask(), message)).toEqual(Everything.create());
    const copy = fieldMaskApply(Everything, mask("inner", "counts"), message);
    copy.inner!.tags.push("changed");
    copy.counts.set("b", 2);
    expect(message.inner!.tags).toEqual(["t"]);
    expect(message.counts.size).toBe(1);
    expect(() => fieldMaskApply(Everything, mask("nope"), message)).toThrow(TypeError);
  });
});
