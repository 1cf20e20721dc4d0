import * as fc from "fast-check";
import { type DescField, FieldType } from "../descriptor/model.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const bytes = fc.uint8Array({ maxLength: 12 });

/** Well-formed text, and the names that objects give a meaning to. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor", "\u{1f600}", "\ufeff") },
);

/** JSON objects as `Struct` fields hold them. */
export const jsonObject: fc.Arbitrary<JsonObject> = fc.dictionary(
  text,
  fc.jsonValue({
    maxDepth: 2,
    noUnicodeString: false,
  } as fc.JsonSharedConstraints) as fc.Arbitrary<JsonValue>,
  { maxKeys: 3, noNullPrototype: true },
);

/** One element of a scalar or enum field. */
export function scalar(field: DescField): fc.Arbitrary<unknown> {
  if (field.unboxed === "bytes") return bytes;
  switch (field.type) {
    case FieldType.DOUBLE:
      return fc.double();
    case FieldType.FLOAT:
      return fc.float();
    case FieldType.BOOL:
      return fc.boolean();
    case FieldType.STRING:
      return text;
    case FieldType.BYTES:
      return bytes;
    case FieldType.ENUM:
      return enumNumber(field);
    case FieldType.UINT32:
    case FieldType.FIXED32:
      return uint32;
    case FieldType.INT32:
    case FieldType.SINT32:
    case FieldType.SFIXED32:
      return int32;
    default:
      return wide(field);
  }
}

function enumNumber({ enum: desc }: DescField): fc.Arbitrary<number> {
  const declared = fc.constantFrom(...desc!.values.map(({ number }) => number));
  // NullValue has one value, and JSON knows no other
  if (!desc!.open || desc!.typeName === "google.protobuf.NullValue") return declared;
  return fc.oneof({ weight: 4, arbitrary: declared }, { weight: 1, arbitrary: int32 });
}

function wide(field: DescField): fc.Arbitrary<unknown> {
  const unsigned = field.type === FieldType.UINT64 || field.type === FieldType.FIXED64;
  if (field.int64 === "number") return unsigned ? fc.maxSafeNat() : fc.maxSafeInteger();
  const whole = unsigned ? uint64 : int64;
  return field.int64 === "string" ? whole.map(String) : whole;
}
