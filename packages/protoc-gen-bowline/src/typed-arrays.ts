import {
  type DescField,
  type DescFile,
  type DescMessage,
  FieldType,
  Raw,
  SchemaError,
  wantsTypedArray,
} from "@bowline/protobuf/internal";

/**
 * Refuses `(bowline.field).typed_array` on fields that cannot be typed arrays.
 * @throws SchemaError naming the field, and why.
 */
export function checkTypedArrays(file: DescFile): void {
  const check = (field: DescField): void => {
    if (field.typedArray !== undefined || field.optionBytes === undefined) return;
    if (!wantsTypedArray(new Raw(field.optionBytes))) return;
    const name = field.typeName ?? `${field.parent!.typeName}.${field.name}`;
    throw new SchemaError(
      file.name,
      `${name}: (bowline.field).typed_array cannot be set: ${faultOf(field)}`,
    );
  };
  const walk = (message: DescMessage): void => {
    message.fields.forEach(check);
    message.extensions.forEach(check);
    message.messages.forEach(walk);
  };
  file.messages.forEach(walk);
  file.extensions.forEach(check);
}

/** Why a field cannot be a typed array. */
function faultOf(field: DescField): string {
  if (field.cardinality !== "list")
    return "it is for repeated fields of numbers, and this one is not repeated";
  if (field.enum !== undefined)
    return "an array of enum values would have to be of plain numbers, without the enum's type";
  if (field.type === FieldType.BOOL) return "there is no typed array of booleans";
  const type = Object.entries(FieldType).find(([, number]) => number === field.type)![0];
  if (type.endsWith("64"))
    return `its 64-bit integers are generated as ${field.int64}; typed arrays hold them as bigint only (jstype, option int64)`;
  return `it is for repeated fields of numbers, and this one holds ${type.toLowerCase()}`;
}
