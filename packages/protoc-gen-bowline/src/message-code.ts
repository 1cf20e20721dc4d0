import type {
  DescField,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
} from "@bowline/protobuf/internal";
import type { FileContext } from "./context.js";
import { type Printer, property, quote } from "./print.js";
import { type ClassShape, printRead } from "./read-code.js";
import { zero } from "./scalar-code.js";
import { elementType, fieldType, memberType } from "./types.js";
import { printHints, printWrite } from "./write-code.js";

/** What a new message holds. */
function initial(c: FileContext, member: DescField | DescOneof): string {
  if (member.kind === "oneof") return "undefined";
  if (member.typedArray !== undefined) return c.runtime(`empty${member.typedArray.name}`);
  if (member.cardinality === "list") return "[]";
  if (member.cardinality === "map") return "new Map()";
  return member.presence === "implicit" ? zero(c, member) : "undefined";
}

/** The types that a message's fields hold, so that a bundle keeps them. */
function fieldTypes(c: FileContext, fields: readonly DescField[]): string {
  const types = new Set<DescMessage>();
  for (const field of fields) {
    const message = field.message ?? field.mapValue?.message;
    if (message !== undefined) types.add(message);
  }
  return [...types].map((message) => c.message(message, "type", "value")).join(", ");
}

/** Prints the class and the type value of a message. */
export function printMessageCode(
  c: FileContext,
  printer: Printer,
  message: DescMessage,
  typed: boolean,
  doc: readonly string[],
): void {
  const names = c.names.messages.get(message)!;
  const shape: ClassShape = {
    className: names.messageClass,
    type: names.type,
    members: message.members,
    messageSet: message.messageSet,
    property: (member) => member.localName,
    typed,
  };
  printHints(printer, shape);
  printer.doc(["@internal"]);
  printer.block(`export class ${names.messageClass} {`, () => {
    for (const member of message.members) {
      printer.line(
        `${property(member.localName)}${typed ? `: ${memberType(c, member)}` : ""} = ${initial(c, member)};`,
      );
    }
    printer.line();
    printRead(c, printer, shape);
    printer.line();
    printWrite(c, printer, shape, names.type);
  });
  printer.line();
  printer.doc(doc);
  const types = fieldTypes(c, message.fields);
  const rest = message.hasRequired
    ? [types === "" ? "undefined" : `() => [${types}]`, c.runtime("missingRequired")]
    : types === ""
      ? []
      : [`() => [${types}]`];
  const call = [
    c.names.handle,
    message.index,
    quote(message.typeName),
    names.messageClass,
    ...rest,
  ].join(", ");
  const annotation = typed ? `: ${messageTypeOf(c, names)}` : "";
  printer.line(
    `export const ${names.type}${annotation} = /*@__PURE__*/ ${c.runtime("messageType")}(${call});`,
  );
}

/** `MessageType<User, UserInit>` */
export function messageTypeOf(
  c: FileContext,
  names: { readonly type: string; readonly init: string },
): string {
  return `${c.runtimeType("MessageType")}<${names.type}, ${names.init}>`;
}

/** Prints what a declaration file says of a message's code. */
export function printMessageDeclaration(
  c: FileContext,
  printer: Printer,
  message: DescMessage,
  doc: readonly string[],
): void {
  const names = c.names.messages.get(message)!;
  printer.doc(["@internal"]);
  printer.block(`export declare class ${names.messageClass} {`, () => {
    for (const member of message.members)
      printer.line(`${property(member.localName)}: ${memberType(c, member)};`);
    printer.line(
      `static read(b: Uint8Array, p: number, e: number, d: number, m: ${names.type}, g: number): void;`,
    );
    printer.line(`static write(m: ${names.type}, p: number): number;`);
  });
  printer.line();
  printer.doc(doc);
  printer.line(`export declare const ${names.type}: ${messageTypeOf(c, names)};`);
}

/** `Extension<FieldOptions, string>` */
function extensionTypeOf(c: FileContext, field: DescField): string {
  const value =
    field.cardinality === "list" || field.mapping !== undefined
      ? fieldType(c, field)
      : elementType(c, field);
  return `${c.runtimeType("Extension")}<${c.message(field.extendee!, "type", "type")}, ${value}>`;
}

/** Prints an extension: a class with one member that reads and writes it, and its value. */
export function printExtension(
  c: FileContext,
  printer: Printer,
  field: DescField,
  typed: boolean,
  doc: readonly string[],
): void {
  const name = c.names.extensions.get(field)!;
  const className = `${name}$holder`;
  const value = fieldType(c, field);
  const shape: ClassShape = {
    className,
    type: className,
    members: [field],
    messageSet: false,
    property: () => "value",
    typed,
  };
  printHints(printer, shape);
  printer.block(`class ${className} {`, () => {
    printer.line(`value${typed ? `: ${value}` : ""} = ${initial(c, field)};`);
    printer.line();
    printRead(c, printer, shape);
    printer.line();
    printWrite(c, printer, shape, undefined);
  });
  printer.line();
  printer.doc(doc);
  const types = fieldTypes(c, [field]);
  const call = [
    c.names.handle,
    quote(field.typeName!),
    c.message(field.extendee!, "type", "value"),
    typed ? `${className} as never` : className,
    ...(types === "" ? [] : [`() => [${types}]`]),
  ].join(", ");
  const annotation = typed ? `: ${extensionTypeOf(c, field)}` : "";
  printer.line(
    `export const ${name}${annotation} = /*@__PURE__*/ ${c.runtime("extension")}(${call});`,
  );
}

export function printExtensionDeclaration(
  c: FileContext,
  printer: Printer,
  field: DescField,
  doc: readonly string[],
): void {
  printer.doc(doc);
  printer.line(
    `export declare const ${c.names.extensions.get(field)!}: ${extensionTypeOf(c, field)};`,
  );
}

const rpc = "@bowline/rpc/codegen/v1";

function methodKind(method: DescMethod): readonly [kind: string, type: string] {
  if (method.clientStreaming)
    return method.serverStreaming
      ? ["bidi", "BidiMethod"]
      : ["client_streaming", "ClientStreamingMethod"];
  return method.serverStreaming
    ? ["server_streaming", "ServerStreamingMethod"]
    : ["unary", "UnaryMethod"];
}

/** Method names in a service: one that is taken gets its position behind it. */
function methodNames(service: DescService): string[] {
  const taken = new Set<string>();
  return service.methods.map((method, i) => {
    const name = taken.has(method.localName) ? `${method.localName}$${i}` : method.localName;
    taken.add(name);
    return name;
  });
}

/** Prints a service: its methods, and its type with the methods' documentation. */
export function printService(
  c: FileContext,
  printer: Printer,
  service: DescService,
  path: readonly number[],
  mode: "ts" | "js" | "dts",
): void {
  const name = c.names.services.get(service)!;
  const names = methodNames(service);
  const printTypes = (): void => {
    service.methods.forEach((method, i) => {
      printer.doc(c.comments.at([...path, 2, i], method.deprecated));
      const type = c.imports.type(rpc, methodKind(method)[1]);
      const input = `typeof ${c.message(method.input, "type", "type")}`;
      const output = `typeof ${c.message(method.output, "type", "type")}`;
      printer.line(`${property(names[i]!)}: ${type}<${input}, ${output}>;`);
    });
  };
  const printMethods = (): void => {
    service.methods.forEach((method, i) => {
      const input = c.message(method.input, "type", "value");
      const output = c.message(method.output, "type", "value");
      const fields = [
        `kind: ${quote(methodKind(method)[0])}`,
        `name: ${quote(method.name)}`,
        `input: ${input}`,
        `output: ${output}`,
        `idempotency: ${quote(method.idempotency)}`,
      ];
      printer.line(`${property(names[i]!)}: { ${fields.join(", ")} },`);
    });
  };
  printer.doc(c.comments.at(path, service.deprecated || c.file.deprecated));
  const serviceType = mode === "dts" ? "" : c.imports.value(rpc, "serviceType");
  const index = c.file.services.indexOf(service);
  const head = `/*@__PURE__*/ ${serviceType}(${c.names.handle}, ${index}, ${quote(service.typeName)}, {`;
  if (mode === "js") return printer.block(`export const ${name} = ${head}`, printMethods, "});");
  const declare = mode === "dts" ? "declare " : "";
  printer.block(
    `export ${declare}const ${name}: ${c.imports.type(rpc, "ServiceType")}<{`,
    printTypes,
    mode === "dts" ? "}>;" : `}> = ${head}`,
  );
  if (mode === "dts") return;
  printer.inner(printMethods);
  printer.line("});");
}
