import { fail } from "../json/failure.js";

/** What a plain scalar is by the core schema of YAML 1.2. */
export type ScalarKind = "null" | "bool" | "int" | "float" | "str";

/** Digits of octal and hexadecimal integers past which no field holds them; a bigint of many more would take long. */
const longest = 64;

/** A plain scalar as JSON, with every digit of a number; infinities and NaN are strings there. */
export function plainScalar(
  text: string,
  offset: number,
): readonly [kind: ScalarKind, json: string] {
  if (/^(?:null|Null|NULL|~|)$/.test(text)) return ["null", "null"];
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(text)) return ["bool", text.toLowerCase()];
  if (/^0o[0-7]+$/.test(text) || /^0x[\da-fA-F]+$/.test(text)) {
    if (text.length > longest) fail("the number is out of range", offset);
    return ["int", String(BigInt(text))];
  }
  if (/^[-+]?\d+$/.test(text)) return ["int", decimal(text)];
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return ["float", decimal(text)];
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text))
    return ["float", text.startsWith("-") ? '"-Infinity"' : '"Infinity"'];
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return ["float", '"NaN"'];
  return ["str", JSON.stringify(text)];
}

/** A decimal number as JSON has it: no plus, no zeros in front, digits on both sides of a point. */
function decimal(text: string): string {
  return text
    .replace(/^\+/, "")
    .replace(/^(-?)0+(?=\d)/, "$1")
    .replace(/^(-?)\./, "$10.")
    .replace(/\.(?!\d)/, "");
}
