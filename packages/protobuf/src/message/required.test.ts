import { describe, expect, test } from "vitest";
import { DecodeError, EncodeError } from "../errors.js";
import { Everything } from "../fixtures/gen/test/ops.pb.js";
import { Plain, Required, type RequiredInit } from "../fixtures/gen/test/ops2.pb.js";
import { missingRequired } from "./required.js";

describe("missingRequired", () => {
  const cases: readonly (readonly [string | undefined, RequiredInit])[] = [
    ["id", {}],
    [undefined, { id: "" }],
    ["next.id", { id: "", next: {} }],
    ["next.next.id", { id: "", next: { id: "", next: {} } }],
    ["list[1].id", { id: "", list: [{ id: "" }, {}] }],
    ['entries["a"].id', { id: "", entries: { a: {} } }],
    ["choice.chosen.id", { id: "", choice: { case: "chosen", value: {} } }],
    [undefined, { id: "", choice: { case: "text", value: "" }, plain: {} }],
    ["details.code", { id: "", details: {} }],
  ];

  for (const [path, init] of cases) {
    test(`of ${JSON.stringify(init)} is ${path}, as literal and as message`, () => {
      const paths = path === undefined ? [] : [path];
      expect(missingRequired(Required, init)).toEqual(paths);
      expect(missingRequired(Required, Required.create(init))).toEqual(paths);
    });
  }

  test("types without required fields are not looked into", () => {
    expect(Plain.desc.hasRequired).toBe(false);
    expect(missingRequired(Plain, null)).toEqual([]);
    expect(missingRequired(Everything, null)).toEqual([]);
  });

  test("names every field that is missing, up to twenty", () => {
    expect(missingRequired(Required, { next: {}, list: [{}] })).toEqual([
      "id",
      "next.id",
      "list[0].id",
    ]);
    expect(
      missingRequired(Required, { list: Array.from({ length: 30 }, () => ({})) }),
    ).toHaveLength(20);
    expect(() => Required.encode({ next: {} })).toThrow(/required and not set: id, next\.id/);
  });
});

test("decode and encode fail naming the field; allowPartial switches it off", () => {
  const partial = Required.encode({ id: "", next: {} }, { allowPartial: true });
  expect(() => Required.encode({ id: "", next: {} })).toThrow(EncodeError);
  expect(() => Required.encode({ id: "", next: {} })).toThrow(/next\.id.*required/);
  expect(() => Required.decode(partial)).toThrow(DecodeError);
  expect(() => Required.decode(partial)).toThrow(/next\.id.*required/);
  expect(Required.decode(partial, { allowPartial: true }).next).toBeDefined();
});
