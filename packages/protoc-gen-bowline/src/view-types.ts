import type { DescField, DescMessage, DescOneof } from "@bowline/protobuf/internal";
import type { FileContext } from "./context.js";
import { type Printer, property, quote } from "./print.js";
import { elementType, memberDoc, scalarType } from "./types.js";

/** The type of one element of a field in a view. */
function viewElement(c: FileContext, field: DescField): string {
  return field.message === undefined || field.unboxed !== undefined || field.mapping !== undefined
    ? elementType(c, field)
    : c.message(field.message, "view", "type");
}

function parenthesised(type: string): string {
  return type.includes(" ") ? `(${type})` : type;
}

/** The type of a member's property in the interface of a view. */
export function viewMemberType(c: FileContext, member: DescField | DescOneof): string {
  if (member.kind === "oneof") {
    const cases = member.fields.map(
      (field) =>
        `{ readonly case: ${quote(field.localName)}; readonly value: ${viewElement(c, field)} }`,
    );
    return `${cases.join(" | ")} | undefined`;
  }
  if (member.typedArray !== undefined) return member.typedArray.name;
  if (member.cardinality === "list") return `readonly ${parenthesised(viewElement(c, member))}[]`;
  if (member.cardinality === "map")
    return `ReadonlyMap<${scalarType(member.mapKey!)}, ${viewElement(c, member.mapValue!)}>`;
  return viewElement(c, member) + (member.presence === "implicit" ? "" : " | undefined");
}

/** `ViewType<UserView, User>` */
export function viewTypeOf(
  c: FileContext,
  names: { readonly view: string; readonly type: string },
): string {
  return `${c.runtimeType("ViewType")}<${names.view}, ${names.type}>`;
}

/** Prints the interface of a message's views. */
export function printViewInterface(
  c: FileContext,
  printer: Printer,
  message: DescMessage,
  path: readonly number[],
): void {
  const names = c.names.messages.get(message)!;
  printer.doc([`A {@link ${names.type}} that is read in place, field by field.`]);
  printer.block(
    `export interface ${names.view} extends ${c.runtimeType("View")}<${names.type}> {`,
    () => {
      for (const member of message.members) {
        printer.doc(memberDoc(c, message, member, path));
        printer.line(`readonly ${property(member.localName)}: ${viewMemberType(c, member)};`);
      }
    },
  );
}

/** Prints what a declaration file says of a view's code. */
export function printViewDeclaration(
  c: FileContext,
  printer: Printer,
  message: DescMessage,
  doc: readonly string[],
): void {
  const names = c.names.messages.get(message)!;
  printer.doc(["@internal"]);
  printer.block(`export declare class ${names.viewClass} {`, () => {
    printer.line(
      `static $at(x: ${c.runtimeType("ViewContext")}, p: number, e: number, d: number): ${names.viewClass};`,
    );
    printer.line("static $check(b: Uint8Array, p: number, e: number, d: number, g: number): void;");
  });
  printer.line();
  printer.doc(doc);
  printer.line(`export declare const ${names.view}: ${viewTypeOf(c, names)};`);
}
