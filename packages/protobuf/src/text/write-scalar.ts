import { type DescField, FieldType } from "../descriptor/model.js";
import { fail } from "../json/failure.js";
import { scalarProblem } from "../message/problem.js";

/** The text of one value of a field that holds no message. */
export function scalarText(field: DescField, value: unknown): string {
  const problem = scalarProblem(field, value);
  if (problem !== undefined) fail(problem);
  switch (field.type) {
    case FieldType.STRING:
      return field.unboxed === "bytes"
        ? bytesText(value as Uint8Array)
        : stringText(value as string);
    case FieldType.BYTES:
      return bytesText(value as Uint8Array);
    case FieldType.ENUM:
      return field.enum!.valueByNumber(value as number)?.name ?? String(value);
    case FieldType.DOUBLE:
      return floatText(value as number);
    case FieldType.FLOAT:
      return floatText(shortest(value as number));
    default:
      return String(value);
  }
}

function floatText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
}

/** The number with the fewest digits that is the same 32-bit float. */
function shortest(value: number): number {
  const single = Math.fround(value);
  // Zeros would lose their sign.
  if (single === 0 || !Number.isFinite(single)) return single;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return Number(single.toPrecision(9));
}

const short: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  '"': '\\"',
  "\\": "\\\\",
};

/** A string in quotes: characters that show stand as they are, others and what could reorder or break lines as escapes. */
export function stringText(value: string): string {
  return `"${value.replace(/["\\]|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => short[c] ?? escaped(c))}"`;
}

function escaped(c: string): string {
  const code = c.codePointAt(0)!;
  if (code < 128) return octal(code);
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, "0")}`;
}

/** Bytes in quotes: ASCII as it is, others as escapes. */
export function bytesText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const c = String.fromCharCode(byte);
    text += short[c] ?? (byte > 31 && byte < 127 ? c : octal(byte));
  }
  return `"${text}"`;
}
