import type { DescEnum, DescEnumValue, DescField, DescMessage } from "../descriptor/model.js";

/**
 * What a message of one schema has otherwise than that of another, in words; `undefined` if nothing that codecs go by.
 * Options, comments and how generated code represents values may differ.
 */
export function messageDifference(ours: DescMessage, theirs: DescMessage): string | undefined {
  if (ours.messageSet !== theirs.messageSet) return "one of them is a MessageSet";
  for (const field of ours.fields) {
    const other = theirs.fieldByNumber(field.number);
    if (other === undefined) return `one of them has no field ${field.name} = ${field.number}`;
    const difference = fieldDifference(field, other);
    if (difference !== undefined) return `field ${field.name}: ${difference}`;
  }
  const missing = theirs.fields.find((field) => ours.fieldByNumber(field.number) === undefined);
  if (missing !== undefined) return `one of them has no field ${missing.name} = ${missing.number}`;
  return undefined;
}

/** As {@link messageDifference}, of two fields or two extensions. */
export function fieldDifference(ours: DescField, theirs: DescField): string | undefined {
  const plain = ["name", "number", "type", "jsonName", "cardinality", "presence"] as const;
  for (const property of [...plain, "packed", "delimited"] as const) {
    if (ours[property] !== theirs[property])
      return `${property} is ${ours[property]} and ${theirs[property]}`;
  }
  if (ours.oneof?.name !== theirs.oneof?.name) return "they are not in the same oneof";
  if (ours.message?.typeName !== theirs.message?.typeName) return "they are of different messages";
  if (ours.extendee?.typeName !== theirs.extendee?.typeName)
    return "they extend different messages";
  if (!sameDefault(ours.default, theirs.default)) return "their defaults differ";
  if (ours.mapKey !== undefined && theirs.mapKey !== undefined) {
    const key = fieldDifference(ours.mapKey, theirs.mapKey);
    const value = fieldDifference(ours.mapValue!, theirs.mapValue!);
    if (key !== undefined || value !== undefined) return `the map's ${key ?? value}`;
  }
  return enumDifference(ours.enum, theirs.enum);
}

function sameDefault(a: DescField["default"], b: DescField["default"]): boolean {
  // representations differ: 7n, "7" and 7 are one default
  return String(a) === String(b);
}

function enumDifference(
  ours: DescEnum | undefined,
  theirs: DescEnum | undefined,
): string | undefined {
  if (ours === theirs || ours === undefined || theirs === undefined) {
    return ours === theirs ? undefined : "one of them is an enum";
  }
  if (ours.typeName !== theirs.typeName) return "they are of different enums";
  const values = (desc: DescEnum): string =>
    desc.values
      .map((value: DescEnumValue) => `${value.name}=${value.number}`)
      .sort()
      .join();
  if (values(ours) !== values(theirs)) return `the values of ${ours.typeName} differ`;
  const asked = (desc: DescEnum): boolean =>
    desc.file.representation.enums === "open" ||
    desc.file.representation.openEnums?.includes(desc.typeName) === true;
  if (ours.open !== theirs.open && !asked(ours) && !asked(theirs))
    return `one ${ours.typeName} is open and the other closed`;
  return undefined;
}
