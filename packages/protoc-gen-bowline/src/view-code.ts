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
import { printCheck } from "./view-check-code.js";
import { printScan } from "./view-scan-code.js";
import {
  elementCost,
  elementReader,
  isClosed,
  isIndexed,
  isPlace,
  keeps,
  slotOf,
  slotsOf,
  type ViewShape,
  valueReader,
} from "./view-shape.js";
import { viewMemberType, viewTypeOf } from "./view-types.js";

/** Prints the class and the type value of a message's views. */
export function printViewCode(
  c: FileContext,
  printer: Printer,
  message: DescMessage,
  typed: boolean,
  doc: readonly string[],
): void {
  const names = c.names.messages.get(message)!;
  const shape: ViewShape = { className: names.viewClass, message, typed };
  printer.doc(["@internal"]);
  printer.block(`export class ${names.viewClass} {`, () => {
    printSlots(c, printer, shape);
    printer.line();
    printMaker(c, printer, shape);
    for (const member of message.members) {
      printer.line();
      printGetter(c, printer, shape, member);
    }
    printer.line();
    printScan(c, printer, shape);
    printer.line();
    printCheck(c, printer, shape);
  });
  printer.line();
  printer.doc(doc);
  const annotation = typed ? `: ${viewTypeOf(c, names)}` : "";
  const children = new Set<DescMessage>();
  for (const field of message.fields) {
    const inner = field.message ?? field.mapValue?.message;
    if (inner !== undefined) children.add(inner);
  }
  const list = [...children].map((inner) => c.message(inner, "view", "value")).join(", ");
  const rest = keeps(c)
    ? list === ""
      ? ""
      : `, () => [${list}]`
    : `, ${list === "" ? "undefined" : `() => [${list}]`}, true`;
  printer.line(
    `export const ${names.view}${annotation} = /*@__PURE__*/ ${c.runtime("viewType")}(${names.type}, ${names.viewClass}${rest});`,
  );
}

function printSlots(c: FileContext, printer: Printer, shape: ViewShape): void {
  const all = slotsOf(shape.message);
  if (shape.typed) {
    printer.line(`declare readonly $x: ${c.runtimeType("ViewContext")};`);
    for (const name of ["$p", "$e", "$d"]) printer.line(`declare readonly ${name}: number;`);
    for (const slot of all)
      printer.line(`declare ${slot}: ${slot === "$u" ? "number | Uint8Array[]" : "any"};`);
    printer.line();
  }
  const index = shape.typed ? "a: Int32Array, o: number" : "a, o";
  const bang = shape.typed ? "!" : "";
  const indexed = isIndexed(shape.message);
  printer.block(`constructor(${parameters(c, shape)}${indexed ? `, ${index}` : ""}) {`, () => {
    for (const name of ["x", "p", "e", "d"]) printer.line(`this.$${name} = ${name};`);
    all.forEach((slot, i) => {
      const entry = `a[o + ${i}]${bang}${isPlace(slot) ? " - 1" : ""}`;
      printer.line(`this.${slot} = ${indexed ? entry : isPlace(slot) ? "-2" : "0"};`);
    });
  });
}

function parameters(c: FileContext, shape: ViewShape): string {
  return shape.typed
    ? `x: ${c.runtimeType("ViewContext")}, p: number, e: number, d: number`
    : "x, p, e, d";
}

/** Prints the function that makes a view, with what the message's `read` takes from the budgets. */
function printMaker(c: FileContext, printer: Printer, shape: ViewShape): void {
  const indexed = isIndexed(shape.message);
  const o = indexed ? (shape.typed ? ", o?: number" : ", o") : "";
  const type = shape.typed ? `: ${shape.className}` : "";
  printer.block(`static $at(${parameters(c, shape)}${o})${type} {`, () => {
    printer.line(`if (d < 0) ${c.runtime("tooDeep")}(p);`);
    printer.line(
      `if ((${c.runtime("cursor")}.memory -= ${messageMemory(shape.message.members)}) < 0) ${c.runtime("overBudget")}(p);`,
    );
    if (indexed)
      printer.line(
        `if (o === undefined) return new ${shape.className}(x, p, e, d, ${c.runtime("noEntry")}, 0);`,
      );
    printer.line(
      `return new ${shape.className}(x, p, e, d${indexed ? `, ${c.runtime("fieldIndex")}.numbers, o` : ""});`,
    );
  });
}

function printGetter(
  c: FileContext,
  printer: Printer,
  shape: ViewShape,
  member: DescField | DescOneof,
): void {
  const type = shape.typed ? `: ${viewMemberType(c, member)}` : "";
  printer.block(`get ${property(member.localName)}()${type} {`, () => {
    if (member.kind === "oneof") printOneof(c, printer, member);
    else if (member.cardinality === "list") printMemo(printer, member, "v", list(c, member, shape));
    else if (member.cardinality === "map") printMemo(printer, member, "v", map(c, member, shape));
    else printSingular(c, printer, member, shape);
  });
}

/** Prints a getter whose slot keeps the value; `value` makes it from the place `v`, `read` gives it from the slot. */
function printMemo(
  printer: Printer,
  member: DescField | DescOneof,
  read: string,
  value: string,
  unset?: string,
): void {
  const slot = `this.${slotOf(member)}`;
  printer.line(`let v = ${slot};`);
  printer.line(`if (typeof v !== "number") return ${read};`);
  printer.line(`if (v === -2) v = this.$scan().${slotOf(member)};`);
  if (unset !== undefined) printer.line(`if (v === -1) return ${unset};`);
  printer.line(read === "v" ? `return (${slot} = ${value});` : `v = ${slot} = ${value};`);
  if (read !== "v") printer.line(`return ${read};`);
}

/** The call that makes the view of a singular message at `v`. */
function child(c: FileContext, field: DescField): string {
  const view = c.message(field.message!, "viewClass", "value");
  return `${c.runtime("child")}(this, this.$x, this.$d, v, ${tagOf(field.number, wireType(field))}, ${view}.$at)`;
}

/** What an expression's messages appear as. */
function mapped(c: FileContext, helper: string, field: DescField, value: string): string {
  if (field.mapping === undefined) return value;
  const message = field.message!;
  const type = c.message(message, "type", "value");
  return `${c.runtime(helper)}(this.$x, ${c.mapping(message)}, ${type}, ${value})`;
}

/** A value that is read once and kept, as an expression; `undefined` for numbers, which are read each time. */
function kept(c: FileContext, field: DescField): string | undefined {
  if (field.type === FieldType.MESSAGE) return mapped(c, "mappedChild", field, child(c, field));
  const { name } = scalarCode(field);
  if (name === "String") return `${c.runtime("stringAt")}(this.$x, v)`;
  return name === "Bytes" ? `${c.runtime("bytesAt")}(this.$x, v)` : undefined;
}

/** A number or bool at `v`, as an expression. */
function numeric(c: FileContext, field: DescField): string {
  const value = `${elementReader(c, field)}(this.$x.b, v, this.$x.b.length)`;
  if (!is64(field) || field.int64 === "bigint") return value;
  return field.int64 === "string"
    ? `${value}.toString()`
    : `${c.runtime("safeAt")}(this.$x, ${value}, v)`;
}

function unset(c: FileContext, field: DescField): string {
  return field.presence === "implicit" ? zero(c, field) : "undefined";
}

function printSingular(c: FileContext, printer: Printer, field: DescField, shape: ViewShape): void {
  if (field.unboxed === "struct") {
    const object = `${c.struct("structObject")}(${child(c, field)})`;
    return printMemo(printer, field, "v", object, "undefined");
  }
  if (field.unboxed === "wrapper")
    return printMemo(printer, field, "v.value", child(c, field), "undefined");
  const value = kept(c, field);
  // a mapped value may be a number, which would be taken for a place
  if (field.mapping !== undefined)
    return printMemo(printer, field, "v.value", `{ value: ${value} }`, "undefined");
  if (value !== undefined) return printMemo(printer, field, "v", value, unset(c, field));
  const slot = slotOf(field);
  const cast = shape.typed && field.enum !== undefined ? ` as ${c.enum(field.enum)}` : "";
  printer.line(`const v = this.${slot} === -2 ? this.$scan().${slot} : this.${slot};`);
  printer.line(`return v === -1 ? ${unset(c, field)} : ${numeric(c, field)}${cast};`);
}

function printOneof(c: FileContext, printer: Printer, oneof: DescOneof): void {
  const slot = slotOf(oneof);
  printer.line(`let v = this.${slot};`);
  printer.line('if (typeof v !== "number") return v;');
  printer.line(`if (v === -2) v = this.$scan().${slot};`);
  printer.line("if (v === -1) return undefined;");
  printer.block(`switch (this.${slot.replace("$", "$c")}) {`, () => {
    oneof.fields.forEach((field, i) => {
      const value = kept(c, field) ?? numeric(c, field);
      const last = i === oneof.fields.length - 1;
      printer.line(last ? "default:" : `case ${field.number}:`);
      printer.inner(() => {
        printer.line(`v = this.${slot} = { case: ${quote(field.localName)}, value: ${value} };`);
        if (!last) printer.line("break;");
      });
    });
  });
  printer.line("return v;");
}

function closedTest(field: DescField, shape: ViewShape): string {
  return `${shape.typed ? "(v: number)" : "(v)"} => ${declared(field.enum!, "v")}`;
}

/** The place, the number and the tag of a list's or map's fields. */
function place(field: DescField, wire: number): string {
  const slot = slotOf(field);
  return `this, v, this.${slot.replace("$", "$n")}, ${tagOf(field.number, wire)}`;
}

function list(c: FileContext, field: DescField, shape: ViewShape): string {
  const wire = wireType(field);
  const at = place(field, wire);
  if (field.type === FieldType.MESSAGE)
    return mapped(
      c,
      "mappedList",
      field,
      `${c.runtime("children")}(${at}, ${c.message(field.message!, "viewClass", "value")}.$at)`,
    );
  if (field.typedArray !== undefined) {
    const readTyped = c.runtime(`readTyped${scalarCode(field).name}`);
    const empty = c.runtime(`empty${field.typedArray.name}`);
    return `${c.runtime("typedScalars")}(${at}, ${elementReader(c, field)}, ${readTyped}, ${empty})`;
  }
  const reader = valueReader(c, field, shape.typed);
  if (wire === 2) return `${c.runtime("scalars")}(${at}, ${reader}, 0)`;
  const whole = !isClosed(field) && (!is64(field) || field.int64 === "bigint");
  const parts = [at, reader, elementCost(field)];
  if (whole) parts.push(c.runtime(`readPacked${scalarCode(field).name}`));
  else if (isClosed(field)) parts.push("undefined", closedTest(field, shape));
  return `${c.runtime("scalars")}(${parts.join(", ")})`;
}

function map(c: FileContext, field: DescField, shape: ViewShape): string {
  const key = field.mapKey!;
  const value = field.mapValue!;
  const parts: (string | number)[] = [
    place(field, 2),
    tagOf(1, wireType(key)),
    valueReader(c, key, shape.typed, true),
    zero(c, key),
    tagOf(2, wireType(value)),
  ];
  if (value.message !== undefined) {
    parts.push(`${c.message(value.message, "viewClass", "value")}.$at`);
    return mapped(c, "mappedMap", value, `${c.runtime("childMap")}(${parts.join(", ")})`);
  }
  parts.push(
    valueReader(c, value, shape.typed),
    isClosed(value) ? value.enum!.values[0]!.number : zero(c, value),
  );
  if (isClosed(value)) parts.push(closedTest(value, shape));
  return `${c.runtime("scalarMap")}(${parts.join(", ")})`;
}
