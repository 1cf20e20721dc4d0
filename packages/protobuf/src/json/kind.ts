import type { DescField, DescMessage } from "../descriptor/model.js";

/**
 * How a value is written in JSON: a `FieldType`, where types of one range are one kind (1 double, 2 float, 3 int64,
 * 4 uint64, 5 int32, 8 bool, 9 string, 11 message, 12 bytes, 13 uint32, 14 enum), or 20 for a `google.protobuf.Struct` that is a plain JSON object, 21 for
 * a string that is kept as bytes, 22 for `google.protobuf.NullValue`. The numbers are written out where they are used:
 * so the switches are compiled to jump tables, and bundles carry no names.
 */
export type Kind = number;

/** By `FieldType`: fixed64, fixed32, sfixed32, sfixed64, sint32 and sint64 are read and written as their varint kin. */
const kinds = [0, 1, 2, 3, 4, 5, 4, 13, 8, 9, 0, 11, 12, 13, 14, 5, 3, 5, 3];

export function kindOf(field: DescField): Kind {
  switch (field.unboxed) {
    case "wrapper":
      return kindOf(field.message!.fields[0]!);
    case "struct":
      return 20;
    case "bytes":
      return 21;
  }
  return field.enum?.typeName === "google.protobuf.NullValue" ? 22 : kinds[field.type]!;
}

/**
 * A message with a JSON form of its own: its name in `google.protobuf`, of which those that no reader or writer names are
 * wrappers; `""` for all others.
 */
export type Form = string;

export function formOf({ typeName }: DescMessage): Form {
  const [, name = ""] =
    /^google\.protobuf\.(Any|Timestamp|Duration|FieldMask|Struct|(?!Enum)\w*Value)$/.exec(
      typeName,
    ) ?? [];
  return name;
}
