import { type DescField, FieldType } from "../descriptor/model.js";
import { isBytes } from "../wire/write-scalar.js";

/** Whether a scalar is the one that a field without presence does not write. −0 is written. */
export function isZero(field: DescField, value: unknown): boolean {
  if (field.type === FieldType.DOUBLE || field.type === FieldType.FLOAT) return Object.is(value, 0);
  if (isBytes(value)) return value.length === 0;
  if (value === "" || value === 0 || value === 0n || value === false) return true;
  return value === "0" && field.type !== FieldType.STRING;
}

/** What a scalar or enum field without a declared default reads as while it is unset. */
export function zeroOf(field: DescField): string | number | bigint | boolean | Uint8Array {
  switch (field.type) {
    case FieldType.STRING:
      return field.unboxed === "bytes" ? new Uint8Array() : "";
    case FieldType.BYTES:
      return new Uint8Array();
    case FieldType.BOOL:
      return false;
    case FieldType.ENUM:
      return field.enum!.values[0]?.number ?? 0;
    case FieldType.INT64:
    case FieldType.UINT64:
    case FieldType.SINT64:
    case FieldType.FIXED64:
    case FieldType.SFIXED64:
      return field.int64 === "bigint" ? 0n : field.int64 === "string" ? "0" : 0;
    default:
      return 0;
  }
}
