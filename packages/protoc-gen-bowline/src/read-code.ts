import {
  type DescField,
  type DescMessage,
  type DescOneof,
  FieldType,
  messageMemory,
} from "@bowline/protobuf/internal";
import type { FileContext } from "./context.js";
import { type Printer, property, quote } from "./print.js";
import { declared, is64, scalarCode, tagOf, wireType, zero } from "./scalar-code.js";
import { elementType, scalarType } from "./types.js";

/** `.name` or `["name"]`. */
export function access(name: string): string {
  const text = property(name);
  return text.startsWith('"') && !/^"[A-Za-z_$][\w$]*"$/.test(text) ? `[${text}]` : `.${name}`;
}

/** A class as the reading and writing code sees it: a message, or the holder of an extension. */
export interface ClassShape {
  readonly className: string;
  /** The type of instances. */
  readonly type: string;
  readonly members: readonly (DescField | DescOneof)[];
  readonly messageSet: boolean;
  /** The property that holds a member. */
  readonly property: (member: DescField | DescOneof) => string;
  /** Annotations are printed. */
  readonly typed: boolean;
}

/** Prints the static `read` method and those of map entries. */
export function printRead(c: FileContext, printer: Printer, shape: ClassShape): void {
  const t = (annotation: string): string => (shape.typed ? annotation : "");
  const u8 = t(": Uint8Array");
  const n = t(": number");
  const cur = c.runtime("cursor");
  // nothing is put into a message without members that drops its unknown fields
  const m = shape.members.length > 0 || shape.messageSet || keeps(c) ? "m" : "_m";
  printer.block(
    `static read(b${u8}, p${n}, e${n}, d${n}, ${m}${t(`: ${shape.type}`)}, g${n})${t(": void")} {`,
    () => {
      printer.line(`if (d < 0) ${c.runtime("tooDeep")}(p);`);
      printCharge(c, printer, messageMemory(shape.members));
      printer.block("while (p < e) {", () => {
        if (keeps(c) || shape.messageSet) printer.line("const s = p;");
        printReadTag(c, printer, shape.typed);
        printer.block("switch (t) {", () => {
          if (shape.messageSet) {
            printer.block("case 11: {", () => {
              printer.line(`p = ${c.runtime("messageSetItem")}(b, s, p, e, d, m);`);
              printer.line("break;");
            });
          }
          for (const member of shape.members) {
            for (const field of member.kind === "oneof" ? member.fields : [member])
              printCases(c, printer, shape, field);
          }
          printer.block("default: {", () => {
            printer.block("if (t === g) {", () => {
              printer.line(`${cur}.p = p;`);
              printer.line("return;");
            });
            printer.line(
              keeps(c)
                ? `p = ${c.runtime("unknown")}(b, s, p, e, t, d, m);`
                : `p = ${c.runtime("skip")}(b, p, e, t, d);`,
            );
          });
        });
      });
      printer.line(`if (p !== e || g !== -1) ${c.runtime("truncated")}(e);`);
    },
  );
  for (const member of shape.members) {
    if (member.kind === "field" && member.cardinality === "map")
      printReadEntry(c, printer, shape, member);
  }
}

function printReadTag(c: FileContext, printer: Printer, typed: boolean): void {
  printVarint(c, printer, "t", "readTag", typed);
}

/** Declares `name` as the varint at `p`; the case of one byte stands in the code, the others are the reader's. */
function printVarint(
  c: FileContext,
  printer: Printer,
  name: string,
  reader: string,
  typed: boolean,
): void {
  printer.line(`let ${name} = b[p++]${typed ? "!" : ""};`);
  printer.block(`if (${name} > 127) {`, () => {
    printer.line(`${name} = ${c.runtime(reader)}(b, p, ${name});`);
    printer.line(`p = ${c.runtime("cursor")}.p;`);
  });
}

/** Goes from a length to its value, which is `b[p, z)` then. */
function printLength(c: FileContext, printer: Printer, typed: boolean): void {
  const truncated = c.runtime("truncated");
  printer.line(`if (p >= e) ${truncated}(p);`);
  printVarint(c, printer, "n", "readLength", typed);
  printer.line("const z = p + n;");
  printer.line(`if (z > e) ${truncated}(p);`);
}

function printCases(c: FileContext, printer: Printer, shape: ClassShape, field: DescField): void {
  const one = (wire: number, body: () => void): void => {
    printer.block(`case ${tagOf(field.number, wire)}: {`, () => {
      body();
      printer.line("break;");
    });
  };
  if (field.cardinality === "map") return one(2, () => printMap(c, printer, shape, field));
  const wire = wireType(field);
  one(wire, () => {
    if (field.type === FieldType.MESSAGE) printMessage(c, printer, shape, field);
    else printScalar(c, printer, shape, field);
  });
  if (field.cardinality === "list" && wire !== 2 && wire !== 3)
    one(2, () => printPacked(c, printer, shape, field));
}

function target(shape: ClassShape, field: DescField): string {
  return `m${access(shape.property(field.oneof ?? field))}`;
}

/** The statement that puts a value where the field has it. */
function put(c: FileContext, shape: ClassShape, field: DescField, value: string): string {
  const to = target(shape, field);
  if (field.typedArray !== undefined)
    return `${to} = ${c.runtime("appendTyped")}(${to}, ${value}, p);`;
  if (field.cardinality === "list") return `${to}.push(${value});`;
  return field.oneof === undefined
    ? `${to} = ${value};`
    : `${to} = { case: ${quote(field.localName)}, value: ${value} };`;
}

function printScalar(c: FileContext, printer: Printer, shape: ClassShape, field: DescField): void {
  const wide = field.cardinality === "list" && scalarCode(field).wireType !== 2;
  if (wide && field.typedArray === undefined) printBudget(c, printer, field);
  if (field.enum !== undefined && !field.enum.open) {
    printer.line(`const v = ${c.runtime("readInt32")}(b, p, e);`);
    printer.line(`p = ${c.runtime("cursor")}.p;`);
    const cast = shape.typed ? `v as ${c.enum(field.enum)}` : "v";
    printer.line(`if (${declared(field.enum, "v")}) ${put(c, shape, field, cast)}`);
    if (keeps(c)) printer.line(`else ${c.runtime("keepUnknown")}(b, s, p, m);`);
    return;
  }
  printElement(c, printer, field, shape.typed, (value) => put(c, shape, field, value));
}

/** Whether unknown fields are kept. */
function keeps(c: FileContext): boolean {
  return c.run.options.unknownFields === "keep";
}

function printBudget(c: FileContext, printer: Printer, field: DescField): void {
  const bytes = is64(field) && field.int64 !== "number" ? (field.int64 === "bigint" ? 24 : 44) : 8;
  printCharge(c, printer, bytes);
}

/** Takes element memory off the budget. */
function printCharge(c: FileContext, printer: Printer, bytes: number): void {
  printer.line(
    `if ((${c.runtime("cursor")}.memory -= ${bytes}) < 0) ${c.runtime("overBudget")}(p);`,
  );
}

/** An expression that makes the message of a field. */
function fresh(c: FileContext, field: DescField): string {
  return `new ${c.message(field.message!, "messageClass", "value")}()`;
}

/** Reads one element at `p`, hands its expression to `use`, and goes on behind it. */
function printElement(
  c: FileContext,
  printer: Printer,
  field: DescField,
  typed: boolean,
  use: (value: string) => string,
  isKey = false,
): void {
  const { name, size, wireType: wire } = scalarCode(field);
  const cur = c.runtime("cursor");
  if (wire === 2) {
    const reader = c.runtime(isKey && name === "String" ? "readKey" : `read${name}`);
    printLength(c, printer, typed);
    printer.line(use(`${reader}(b, p, z)`));
    printer.line("p = z;");
    return;
  }
  const short = shortVarint(c, field, typed);
  if (short !== undefined) {
    printer.line(`if (p >= e) ${c.runtime("truncated")}(p);`);
    printVarint(c, printer, "n", "readVarint32", typed);
    printer.line(use(short));
    return;
  }
  printer.line(use(represented(c, field, numeric(c, field, name))));
  printer.line(wire === 0 ? `p = ${cur}.p;` : `p += ${size};`);
}

/** The value of a field whose varint has 32 bits in `n`, `undefined` for other types. */
function shortVarint(c: FileContext, field: DescField, typed: boolean): string | undefined {
  switch (field.type) {
    case FieldType.INT32:
      return "n";
    case FieldType.ENUM:
      return `n${typed ? ` as ${c.enum(field.enum!)}` : ""}`;
    case FieldType.UINT32:
      return "n >>> 0";
    case FieldType.SINT32:
      return "(n >>> 1) ^ -(n & 1)";
    default:
      return undefined;
  }
}

function numeric(c: FileContext, field: DescField, name: string): string {
  switch (field.type) {
    case FieldType.FIXED32:
      return `${c.runtime("readFixed32")}(b, p, e) >>> 0`;
    case FieldType.SFIXED32:
      return `${c.runtime("readFixed32")}(b, p, e)`;
    default:
      return `${c.runtime(`read${name}`)}(b, p, e)`;
  }
}

/** A 64-bit integer in the representation of its field. */
function represented(c: FileContext, field: DescField, value: string): string {
  if (!is64(field) || field.int64 === "bigint") return value;
  return field.int64 === "string"
    ? `${value}.toString()`
    : `${c.runtime("safeNumber")}(${value}, p)`;
}

function printPacked(c: FileContext, printer: Printer, shape: ClassShape, field: DescField): void {
  const to = target(shape, field);
  const cur = c.runtime("cursor");
  printLength(c, printer, shape.typed);
  if (field.typedArray !== undefined) {
    const reader = c.runtime(`readTyped${scalarCode(field).name}`);
    printer.line(`${to} = ${reader}(b, p, z, ${to});`);
    printer.line("p = z;");
    return;
  }
  const closed = field.enum !== undefined && !field.enum.open;
  if (!closed && (!is64(field) || field.int64 === "bigint")) {
    printer.line(
      `${c.runtime(`readPacked${scalarCode(field).name}`)}(b, p, z, ${to}${shape.typed && field.enum ? " as number[]" : ""});`,
    );
    printer.line("p = z;");
    return;
  }
  printer.block("while (p < z) {", () => {
    printBudget(c, printer, field);
    if (closed) {
      printer.line(`const v = ${c.runtime("readInt32")}(b, p, z);`);
      printer.line(`p = ${cur}.p;`);
      printer.line(
        `if (${declared(field.enum!, "v")}) ${to}.push(v${shape.typed ? ` as ${c.enum(field.enum!)}` : ""});`,
      );
      if (keeps(c))
        printer.line(`else ${c.runtime("keepUnknownVarint")}(${field.number}, v, m, p);`);
    } else {
      printElement(c, printer, field, shape.typed, (value) => `${to}.push(${value});`);
    }
  });
  printer.line(`if (p !== z) ${c.runtime("truncated")}(z);`);
}

/** The part of reading a message that is the same for a length and for group tags; `x` is the message. */
function printBody(
  c: FileContext,
  printer: Printer,
  field: DescField,
  typed: boolean,
  use: () => void = () => {},
): void {
  const messageClass = c.message(field.message!, "messageClass", "value");
  if (field.delimited) {
    printer.line(`${messageClass}.read(b, p, e, d - 1, x, ${tagOf(field.number, 4)});`);
    printer.line(`p = ${c.runtime("cursor")}.p;`);
    use();
  } else {
    printLength(c, printer, typed);
    printer.line(`${messageClass}.read(b, p, z, d - 1, x, -1);`);
    use();
    printer.line("p = z;");
  }
}

function printMessage(c: FileContext, printer: Printer, shape: ClassShape, field: DescField): void {
  if (field.mapping !== undefined) return printMapped(c, printer, shape, field);
  const to = target(shape, field);
  if (field.unboxed === "struct") {
    printLength(c, printer, shape.typed);
    printer.line(`${to} = ${c.struct("readStruct")}(b, p, z, d - 1, ${to});`);
    printer.line("p = z;");
    return;
  }
  if (field.unboxed === "wrapper") {
    printer.line(`const x = ${fresh(c, field)};`);
    printer.line(`if (${to} !== undefined) x.value = ${to};`);
    printBody(c, printer, field, shape.typed);
    printer.line(`${to} = x.value;`);
  } else if (field.cardinality === "list") {
    printer.line(`const x = ${fresh(c, field)};`);
    printBody(c, printer, field, shape.typed);
    printer.line(`${to}.push(x);`);
  } else if (field.oneof !== undefined) {
    const type = shape.typed ? `: ${elementType(c, field)}` : "";
    printer.line(`const o = ${to};`);
    printer.line(
      `const x${type} = o !== undefined && o.case === ${quote(field.localName)} ? o.value : ${fresh(c, field)};`,
    );
    printBody(c, printer, field, shape.typed);
    printer.line(put(c, shape, field, "x"));
  } else {
    printer.line(`const x = ${to} ?? (${to} = ${fresh(c, field)});`);
    printBody(c, printer, field, shape.typed);
  }
}

/** An expression for the value that a message which was read appears as. `p`: where its body begins. */
function mapped(c: FileContext, message: DescMessage, x: string, p: string): string {
  return `${c.runtime("mappedValue")}(${c.mapping(message)}, ${x}, ${p})`;
}

/** A message that appears as another value: each occurrence goes on with the message of the value. */
function printMapped(c: FileContext, printer: Printer, shape: ClassShape, field: DescField): void {
  const to = target(shape, field);
  const message = field.message!;
  const type = c.message(message, "type", "value");
  const again = (value: string): string =>
    `${c.runtime("mappedAgain")}(${c.mapping(message)}, ${type}, ${value}, p)`;
  if (field.cardinality === "list") {
    printer.line(`const x = ${fresh(c, field)};`);
  } else if (field.oneof !== undefined) {
    printer.line(`const o = ${to};`);
    const same = `o !== undefined && o.case === ${quote(field.localName)}`;
    printer.line(`const x = ${same} ? ${again("o.value")} : ${fresh(c, field)};`);
  } else {
    printer.line(`const v = ${to};`);
    printer.line(`const x = v === undefined ? ${fresh(c, field)} : ${again("v")};`);
  }
  printBody(c, printer, field, shape.typed, () =>
    printer.line(put(c, shape, field, mapped(c, message, "x", "p"))),
  );
}

function entryMethod(shape: ClassShape, field: DescField): string {
  return property(`${shape.property(field)}$`);
}

function printMap(c: FileContext, printer: Printer, shape: ClassShape, field: DescField): void {
  printLength(c, printer, shape.typed);
  printer.line(
    `${shape.className}.${entryMethod(shape, field)}(b, p, z, d, m${keepsEntry(c, field) ? ", s" : ""});`,
  );
  printer.line("p = z;");
}

/** Whether an entry can become an unknown field: its value is of a closed enum. */
function keepsEntry(c: FileContext, field: DescField): boolean {
  return keeps(c) && field.mapValue?.enum?.open === false;
}

/** Prints the method that reads one map entry. A key or a value that is missing is the type's default. */
function printReadEntry(
  c: FileContext,
  printer: Printer,
  shape: ClassShape,
  field: DescField,
): void {
  const t = (annotation: string): string => (shape.typed ? annotation : "");
  const n = t(": number");
  const key = field.mapKey!;
  const value = field.mapValue!;
  const parameters = `b${t(": Uint8Array")}, p${n}, e${n}, d${n}, m${t(`: ${shape.type}`)}${keepsEntry(c, field) ? `, s${n}` : ""}`;
  const closed = value.enum !== undefined && !value.enum.open;
  printer.line();
  printer.block(`static ${entryMethod(shape, field)}(${parameters})${t(": void")} {`, () => {
    printCharge(c, printer, 64);
    printer.line(`let k${t(`: ${scalarType(key)}`)} = ${zero(c, key)};`);
    if (value.message === undefined) {
      const initial = closed ? `${value.enum!.values[0]!.number}` : zero(c, value);
      printer.line(`let v${t(`: ${closed ? "number" : elementType(c, value)}`)} = ${initial};`);
    } else {
      printer.line(`let v${t(`: ${c.message(value.message, "type", "type")} | undefined`)};`);
      if (value.mapping !== undefined) printer.line("let q = p;");
    }
    printer.block("while (p < e) {", () => {
      printReadTag(c, printer, shape.typed);
      printer.block("switch (t) {", () => {
        printer.block(`case ${tagOf(1, wireType(key))}: {`, () => {
          printElement(c, printer, key, shape.typed, (expression) => `k = ${expression};`, true);
          printer.line("break;");
        });
        printer.block(`case ${tagOf(2, wireType(value))}: {`, () => {
          if (value.message !== undefined) {
            printer.line(`const x = v ?? (v = ${fresh(c, value)});`);
            const note = value.mapping === undefined ? undefined : () => printer.line("q = p;");
            printBody(c, printer, value, shape.typed, note);
          } else if (closed) {
            printer.line(`v = ${c.runtime("readInt32")}(b, p, e);`);
            printer.line(`p = ${c.runtime("cursor")}.p;`);
          } else printElement(c, printer, value, shape.typed, (expression) => `v = ${expression};`);
          printer.line("break;");
        });
        printer.block("default: {", () => printer.line(`p = ${c.runtime("skip")}(b, p, e, t, d);`));
      });
    });
    printer.line(`if (p !== e) ${c.runtime("truncated")}(e);`);
    const set = (expression: string): string =>
      `m${access(shape.property(field))}.set(k, ${expression});`;
    if (value.message !== undefined) {
      printer.block("if (v === undefined) {", () => {
        printCharge(c, printer, messageMemory(value.message!.members));
        printer.line(`v = ${fresh(c, value)};`);
      });
    }
    if (value.mapping !== undefined) printer.line(set(mapped(c, value.message!, "v", "q")));
    else if (!closed) printer.line(set("v"));
    else {
      printer.line(
        `if (${declared(value.enum!, "v")}) ${set(shape.typed ? `v as ${c.enum(value.enum!)}` : "v")}`,
      );
      if (keeps(c)) printer.line(`else ${c.runtime("keepUnknown")}(b, s, e, m);`);
    }
  });
}
