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
      expect(missingRequired(Required, init)).toBe(path);
      expect(missingRequired(Required, Required.create(init))).toBe(path);
    });
  }

  test("types without required fields are not looked into", () => {
    expect(Plain.desc.hasRequired).toBe(false);
    expect(missingRequired(Plain, null)).toBeUndefined();
    expect(missingRequired(Everything, null)).toBeUndefined();
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
