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
