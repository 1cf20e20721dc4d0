import { type DescField, FieldType } from "../descriptor/model.js";
import { isBytes, isWellFormed } from "../wire/write-scalar.js";

/** The name of a scalar type in the schema language. */
export function scalarName(type: FieldType): string {
  return Object.entries(FieldType)
    .find(([, number]) => number === type)![0]
    .toLowerCase();
}

/** What is not an integer, by field type. */
const plainTypes: { readonly [type: number]: string } = {
  1: "number",
  2: "number",
  8: "boolean",
  9: "string",
  12: "Uint8Array",
};

/** What is wrong with a value for one element of a scalar or enum field, or `undefined` if nothing is. */
export function scalarProblem(field: DescField, value: unknown): string | undefined {
  const { type } = field;
  const wanted = field.unboxed === "bytes" ? "Uint8Array" : plainTypes[type];
  if (wanted === undefined) return integerProblem(field, value);
  if (wanted === "Uint8Array" ? !isBytes(value) : typeof value !== wanted)
    return expected(`a ${wanted}`, value);
  if (wanted === "string" && !isWellFormed(value as string))
    return "the string has a lone surrogate, which UTF-8 cannot hold";
  if (
    type === FieldType.FLOAT &&
    Number.isFinite(value) &&
    !Number.isFinite(Math.fround(value as number))
  )
    return outOfRange(type, value);
  return undefined;
}

/** Sets of integer types, one bit at the number of each in `FieldDescriptorProto.Type`: looked up for every integer. */
const wideTypes = 0x5_0058; // INT64, UINT64, FIXED64, SFIXED64, SINT64
const unsignedTypes = 0x20d0; // UINT64, FIXED64, FIXED32, UINT32

/** Whether an integer type has 64 bits. */
export function isWide(type: FieldType): boolean {
  return ((wideTypes >> type) & 1) > 0;
}

/** Whether an integer type is unsigned: `uint…` and `fixed…`. */
export function isUnsigned(type: FieldType): boolean {
  return ((unsignedTypes >> type) & 1) > 0;
}

function integerProblem(field: DescField, value: unknown): string | undefined {
  return isWide(field.type) ? wideProblem(field, value) : narrowProblem(field, value);
}

function narrowProblem(field: DescField, value: unknown): string | undefined {
  if (typeof value !== "number")
    return expected(
      field.enum === undefined ? "a number" : `a number of ${field.enum.typeName}`,
      value,
    );
  if ((isUnsigned(field.type) ? value >>> 0 : value | 0) === value) return undefined;
  return Number.isInteger(value) ? outOfRange(field.type, value) : `${value} is not an integer`;
}

function wideProblem(field: DescField, value: unknown): string | undefined {
  const wanted = field.int64;
  if (typeof value !== wanted)
    return expected(wanted === "bigint" ? "a bigint, such as 1n" : `a ${wanted}`, value);
  if (wanted === "number" && !Number.isSafeInteger(value))
    return `${value} is not an integer that a number holds exactly`;
  if (wanted === "string" && !/^-?[0-9]+$/.test(value as string))
    return `${JSON.stringify(value)} is not an integer`;
  const integer = BigInt(value as bigint | number | string);
  const clamp = isUnsigned(field.type) ? BigInt.asUintN : BigInt.asIntN;
  return clamp(64, integer) === integer ? undefined : outOfRange(field.type, value);
}

function outOfRange(type: FieldType, value: unknown): string {
  return `${value} is out of the range of ${scalarName(type)}`;
}

/** `expected a string, got 7`. */
export function expected(what: string, value: unknown): string {
  return `expected ${what}, got ${show(value)}`;
}

function show(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === "object")
    return Array.isArray(value) ? "an array" : `an object${objectName(value)}`;
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  const text = typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value);
  return `the ${typeof value} ${text}${typeof value === "bigint" ? "n" : ""}`;
}

function objectName(value: object): string {
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "Object" ? ` (${name.replace(/\$$/, "")})` : "";
}
