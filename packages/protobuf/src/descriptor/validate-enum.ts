import * as F from "./features.js";
import type { Raw } from "./raw.js";
import { shown } from "./schema-error.js";
import type { Check, Scope } from "./validate.js";
import { checkFeatures } from "./validate-features.js";
import { disjoint, type Range, rangeOf } from "./validate-ranges.js";

/** Checks a `google.protobuf.EnumDescriptorProto`. Its values are names of the scope around it, as in C++. */
export function checkEnum(
  check: Check,
  r: Raw,
  scope: Scope,
  inherited: F.Features,
  prefix: string,
): void {
  const name = check.named(r, "enum");
  const typeName = prefix + name;
  check.unique(scope, name, "the name");
  const options = r.message(3);
  const features = checkFeatures(check, inherited, options, "enum", `enum ${typeName}`);
  const values = r.messages(2).map((value) => {
    checkFeatures(check, features, value.message(3), "value", `a value of enum ${typeName}`);
    return { name: check.named(value, "enum value"), number: value.int(2) };
  });
  if (values.length === 0) check.fail(`enum ${typeName} has no value`);
  if (features[2] === F.OPEN && values[0]!.number !== 0)
    check.fail(`the first value of enum ${typeName} has to be 0, as the enum is open`);
  checkValues(check, values, scope, typeName, options.bool(2));
  checkReserved(check, r, values, typeName);
  if (features[6] === F.JSON_ALLOW && !options.bool(6))
    checkJsonNames(check, values, name, typeName);
}

type Value = { readonly name: string; readonly number: number };

function checkValues(
  check: Check,
  values: readonly Value[],
  scope: Scope,
  typeName: string,
  alias: boolean,
): void {
  const own: Scope = new Set();
  const numbers = new Map<number, string>();
  for (const { name, number } of values) {
    check.unique(own, name, `in enum ${typeName}, the value`);
    check.unique(scope, name, `enum values are names of what the enum stands in: the name`);
    const same = numbers.get(number);
    if (same !== undefined && !alias)
      check.fail(
        `in enum ${typeName}, ${name} and ${same} both are ${number}; that takes the option allow_alias`,
      );
    numbers.set(number, name);
  }
}

function checkReserved(check: Check, r: Raw, values: readonly Value[], typeName: string): void {
  const where = `in enum ${typeName}`;
  const ranges = r.messages(4).map((range): Range => {
    const [start, end] = [range.int(1), range.int(2)];
    if (start > end)
      check.fail(`${where}, the reserved range ${start} to ${end} ends before it begins`);
    return { start, end: end + 1, what: "reserved" };
  });
  const sorted = disjoint(check, ranges, where);
  const names: Scope = new Set();
  for (const name of r.strings(5)) {
    if (names.has(name)) check.fail(`${where}, the name ${shown(name)} is reserved twice`);
    names.add(name);
  }
  for (const { name, number } of values) {
    if (rangeOf(sorted, number) !== undefined)
      check.fail(`${where}, the number ${number} of ${name} is reserved`);
    if (names.has(name)) check.fail(`${where}, the name ${name} is reserved`);
  }
}

/** Refuses two values that are one in the style of other languages, without the enum's name in front. */
function checkJsonNames(
  check: Check,
  values: readonly Value[],
  name: string,
  typeName: string,
): void {
  const seen = new Map<string, Value>();
  for (const value of values) {
    const plain = pascalCase(withoutPrefix(value.name, name));
    const other = seen.get(plain);
    if (other !== undefined && other.number !== value.number)
      check.fail(
        `in enum ${typeName}, ${value.name} and ${other.name} are one name without case and the enum's own name`,
      );
    if (other === undefined) seen.set(plain, value);
  }
}

function withoutPrefix(name: string, enumName: string): string {
  const prefix = enumName.replaceAll("_", "").toLowerCase();
  let i = 0;
  for (let j = 0; j < prefix.length; i++) {
    if (i >= name.length) return name;
    if (name[i] === "_") continue;
    if (name[i]!.toLowerCase() !== prefix[j++]) return name;
  }
  const rest = name.slice(i).replace(/^_+/, "");
  return rest === "" ? name : rest;
}

function pascalCase(name: string): string {
  return name
    .split("_")
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1).toLowerCase())
    .join("");
}
