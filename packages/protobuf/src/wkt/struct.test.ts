import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../json/index.js";
import {
  Struct,
  structFromJson,
  structToJson,
  Value,
  valueFromJson,
  valueToJson,
} from "./index.js";

test("any JSON value goes through a Value unharmed, in memory and in binary", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const message = valueFromJson(value as JsonValue);
      expect(valueToJson(message)).toEqual(value);
      expect(valueToJson(Value.decode(Value.encode(message)))).toEqual(value);
    }),
  );
});

test("__proto__ is a name like any other", () => {
  const json = JSON.parse('{"__proto__":{"x":1},"constructor":null}') as JsonObject;
  const struct = structFromJson(json);
  expect(Struct.is(struct)).toBe(true);
  expect([...struct.fields.keys()]).toEqual(["__proto__", "constructor"]);
  expect(JSON.stringify(structToJson(struct))).toBe(JSON.stringify(json));
  expect(Object.getPrototypeOf(structToJson(struct))).toBe(Object.prototype);
});

test("what is no JSON is refused", () => {
  const cycle: JsonObject = {};
  cycle.self = [cycle];
  for (const bad of [Number.NaN, Infinity, undefined, 1n, () => 1, Symbol("s")])
    expect(() => structFromJson({ a: [bad as never] })).toThrow(TypeError);
  expect(() => structFromJson(cycle)).toThrow("contain itself");
  expect(() => valueToJson(Value.create())).toThrow("without a kind");
  expect(() =>
    valueToJson(Value.create({ kind: { case: "numberValue", value: Number.NaN } })),
  ).toThrow(TypeError);
});
