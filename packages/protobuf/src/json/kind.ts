import type { DescField, DescMessage } from "../descriptor/model.js";

/**
 * How a value is written in JSON: a `FieldType`, where types of one range are one kind (1 double, 2 float, 3 int64,
 * 4 uint64, 5 int32, 8 bool, 9 string, 11 message, 12 bytes, 13 uint32, 14 enum), or one of those below. The numbers
 * are written out in the switches, so that they are compiled to jump tables.
 */
export type Kind = number;

/** A `google.protobuf.Struct` that is a plain JSON object. */
export const kindStruct = 20;
/** A string that is kept as bytes. */
export const kindTextBytes = 21;
/** `google.protobuf.NullValue`. */
export const kindNull = 22;

export const kindMessage = 11;

/** By `FieldType`: fixed64, fixed32, sfixed32, sfixed64, sint32 and sint64 are read and written as their varint kin. */
const kinds = [0, 1, 2, 3, 4, 5, 4, 13, 8, 9, 0, 11, 12, 13, 14, 5, 3, 5, 3];

export function kindOf(field: DescField): Kind {
  switch (field.unboxed) {
    case "wrapper":
      return kindOf(field.message!.fields[0]!);
    case "struct":
      return kindStruct;
    case "bytes":
      return kindTextBytes;
  }
  return field.enum?.typeName === "google.protobuf.NullValue" ? kindNull : kinds[field.type]!;
}

/** Messages with a JSON form of their own. */
export const formAny = 1;
export const formTimestamp = 2;
export const formDuration = 3;
export const formFieldMask = 4;
export const formStruct = 5;
export const formListValue = 6;
export const formValue = 7;
export const formWrapper = 8;

const forms = ["Any", "Timestamp", "Duration", "FieldMask", "Struct", "ListValue", "Value"];

/** 0 for a message that is an object of its fields. */
export function formOf({ typeName }: DescMessage): number {
  const [, name] = /^google\.protobuf\.(\w+)$/.exec(typeName) ?? [];
  if (name === undefined) return 0;
  return (
    forms.indexOf(name) + 1 || (/.Value$/.test(name) && name !== "EnumValue" ? formWrapper : 0)
  );
}
