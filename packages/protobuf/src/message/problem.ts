import { type DescField, FieldType } from "../descriptor/model.js";
import { isBytes, isWellFormed } from "../wire/write-scalar.js";

const ranges: Partial<Record<FieldType, readonly [bigint, bigint]>> = {
  [FieldType.INT32]: [-(2n ** 31n), 2n ** 31n - 1n],
  [FieldType.SINT32]: [-(2n ** 31n), 2n ** 31n - 1n],
  [FieldType.SFIXED32]: [-(2n ** 31n), 2n ** 31n - 1n],
  [FieldType.ENUM]: [-(2n ** 31n), 2n ** 31n - 1n],
  [FieldType.UINT32]: [0n, 2n ** 32n - 1n],
  [FieldType.FIXED32]: [0n, 2n ** 32n - 1n],
  [FieldType.INT64]: [-(2n ** 63n), 2n ** 63n - 1n],
  [FieldType.SINT64]: [-(2n ** 63n), 2n ** 63n - 1n],
  [FieldType.SFIXED64]: [-(2n ** 63n), 2n ** 63n - 1n],
  [FieldType.UINT64]: [0n, 2n ** 64n - 1n],
  [FieldType.FIXED64]: [0n, 2n ** 64n - 1n],
};

/** The name of a scalar type in the schema language. */
export function scalarName(type: FieldType): string {
  return Object.entries(FieldType).find(([, number]) => number === type)![0].toLowerCase();
}

/** What is wrong with a value for one element of a scalar or enum field, or `undefined` if nothing is. */
export function scalarProblem(field: DescField, value: unknown): string | undefined {
  const { type } = field;
  switch (type) {
    case FieldType.STRING:
      if (field.unboxed === "bytes") return isBytes(value) ? undefined : expected("a Uint8Array", value);
      if (typeof value !== "string") return expected("a string", value);
      return isWellFormed(value) ? undefined : "the string has a lone surrogate, which UTF-8 cannot hold";
    case FieldType.BYTES:
      return isBytes(value) ? undefined : expected("a Uint8Array", value);
    case FieldType.BOOL:
      return typeof value === "boolean" ? undefined : expected("a boolean", value);
    case FieldType.DOUBLE:
      return typeof value === "number" ? undefined : expected("a number", value);
    case FieldType.FLOAT:
      if (typeof value !== "number") return expected("a number", value);
      return Number.isFinite(value) && !Number.isFinite(Math.fround(value)) ? outOfRange(type, value) : undefined;
    default:
      return integerProblem(field, value);
  }
}

function integerProblem(field: DescField, value: unknown): string | undefined {
  const [low, high] = ranges[field.type]!;
  if (high <= 0xffffffffn) {
    if (typeof value !== "number") return expected(field.enum === undefined ? "a number" : `a number of ${field.enum.typeName}`, value);
    if (!Number.isInteger(value)) return `${value} is not an integer`;
    return value < Number(low) || value > Number(high) ? outOfRange(field.type, value) : undefined;
  }
  const wanted = field.int64;
  if (typeof value !== wanted) return expected(wanted === "bigint" ? "a bigint, such as 1n" : `a ${wanted}`, value);
  if (wanted === "number" && !Number.isSafeInteger(value)) return `${value} is not an integer that a number holds exactly`;
  if (wanted === "string" && !/^-?[0-9]+$/.test(value as string)) return `${JSON.stringify(value)} is not an integer`;
  const integer = BigInt(value as bigint | number | string);
  return integer < low || integer > high ? outOfRange(field.type, value) : undefined;
}

function outOfRange(type: FieldType, value: unknown): string {
  return `${value} is out of the range of ${scalarName(type)}`;
}

/** `expected a string, got 7`. */
export function expected(what: string, value: unknown): string {
  return `expected ${what}, got ${show(value)}`;
}

function show(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case "bigint":
      return `the bigint ${value}n`;
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? "an array" : `an object${objectName(value)}`;
    case "number":
    case "boolean":
      return `the ${typeof value} ${value}`;
    case "undefined":
      return "undefined";
    default:
      return `a ${typeof value}`;
  }
}

function objectName(value: object): string {
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object" ? ` (${name.replace(/\$$/, "")})` : "";
}
