import { ListValue$, Struct$, type Value, Value$ } from "../gen/google/protobuf/struct.pb.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import { wrongValue } from "../wire/write-scalar.js";
import { isPlainObject } from "./plain-object.js";

/**
 * Reads a `google.protobuf.Struct` into a JSON object: `previous` if the field occurred before. A value without a kind
 * is `undefined` there, so that it is written again as it came.
 */
export function readStruct(
  b: Uint8Array,
  p: number,
  e: number,
  d: number,
  previous: JsonObject | undefined,
): JsonObject {
  const struct = new Struct$();
  Struct$.read(b, p, e, d, struct, -1);
  return assign(previous ?? {}, struct.fields);
}

/** A `google.protobuf.Struct` as a JSON object. */
export function structObject({
  fields,
}: {
  readonly fields: ReadonlyMap<string, Value>;
}): JsonObject {
  return assign({}, fields);
}

function assign(object: JsonObject, fields: ReadonlyMap<string, Value>): JsonObject {
  for (const [name, value] of fields) {
    const options = { value: plain(value), enumerable: true, configurable: true, writable: true };
    Object.defineProperty(object, name, options);
  }
  return object;
}

function plain(value: Value): JsonValue {
  switch (value.kind?.case) {
    case undefined:
      return undefined as unknown as JsonValue;
    case "nullValue":
      return null;
    case "structValue":
      return assign({}, value.kind.value.fields);
    case "listValue":
      return value.kind.value.values.map(plain);
    default:
      return value.kind!.value as JsonValue;
  }
}

/** Writes a JSON object as a `google.protobuf.Struct`. */
export function writeStruct(object: JsonObject, p: number): number {
  return Struct$.write(structOf(object), p);
}

/** A JSON object as a `google.protobuf.Struct`. */
export function structOf(object: JsonObject): Struct$ {
  if (!isPlainObject(object)) wrongValue();
  const struct = new Struct$();
  for (const name of Object.keys(object))
    struct.fields.set(name, kindOf(object[name] as JsonValue));
  return struct;
}

function kindOf(json: JsonValue): Value {
  const value = new Value$();
  switch (typeof json) {
    case "undefined":
      break;
    case "string":
      value.kind = { case: "stringValue", value: json };
      break;
    case "number":
      value.kind = { case: "numberValue", value: json };
      break;
    case "boolean":
      value.kind = { case: "boolValue", value: json };
      break;
    default:
      if (json === null) value.kind = { case: "nullValue", value: 0 };
      else if (Array.isArray(json)) {
        const list = new ListValue$();
        list.values = json.map(kindOf);
        value.kind = { case: "listValue", value: list };
      } else value.kind = { case: "structValue", value: structOf(json) };
  }
  return value;
}
