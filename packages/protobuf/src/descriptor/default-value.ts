import { type DescField, FieldType } from "./model.js";

/** The value of `FieldDescriptorProto.default_value` in the type of the field's property. */
export function defaultValue(field: DescField, text: string): NonNullable<DescField["default"]> {
  switch (field.type) {
    case FieldType.STRING:
      return text;
    case FieldType.BYTES:
      return unescaped(text);
    case FieldType.BOOL:
      return text === "true";
    case FieldType.ENUM:
      return field.enum?.valueByName(text)?.number ?? wrong(field, "a value of its enum");
    case FieldType.DOUBLE:
    case FieldType.FLOAT:
      return text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);
    case FieldType.INT64:
    case FieldType.UINT64:
    case FieldType.FIXED64:
    case FieldType.SFIXED64:
    case FieldType.SINT64:
      integer(field, text);
      return field.int64 === "bigint"
        ? BigInt(text)
        : field.int64 === "string"
          ? text
          : Number(text);
    default:
      return Number(integer(field, text));
  }
}

function integer(field: DescField, text: string): string {
  return /^-?[0-9]+$/.test(text) ? text : wrong(field, "an integer");
}

function wrong(field: DescField, what: string): never {
  throw new Error(`${field.file.name}: the default of ${field.name} is not ${what}`);
}

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** C escapes, as protoc writes the default of a `bytes` field. */
function unescaped(text: string): Uint8Array {
  const list: number[] = [];
  for (const [whole, octal, hex, other] of text.matchAll(
    /\\([0-7]{1,3})|\\x([0-9a-fA-F]{1,2})|\\(.)|[^\\]/gs,
  )) {
    if (octal !== undefined) list.push(Number.parseInt(octal, 8) & 255);
    else if (hex !== undefined) list.push(Number.parseInt(hex, 16));
    else if (other !== undefined) list.push(escapes[other] ?? other.charCodeAt(0));
    else list.push(...new TextEncoder().encode(whole));
  }
  return Uint8Array.from(list);
}
