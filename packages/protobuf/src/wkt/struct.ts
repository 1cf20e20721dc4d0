import { ListValue, Struct, Value } from "../gen/google/protobuf/struct.pb.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";

/** Levels of arrays and objects that the helpers go down; it also ends a value that contains itself. */
const maxDepth = 1000;

/**
 * The `Struct` of a JSON object. (Singular fields of this type are JSON objects already.)
 * @throws TypeError for what JSON cannot hold: NaN, infinities, undefined, functions, bigints, cycles.
 */
export function structFromJson(json: JsonObject): Struct {
  return toStruct(json, maxDepth);
}

/** The `Value` of a JSON value. @throws TypeError as {@link structFromJson}. */
export function valueFromJson(json: JsonValue): Value {
  return toValue(json, maxDepth);
}

/**
 * The JSON object of a `Struct`. `__proto__` is a name like any other.
 * @throws TypeError for a value without a kind, NaN and infinities, which JSON cannot hold.
 */
export function structToJson(struct: Struct): JsonObject {
  const object: JsonObject = {};
  for (const [name, item] of struct.fields) {
    Object.defineProperty(object, name, {
      value: valueToJson(item),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return object;
}

/** The JSON value of a `Value`. @throws TypeError as {@link structToJson}. */
export function valueToJson(value: Value): JsonValue {
  const { kind } = value;
  switch (kind?.case) {
    case "nullValue":
      return null;
    case "numberValue":
      return finite(kind.value);
    case "stringValue":
    case "boolValue":
      return kind.value;
    case "structValue":
      return structToJson(kind.value);
    case "listValue":
      return kind.value.values.map(valueToJson);
    default:
      throw new TypeError("a google.protobuf.Value without a kind has no JSON form");
  }
}

function toStruct(json: JsonObject, depth: number): Struct {
  if (depth < 0) throw new TypeError("nested too deeply; does the value contain itself?");
  const fields = new Map(
    Object.entries(json).map(([name, item]) => [name, toValue(item, depth - 1)]),
  );
  return Struct.create({ fields });
}

function toValue(json: JsonValue, depth: number): Value {
  return Value.create({ kind: kindOf(json, depth) });
}

function kindOf(json: JsonValue, depth: number): NonNullable<Value["kind"]> {
  switch (typeof json) {
    case "string":
      return { case: "stringValue", value: json };
    case "boolean":
      return { case: "boolValue", value: json };
    case "number":
      return { case: "numberValue", value: finite(json) };
    case "object":
      if (json === null) return { case: "nullValue", value: 0 };
      if (!Array.isArray(json)) return { case: "structValue", value: toStruct(json, depth) };
      if (depth < 0) throw new TypeError("nested too deeply; does the value contain itself?");
      return {
        case: "listValue",
        value: ListValue.create({ values: json.map((item) => toValue(item, depth - 1)) }),
      };
    default:
      throw new TypeError(`a ${typeof json} is no JSON value`);
  }
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new TypeError(`JSON has no ${value}`);
  return value;
}
