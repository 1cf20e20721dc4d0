import {
  type DescField,
  type DescMessage,
  FieldType,
  messageMemory,
} from "@bowline/protobuf/internal";
import type { FileContext } from "./context.js";
import type { Printer } from "./print.js";
import { declared, is64, scalarCode, tagOf, wireType } from "./scalar-code.js";
import {
  elementCost,
  elementReader,
  isClosed,
  isIndexed,
  keeps,
  mayHoldUnknown,
  slotOf,
  slotsOf,
  type ViewShape,
  valueFields,
} from "./view-shape.js";

/**
 * Prints the static `$check` of a view: the message's `read` without its values, which takes the same from the budgets
 * and refuses the same. It writes down what a scan would find.
 */
export function printCheck(c: FileContext, printer: Printer, shape: ViewShape): void {
  const t = (annotation: string): string => (shape.typed ? annotation : "");
  const n = t(": number");
  const { message } = shape;
  const last = keeps(c) || message.messageSet;
  const indexed = isIndexed(message);
  printer.block(
    `static $check(b${t(": Uint8Array")}, p${n}, e${n}, d${n}, g${n}, ${indexed ? "k" : "_k"}${n})${t(": void")} {`,
    () => {
      printer.line(`if (d < 0) ${c.runtime("tooDeep")}(p);`);
      printCharge(c, printer, messageMemory(message.members));
      if (last) printer.line("let l = -1;");
      if (indexed) printOpen(c, printer, message, last);
      for (const field of message.fields) {
        if (field.typedArray !== undefined)
          printer.line(`const y${field.number} = ${c.runtime("typedSize")}(${typedBytes(field)});`);
      }
      printer.block("while (p < e) {", () => {
        if (last || indexed) printer.line("const s = p;");
        printTag(c, printer, shape.typed);
        printer.block("switch (t) {", () => {
          if (message.messageSet) {
            printCase(printer, 11, () => {
              printer.line(`p = ${c.runtime("checkItem")}(b, s, p, e, d, l);`);
              printer.line(`l = ${c.runtime("cursor")}.p;`);
              if (indexed) printer.line("a[i] = 1;");
            });
          }
          for (const field of valueFields(message)) printField(c, printer, shape, field);
          printer.block("default: {", () => {
            printer.block("if (t === g) {", () => {
              printer.line(`${c.runtime("cursor")}.p = p;`);
              if (indexed) printer.line("g = -1;");
              if (indexed) printer.line("e = p = s;");
              printer.line(indexed ? "break;" : "return;");
            });
            if (indexed && last) printer.line("a[i] = 1;");
            printer.line(
              keeps(c)
                ? `p = l = ${c.runtime("checkField")}(b, s, p, e, t, d, l);`
                : `p = ${c.runtime("checkSkip")}(b, p, e, t, d);`,
            );
          });
        });
      });
      printer.line(`if (p !== e || g !== -1) ${c.runtime("truncated")}(e);`);
      if (indexed) printer.line(`${c.runtime("closeEntry")}(o, e);`);
    },
  );
  for (const field of message.fields) {
    if (field.cardinality === "map") printEntry(c, printer, shape, field);
  }
}

/** Begins the entry, for code that writes its slots as `a[i + …]`. */
function printOpen(c: FileContext, printer: Printer, message: DescMessage, last: boolean): void {
  printer.line(`const o = ${c.runtime("openEntry")}(p, ${slotsOf(message).length}, k);`);
  if (message.members.length === 0 && !last) return;
  const declaration = hasChildren(message) ? "let" : "const";
  printer.line(`${declaration} a = ${c.runtime("fieldIndex")}.numbers;`);
  printer.line("const i = o + 4;");
}

/** Whether there are messages in a message, for whose entries the index may have moved. */
function hasChildren(message: DescMessage): boolean {
  return message.fields.some((field) => (field.mapValue ?? field).message !== undefined);
}

/** The slot of the entry that is being written. */
function slot(message: DescMessage, name: string): string {
  return `a[i + ${slotsOf(message).indexOf(name)}]`;
}

function printCharge(c: FileContext, printer: Printer, bytes: number): void {
  printer.line(
    `if ((${c.runtime("cursor")}.memory -= ${bytes}) < 0) ${c.runtime("overBudget")}(p);`,
  );
}

/** Declares `t` as the tag at `p`. */
function printTag(c: FileContext, printer: Printer, typed: boolean): void {
  printer.line(`let t = b[p++]${typed ? "!" : ""};`);
  printer.block("if (t > 127) {", () => {
    printer.line(`t = ${c.runtime("checkTag")}(b, p, t);`);
    printer.line(`p = ${c.runtime("cursor")}.p;`);
  });
}

function printCase(printer: Printer, tag: number, body: () => void): void {
  printer.block(`case ${tag}: {`, () => {
    body();
    printer.line("break;");
  });
}

function printField(c: FileContext, printer: Printer, shape: ViewShape, field: DescField): void {
  const indexed = isIndexed(shape.message);
  if (field.cardinality === "map") {
    return printCase(printer, tagOf(field.number, 2), () => {
      const isNested = field.mapValue!.message !== undefined;
      if (indexed) printMany(c, printer, shape, field, "s + 1");
      if (isNested) printer.line(`const j = ${c.runtime("fieldIndex")}.at;`);
      printer.line(`const z = ${c.runtime("checkEnd")}(b, p, e);`);
      const check = `${shape.className}.$entry${field.number}(b, ${c.runtime("cursor")}.p, z, d)`;
      if (field.mapValue!.enum !== undefined && isClosed(field.mapValue!) && keeps(c))
        printer.line(`if (!${check}) l = ${c.runtime("checkUnknown")}(s, z, l);`);
      else printer.line(`${check};`);
      // nobody looks for entries of messages in a map
      if (isNested) printer.line(`${c.runtime("dropEntries")}(j);`);
      if (isNested && indexed) printer.line(`a = ${c.runtime("fieldIndex")}.numbers;`);
      printer.line("p = z;");
    });
  }
  const wire = wireType(field);
  const list = field.cardinality === "list";
  printCase(printer, tagOf(field.number, wire), () => {
    if (field.type === FieldType.MESSAGE) return printChild(c, printer, shape, field);
    if (indexed && list) printMany(c, printer, shape, field, "s + 1");
    if (field.typedArray !== undefined) return printTyped(c, printer, field);
    if (list && wire !== 2) printCharge(c, printer, elementCost(field));
    const closed = isClosed(field);
    if (indexed && !list) printer.line(closed ? "const h = p;" : `${found(field, "p + 1")};`);
    printElement(c, printer, shape, field, closed && (keeps(c) || (indexed && !list)));
    if (!closed) return;
    const known = declared(field.enum!, "v");
    if (indexed && !list) printer.line(`if (${known}) { ${found(field, "h + 1")}; }`);
    if (!keeps(c)) return;
    printer.block(`if (!(${known})) {`, () => {
      printer.line(`l = ${c.runtime("checkUnknown")}(s, p, l);`);
      if (indexed && !list) printer.line("a[i] = 1;");
    });
  });
  if (list && wire !== 2 && wire !== 3)
    printCase(printer, tagOf(field.number, 2), () => {
      if (indexed) printMany(c, printer, shape, field, "s + 1");
      printPacked(c, printer, shape, field);
    });
}

/** Says where a singular field was found. */
function found(field: DescField, place: string): string {
  const { oneof, parent } = field;
  const at = `${slot(parent!, slotOf(oneof ?? field))} = ${place}`;
  if (oneof === undefined) return at;
  return `${at}; ${slot(parent!, `$c${oneof.fields[0]!.number}`)} = ${field.number}`;
}

/** Says where a field of a list or map was found, if it is the first. */
function printMany(
  c: FileContext,
  printer: Printer,
  { message, typed }: ViewShape,
  field: DescField,
  place: string,
): void {
  const count = `${slot(message, `$n${field.number}`)}${typed ? "!" : ""}`;
  printer.line(`if (${count}++ === 0) ${slot(message, slotOf(field))} = ${place};`);
  if (keeps(c) && mayHoldUnknown(field)) printer.line("a[i] = 1;");
}

/** Goes over a message at `p`, and says where it, or its entry, was found. */
function printChild(c: FileContext, printer: Printer, shape: ViewShape, field: DescField): void {
  const indexed = isIndexed(shape.message) && field.parent === shape.message;
  const start = field.delimited ? "p" : "h";
  const many = field.cardinality === "list";
  if (!field.delimited) {
    printer.line(`const z = ${c.runtime("checkEnd")}(b, p, e);`);
    printer.line(`const h = ${c.runtime("cursor")}.p;`);
  }
  if (indexed) printer.line(`const j = ${c.runtime("fieldIndex")}.at;`);
  const view = c.message(field.message!, "viewClass", "value");
  const [e, g] = field.delimited ? ["e", tagOf(field.number, 4)] : ["z", -1];
  printer.line(
    `${view}.$check(b, ${start}, ${e}, d - 1, ${g}, ${tagOf(field.number, wireType(field))});`,
  );
  if (indexed) {
    printer.line(`const r = ${c.runtime("entrySlot")}(j, ${start}, ${many ? "s" : "p"});`);
    printer.line(`a = ${c.runtime("fieldIndex")}.numbers;`);
    if (many) printMany(c, printer, shape, field, "r");
    else {
      const { oneof, parent, number } = field;
      const again =
        oneof === undefined
          ? `${slot(parent!, slotOf(field))} !== 0`
          : `${slot(parent!, `$c${oneof.fields[0]!.number}`)} === ${number}`;
      printer.line(`${found(field, `${again} ? -2 : r`)};`);
    }
  }
  printer.line(field.delimited ? `p = ${c.runtime("cursor")}.p;` : "p = z;");
}

/** Goes over one element at `p`; `named`: of a closed enum the number is in `v` then. */
function printElement(
  c: FileContext,
  printer: Printer,
  shape: ViewShape,
  field: DescField,
  named: boolean,
): void {
  if (field.type === FieldType.MESSAGE) return printChild(c, printer, shape, field);
  if (isClosed(field)) {
    const call = `${c.runtime("checkEnum")}(b, p, e);`;
    printer.line(named ? `const v = ${call}` : call);
    printer.line(`p = ${c.runtime("cursor")}.p;`);
    return;
  }
  printer.line(`p = ${elementCheck(c, field)};`);
}

/** The call that goes over a scalar that is not of a closed enum. */
function elementCheck(c: FileContext, field: DescField): string {
  const { name, wireType: wire } = scalarCode(field);
  if (is64(field) && field.int64 === "number")
    return `${c.runtime("checkNumber")}(b, p, e, ${elementReader(c, field)})`;
  const check = { 0: "checkVarint", 1: "checkFixed64", 5: "checkFixed32", 2: `check${name}` }[wire];
  return `${c.runtime(check)}(b, p, e)`;
}

/** Bytes that an element of a typed array takes. */
function typedBytes(field: DescField): number {
  return /64/.test(field.typedArray!.name) ? 8 : 4;
}

/** Goes over one element of a typed array that is not packed. */
function printTyped(c: FileContext, printer: Printer, field: DescField): void {
  const { wireType: wire } = scalarCode(field);
  const place = wire === 0 && !is64(field) ? "z" : "p";
  printer.line(`const z = ${elementCheck(c, field)};`);
  printer.line(`${c.runtime("checkTyped")}(y${field.number}, 1, ${place});`);
  printer.line("p = z;");
}

function printPacked(c: FileContext, printer: Printer, shape: ViewShape, field: DescField): void {
  const { wireType: wire, size } = scalarCode(field);
  if (field.typedArray !== undefined) {
    printer.line(
      wire === 0
        ? `p = ${c.runtime("checkTypedVarint")}(b, p, e, y${field.number});`
        : `p = ${c.runtime("checkTypedFixed")}(b, p, e, y${field.number}, ${size});`,
    );
  } else if (isClosed(field)) {
    const v = shape.typed ? "(v: number)" : "(v)";
    printer.line(
      `p = ${c.runtime("checkPackedEnum")}(b, p, e, ${v} => ${declared(field.enum!, "v")}, ${keeps(c)});`,
    );
  } else if (is64(field) && field.int64 !== "bigint") {
    const reader = elementReader(c, field);
    printer.line(`p = ${c.runtime("checkPackedWide")}(b, p, e, ${reader}, ${elementCost(field)});`);
  } else if (wire === 0) {
    printer.line(`p = ${c.runtime("checkPackedVarint")}(b, p, e, ${elementCost(field)});`);
  } else {
    printer.line(`p = ${c.runtime("checkPackedFixed")}(b, p, e, ${elementCost(field)}, ${size});`);
  }
}

/** Prints the method that goes over one map entry. Of a closed enum it returns whether the value is declared. */
function printEntry(c: FileContext, printer: Printer, shape: ViewShape, field: DescField): void {
  const t = (annotation: string): string => (shape.typed ? annotation : "");
  const n = t(": number");
  const key = field.mapKey!;
  const value = field.mapValue!;
  const closed = isClosed(value);
  printer.line();
  printer.block(
    `static $entry${field.number}(b${t(": Uint8Array")}, p${n}, e${n}, d${n})${t(closed ? ": boolean" : ": void")} {`,
    () => {
      printCharge(c, printer, 64);
      if (closed) printer.line(`let w${n} = ${value.enum!.values[0]!.number};`);
      if (value.message !== undefined) printer.line("let m = false;");
      printer.block("while (p < e) {", () => {
        printTag(c, printer, shape.typed);
        printer.block("switch (t) {", () => {
          printCase(printer, tagOf(1, wireType(key)), () =>
            printElement(c, printer, shape, key, false),
          );
          printCase(printer, tagOf(2, wireType(value)), () => {
            if (closed) {
              printer.line(`w = ${c.runtime("checkEnum")}(b, p, e);`);
              printer.line(`p = ${c.runtime("cursor")}.p;`);
            } else printElement(c, printer, shape, value, false);
            if (value.message !== undefined) printer.line("m = true;");
          });
          printer.block("default: {", () =>
            printer.line(`p = ${c.runtime("checkSkip")}(b, p, e, t, d);`),
          );
        });
      });
      printer.line(`if (p !== e) ${c.runtime("truncated")}(e);`);
      if (value.message !== undefined) {
        const bytes = messageMemory(value.message.members);
        printer.line(
          `if (!m && (${c.runtime("cursor")}.memory -= ${bytes}) < 0) ${c.runtime("overBudget")}(p);`,
        );
      }
      if (closed) printer.line(`return ${declared(value.enum!, "w")};`);
    },
  );
}
