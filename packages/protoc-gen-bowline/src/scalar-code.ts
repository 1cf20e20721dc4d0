import { type DescEnum, type DescField, FieldType } from "@bowline/protobuf/internal";
import type { FileContext } from "./context.js";

const T = FieldType;

/** How a scalar type is read and written by the runtime's functions. */
interface ScalarCode {
  /** The runtime's name for it: `Int32` for `readInt32`, `writeInt32`, `readPackedInt32`. */
  readonly name: string;
  readonly wireType: 0 | 1 | 2 | 5;
  /** Bytes at most, for types of bounded size. */
  readonly size: number;
}

const scalars: Partial<Record<FieldType, ScalarCode>> = {
  [T.DOUBLE]: { name: "Double", wireType: 1, size: 8 },
  [T.FLOAT]: { name: "Float", wireType: 5, size: 4 },
  [T.INT64]: { name: "Int64", wireType: 0, size: 10 },
  [T.UINT64]: { name: "Uint64", wireType: 0, size: 10 },
  [T.INT32]: { name: "Int32", wireType: 0, size: 10 },
  [T.FIXED64]: { name: "Fixed64", wireType: 1, size: 8 },
  [T.FIXED32]: { name: "Fixed32", wireType: 5, size: 4 },
  [T.BOOL]: { name: "Bool", wireType: 0, size: 1 },
  [T.STRING]: { name: "String", wireType: 2, size: 0 },
  [T.BYTES]: { name: "Bytes", wireType: 2, size: 0 },
  [T.UINT32]: { name: "Uint32", wireType: 0, size: 5 },
  [T.ENUM]: { name: "Int32", wireType: 0, size: 10 },
  [T.SFIXED32]: { name: "Sfixed32", wireType: 5, size: 4 },
  [T.SFIXED64]: { name: "Sfixed64", wireType: 1, size: 8 },
  [T.SINT32]: { name: "Sint32", wireType: 0, size: 5 },
  [T.SINT64]: { name: "Sint64", wireType: 0, size: 10 },
};

/** The code of a field's element type; `bytes` where a string is generated so. */
export function scalarCode(field: DescField): ScalarCode {
  return scalars[field.unboxed === "bytes" ? T.BYTES : field.type]!;
}

/** Whether elements are 64-bit integers. */
export function is64(field: DescField): boolean {
  const { name } = scalarCode(field);
  return name.endsWith("64");
}

/** The wire type of one element, not packed. */
export function wireType(field: DescField): number {
  if (field.type === T.MESSAGE) return field.delimited ? 3 : 2;
  return scalarCode(field).wireType;
}

/** A tag as the signed 32-bit integer that readers compare. */
export function tagOf(number: number, wire: number): number {
  return (number << 3) | wire;
}

/** The statements that write a tag at `p`. */
export function putTag(tag: number): string {
  const bytes: number[] = [];
  for (let t = tag >>> 0; ; t = Math.floor(t / 128)) {
    bytes.push(t > 127 ? (t % 128) + 128 : t);
    if (t < 128) break;
  }
  return bytes.map((byte) => `b[p++] = ${byte};`).join(" ");
}

/** A condition that holds when the expression is a number the enum declares. */
export function declared(desc: DescEnum, v: string): string {
  const numbers = [...new Set(desc.values.map((value) => value.number))].sort((x, y) => x - y);
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges
    .map(([low, high]) =>
      low === high ? `${v} === ${low}` : `(${v} >= ${low} && ${v} <= ${high})`,
    )
    .join(" || ");
}

/** The default of a field with implicit presence, as code. */
export function zero(c: FileContext, field: DescField): string {
  if (is64Field(field))
    return field.int64 === "bigint" ? "0n" : field.int64 === "string" ? '"0"' : "0";
  switch (field.type) {
    case T.STRING:
      return field.unboxed === "bytes" ? c.runtime("noBytes") : '""';
    case T.BYTES:
      return c.runtime("noBytes");
    case T.BOOL:
      return "false";
    default:
      return "0";
  }
}

function is64Field(field: DescField): boolean {
  return field.type !== T.MESSAGE && is64(field);
}

/** A condition that holds when a value of a field with implicit presence has to be written. */
export function notZero(c: FileContext, field: DescField, x: string): string {
  switch (field.type) {
    case T.STRING:
      return field.unboxed === "bytes" ? notEmpty(c, x) : `${x}.length !== 0`;
    case T.BYTES:
      return notEmpty(c, x);
    case T.BOOL:
      return `${x} !== false`;
    case T.DOUBLE:
    case T.FLOAT:
      return `!Object.is(${x}, 0)`;
    default:
      return `${x} !== ${zero(c, field)}`;
  }
}

/** What has no bytes is left out, but only if it is a `Uint8Array`: something else is for the writer to refuse. */
function notEmpty(c: FileContext, x: string): string {
  return `(${x}.length !== 0 || !${c.runtime("isBytes")}(${x}))`;
}
