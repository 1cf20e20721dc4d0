import { type DescField, FieldType } from "../descriptor/model.js";
import { fail, quoted } from "../json/failure.js";
import { utf8 } from "../json/utf8.js";
import { readFloat, readInt32, readInt64 } from "./read-number.js";
import { bytesValue, stringValue } from "./string-literal.js";
import { charge, identifier, isLetter, peek, type Reader } from "./tokenizer.js";

/** Reads one value of a field that holds no message. `undefined`: an enum value to pass over. */
export function readScalar(r: Reader, field: DescField): unknown {
  switch (field.type) {
    case FieldType.STRING:
      return field.unboxed === "bytes" ? stringAsBytes(r) : stringValue(r);
    case FieldType.BYTES:
      return bytesValue(r);
    case FieldType.BOOL:
      return readBool(r);
    case FieldType.ENUM:
      return readEnum(r, field);
    case FieldType.DOUBLE:
      return readFloat(r, false);
    case FieldType.FLOAT:
      return readFloat(r, true);
    case FieldType.INT32:
    case FieldType.SINT32:
    case FieldType.SFIXED32:
      return readInt32(r, false);
    case FieldType.UINT32:
    case FieldType.FIXED32:
      return readInt32(r, true);
    case FieldType.UINT64:
    case FieldType.FIXED64:
      return readInt64(r, true, field);
    default:
      return readInt64(r, false, field);
  }
}

function stringAsBytes(r: Reader): Uint8Array {
  const bytes = utf8(stringValue(r));
  charge(r, 112);
  return bytes;
}

const bools: ReadonlyMap<string, boolean> = /*@__PURE__*/ new Map([
  ["true", true],
  ["True", true],
  ["t", true],
  ["false", false],
  ["False", false],
  ["f", false],
]);

function readBool(r: Reader): boolean {
  const isName = isLetter(peek(r));
  const at = r.p;
  const value = isName ? bools.get(identifier(r, "a bool")) : [false, true][readInt32(r, true)];
  return value ?? fail(`expected true or false, got ${quoted(r.text.slice(at, r.p))}`, at);
}

function readEnum(r: Reader, field: DescField): number | undefined {
  const desc = field.enum!;
  const isName = isLetter(peek(r));
  const at = r.p;
  const number = isName ? desc.valueByName(identifier(r, "a value"))?.number : readInt32(r, false);
  if (number !== undefined && (desc.open || desc.valueByNumber(number) !== undefined))
    return number;
  return r.options.ignoreUnknown
    ? undefined
    : fail(`${quoted(r.text.slice(at, r.p))} is not a value of ${desc.typeName}`, at);
}
