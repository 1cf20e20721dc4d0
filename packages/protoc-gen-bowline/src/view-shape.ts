import {
  type DescField,
  type DescMessage,
  type DescOneof,
  FieldType,
} from "@bowline/protobuf/internal";
import type { FileContext } from "./context.js";
import { is64, scalarCode } from "./scalar-code.js";

/** A view's class as its code is printed. */
export interface ViewShape {
  readonly className: string;
  readonly message: DescMessage;
  /** Annotations are printed. */
  readonly typed: boolean;
}

/** The slot of a member: `$` and its number, of a oneof the number of its first field. */
export function slotOf(member: DescField | DescOneof): string {
  return `$${member.kind === "oneof" ? member.fields[0]!.number : member.number}`;
}

/** Lists and maps are found from the tag of their first field, all others from behind their tag. */
export function isMany(member: DescField | DescOneof): member is DescField {
  return member.kind === "field" && member.cardinality !== "singular";
}

/** The slots of the class: that of unknown fields, then by member the place, and a count or the case of a oneof. */
export function slotsOf(message: DescMessage): string[] {
  return ["$u", ...message.members.flatMap(memberSlots)];
}

function memberSlots(member: DescField | DescOneof): string[] {
  const slot = slotOf(member);
  if (member.kind === "oneof") return [slot, slot.replace("$", "$c")];
  return isMany(member) ? [slot, slot.replace("$", "$n")] : [slot];
}

/** Whether a slot has where a member is, not a count or the case of a oneof. */
export function isPlace(slot: string): boolean {
  return !/^\$[nc]/.test(slot);
}

const mostIndexed = 40;

/** Whether the check of a message writes down where its fields are. */
export function isIndexed(message: DescMessage): boolean {
  return slotsOf(message).length <= mostIndexed;
}

/** Numbers that the schema does not know may be in its lists and maps, which a scan does not look into. */
export function mayHoldUnknown(member: DescField | DescOneof): boolean {
  return isMany(member) && isClosed(member.mapValue ?? member);
}

/** Whether unknown fields are kept. */
export function keeps(c: FileContext): boolean {
  return c.run.options.unknownFields === "keep";
}

/** The fields of a message in the order of its members. */
export function valueFields(message: DescMessage): DescField[] {
  return message.members.flatMap((member) => (member.kind === "oneof" ? member.fields : [member]));
}

/** Whether a field has the numbers only that its enum declares. */
export function isClosed(field: DescField): boolean {
  return field.enum !== undefined && !field.enum.open;
}

/** Element memory of a number in a list. */
export function elementCost(field: DescField): number {
  if (!is64(field) || field.int64 === "number") return 8;
  return field.int64 === "bigint" ? 24 : 44;
}

/** The runtime's reader of one element, before a 64-bit integer becomes text or a number. */
export function elementReader(c: FileContext, field: DescField, isKey = false): string {
  const { name } = scalarCode(field);
  if (isKey && name === "String") return c.runtime("elementKey");
  const own = field.type === FieldType.ENUM ? "Int32" : name;
  return c.runtime(`element${own}`);
}

/** The same with the value as its field has it: a function expression. */
export function valueReader(
  c: FileContext,
  field: DescField,
  typed: boolean,
  isKey = false,
): string {
  const reader = elementReader(c, field, isKey);
  if (field.message !== undefined || !is64(field) || field.int64 === "bigint") return reader;
  const parameters = typed ? "(b: Uint8Array, p: number, e: number)" : "(b, p, e)";
  return field.int64 === "string"
    ? `${parameters} => ${reader}(b, p, e).toString()`
    : `${parameters} => ${c.runtime("safeNumber")}(${reader}(b, p, e), p)`;
}
