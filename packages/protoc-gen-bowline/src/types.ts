import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  FieldType,
} from "@bowline/protobuf/internal";
import type { FileContext } from "./context.js";
import { type Printer, property, quote } from "./print.js";

/** The TypeScript type of a scalar in a field. */
export function scalarType(field: DescField): string {
  switch (field.type) {
    case FieldType.STRING:
      return field.unboxed === "bytes" ? "Uint8Array" : "string";
    case FieldType.BYTES:
      return "Uint8Array";
    case FieldType.BOOL:
      return "boolean";
    case FieldType.INT64:
    case FieldType.UINT64:
    case FieldType.SINT64:
    case FieldType.FIXED64:
    case FieldType.SFIXED64:
      return field.int64;
    default:
      return "number";
  }
}

/** The type of one element of a field: in messages, or (`init`) in what they are made from. */
export function elementType(c: FileContext, field: DescField, init = false): string {
  if (field.enum !== undefined) return c.enum(field.enum);
  if (field.message === undefined) return scalarType(field);
  if (field.mapping !== undefined) return c.mappedType(field.message);
  if (field.unboxed === "wrapper") return scalarType(field.message.fieldByNumber(1)!);
  if (field.unboxed === "struct") return c.runtimeType("JsonObject");
  return c.message(field.message, init ? "init" : "type", "type");
}

/** The type of a field's property in the message interface. */
export function fieldType(c: FileContext, field: DescField): string {
  if (field.typedArray !== undefined) return field.typedArray.name;
  if (field.cardinality === "list") return `${parenthesised(elementType(c, field))}[]`;
  if (field.cardinality === "map")
    return `Map<${scalarType(field.mapKey!)}, ${elementType(c, field.mapValue!)}>`;
  return elementType(c, field) + (field.presence === "implicit" ? "" : " | undefined");
}

function parenthesised(type: string): string {
  return type.includes("|") ? `(${type})` : type;
}

function initType(c: FileContext, field: DescField): string {
  if (field.typedArray !== undefined) return `Iterable<${scalarType(field)}>`;
  if (field.cardinality === "list")
    return `readonly ${parenthesised(elementType(c, field, true))}[]`;
  if (field.cardinality === "map") {
    return `${c.runtimeType("MapInit")}<${scalarType(field.mapKey!)}, ${elementType(c, field.mapValue!, true)}>`;
  }
  return elementType(c, field, true) + (field.presence === "implicit" ? "" : " | undefined");
}

function oneofType(c: FileContext, oneof: DescOneof, init: boolean): string {
  const prefix = init ? "readonly " : "";
  const cases = oneof.fields.map(
    (field) =>
      `{ ${prefix}case: ${quote(field.localName)}; ${prefix}value: ${elementType(c, field, init)} }`,
  );
  return `${cases.join(" | ")} | undefined`;
}

/** The type of a member's property. */
export function memberType(c: FileContext, member: DescField | DescOneof): string {
  return member.kind === "oneof" ? oneofType(c, member, false) : fieldType(c, member);
}

/** Prints the interfaces of a message: itself, and what it is made from. */
export function printMessageTypes(
  c: FileContext,
  printer: Printer,
  message: DescMessage,
  path: readonly number[],
): void {
  const names = c.names.messages.get(message)!;
  const docs = new Map(
    message.members.map((member) => [member, memberDoc(c, message, member, path)]),
  );
  printer.doc(c.comments.at(path, message.deprecated || c.file.deprecated));
  printer.block(`export interface ${names.type} {`, () => {
    for (const member of message.members) {
      printer.doc(docs.get(member)!);
      printer.line(`${property(member.localName)}: ${memberType(c, member)};`);
    }
  });
  printer.line();
  printer.doc([`What a {@link ${names.type}} can be made from: every field may be left out.`]);
  printer.block(`export interface ${names.init} {`, () => {
    for (const member of message.members) {
      printer.doc(docs.get(member)!);
      const type = member.kind === "oneof" ? oneofType(c, member, true) : initType(c, member);
      printer.line(`readonly ${property(member.localName)}?: ${type};`);
    }
  });
}

/** The documentation of a member: its own comment, of a oneof its fields', too. */
export function memberDoc(
  c: FileContext,
  message: DescMessage,
  member: DescField | DescOneof,
  path: readonly number[],
): string[] {
  if (member.kind === "field")
    return c.comments.at([...path, 2, message.fields.indexOf(member)], member.deprecated);
  const lines = c.comments.at([...path, 8, message.oneofs.indexOf(member)], false);
  for (const field of member.fields) {
    const inner = c.comments.at([...path, 2, message.fields.indexOf(field)], false);
    if (inner.length > 0)
      lines.push(
        ...(lines.length > 0 ? [""] : []),
        `\`${field.localName}\`: ${inner[0]}`,
        ...inner.slice(1),
      );
  }
  return lines;
}

/** Prints the constant and the type of an enum. `declare`: as in declaration files. */
export function printEnum(
  c: FileContext,
  printer: Printer,
  desc: DescEnum,
  path: readonly number[],
  declare: boolean,
): void {
  const name = c.names.enums.get(desc)!;
  printer.doc(c.comments.at(path, desc.deprecated || c.file.deprecated));
  printer.block(
    declare ? `export declare const ${name}: {` : `export const ${name} = {`,
    () => {
      desc.values.forEach((value, i) => {
        printer.doc(c.comments.at([...path, 2, i], value.deprecated));
        const text = `${property(value.localName)}: ${value.number}`;
        printer.line(declare ? `readonly ${text};` : `${text},`);
      });
    },
    declare ? "};" : "} as const;",
  );
  printEnumType(printer, name, desc);
}

/** The union of an enum's numbers; open enums take every other number, too. */
export function printEnumType(printer: Printer, name: string, desc: DescEnum): void {
  const open = desc.open ? " | (number & {})" : "";
  printer.line(`export type ${name} = (typeof ${name})[keyof typeof ${name}]${open};`);
}
