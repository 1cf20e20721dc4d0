import { type DescField, FieldType } from "@bowline/protobuf/internal";
import type { FileContext } from "./context.js";
import { type Printer, quote } from "./print.js";
import { access, type ClassShape } from "./read-code.js";
import { is64, notZero, putTag, scalarCode, tagOf, wireType } from "./scalar-code.js";

/** Bytes that are kept free for the tags and scalars of a message between two checks. */
function fixedSize(shape: ClassShape): number {
  let size = 32;
  for (const member of shape.members) {
    for (const field of member.kind === "oneof" ? member.fields : [member]) {
      size +=
        5 +
        (field.cardinality === "singular" && field.message === undefined
          ? scalarCode(field).size
          : 0);
    }
  }
  return size;
}

/** The variable that remembers how many bytes the last length of a message field took. */
function hint(shape: ClassShape, field: DescField): string {
  return `${shape.className}${field.number}`;
}

/** Message fields whose length stands in front, other than those that appear unboxed. */
function hasHint(field: DescField): boolean {
  return field.message !== undefined && !field.delimited && field.unboxed === undefined;
}

/** Prints the variables that the `write` method remembers lengths in. */
export function printHints(printer: Printer, shape: ClassShape): void {
  for (const member of shape.members) {
    for (const field of member.kind === "oneof" ? member.fields : [member]) {
      if (hasHint(field)) printer.line(`let ${hint(shape, field)} = 1;`);
    }
  }
}

/** Prints the static `write` method. */
export function printWrite(
  c: FileContext,
  printer: Printer,
  shape: ClassShape,
  adopt: string | undefined,
): void {
  const t = (annotation: string): string => (shape.typed ? annotation : "");
  const size = fixedSize(shape);
  printer.block(
    `static write(m${t(`: ${shape.type}`)}, p${t(": number")})${t(": number")} {`,
    () => {
      if (adopt !== undefined)
        printer.line(
          `if (!(m instanceof ${shape.className})) m = ${c.runtime("adopt")}(${adopt}, m);`,
        );
      if (shape.members.length > 0) printer.line(`let b = ${c.runtime("room")}(p, ${size});`);
      for (const member of shape.members) {
        const value = `m${access(shape.property(member))}`;
        if (member.kind === "field") printMember(c, printer, shape, member, value, size);
        else {
          printer.block("{", () => {
            printer.line(`const o = ${value};`);
            printer.block("if (o !== undefined) {", () => {
              printer.block("switch (o.case) {", () => {
                for (const field of member.fields) {
                  printer.block(`case ${quote(field.localName)}: {`, () => {
                    printer.line("const x = o.value;");
                    printElement(c, printer, shape, field, "x", size);
                    printer.line("break;");
                  });
                }
                printer.block("default: {", () => printer.line(`${c.runtime("wrongValue")}();`));
              });
            });
          });
        }
      }
      printer.line(
        `return ${c.runtime(shape.messageSet ? "writeMessageSet" : "writeUnknown")}(m, p);`,
      );
    },
  );
}

function printMember(
  c: FileContext,
  printer: Printer,
  shape: ClassShape,
  field: DescField,
  value: string,
  size: number,
): void {
  printer.block("{", () => {
    if (field.cardinality === "map") return printMap(c, printer, field, value, size);
    if (field.cardinality === "list") {
      printer.line(`const l = ${c.runtime("list")}(${value});`);
      if (field.packed) {
        printer.block("if (l.length > 0) {", () => {
          printer.line(putTag(tagOf(field.number, 2)));
          printPacked(c, printer, field);
          printer.line(`b = ${c.runtime("room")}(p, ${size});`);
        });
        return;
      }
      printer.block("for (let i = 0; i < l.length; i++) {", () => {
        printer.line(`const x = l[i]${shape.typed ? "!" : ""};`);
        if (field.message === undefined && scalarCode(field).size > 0)
          printer.line(`b = ${c.runtime("room")}(p, ${size});`);
        printElement(c, printer, shape, field, "x", size);
      });
      if (field.message === undefined && scalarCode(field).size > 0)
        printer.line(`b = ${c.runtime("room")}(p, ${size});`);
      return;
    }
    const text = field.presence === "implicit" && isString(field);
    printer.line(`const x = ${text ? `${c.runtime("stringValue")}(${value})` : value};`);
    const condition = field.presence === "implicit" ? notZero(c, field, "x") : "x !== undefined";
    printer.block(`if (${condition}) {`, () =>
      printElement(c, printer, shape, field, "x", size, text),
    );
  });
}

/** One element with its tag. There is room for the tag and a scalar; what is longer makes room for what follows it. */
function printElement(
  c: FileContext,
  printer: Printer,
  shape: ClassShape,
  field: DescField,
  x: string,
  size: number,
  isText = false,
): void {
  if (field.type === FieldType.MESSAGE) return printMessage(c, printer, shape, field, x, size);
  const { name, size: scalarSize } = scalarCode(field);
  if (isString(field) && !isText) {
    printer.line(`const text = ${c.runtime("stringValue")}(${x});`);
    x = "text";
  }
  if (name === "Bytes") makeRoom(c, printer, [], [`${x}.length`], `${size}`);
  else if (scalarSize === 0) makeRoom(c, printer, [`${x}.length * 3`], [], `${size}`);
  printer.line(putTag(tagOf(field.number, wireType(field))));
  printer.line(`p = ${c.runtime(`write${name}`)}(b, p, ${integer(c, field, x)});`);
}

function integer(c: FileContext, field: DescField, x: string): string {
  return is64(field) && field.int64 !== "bigint" ? `${c.runtime("toBigInt")}(${x})` : x;
}

function printMessage(
  c: FileContext,
  printer: Printer,
  shape: ClassShape,
  field: DescField,
  x: string,
  size: number,
): void {
  const messageClass =
    field.unboxed === "struct" ? "" : c.message(field.message!, "messageClass", "value");
  printer.line(putTag(tagOf(field.number, wireType(field))));
  if (field.unboxed !== undefined) {
    printer.line("const s = p;");
    if (field.unboxed === "struct") printer.line(`p = ${c.struct("writeStruct")}(${x}, p + 1);`);
    else {
      printer.line(`const w = new ${messageClass}();`);
      printer.line(`w.value = ${x};`);
      printer.line(`p = ${messageClass}.write(w, p + 1);`);
    }
    printer.line(`p = ${c.runtime("endMessage")}(s, 1, p);`);
  } else if (field.delimited) {
    printer.line(`p = ${messageClass}.write(${unmapped(c, field, x)}, p);`);
    printer.line(`b = ${c.runtime("room")}(p, 8);`);
    printer.line(putTag(tagOf(field.number, 4)));
  } else {
    const g = hint(shape, field);
    printer.line("const s = p;");
    printer.line(`const g = ${g};`);
    printer.line(`p = ${messageClass}.write(${unmapped(c, field, x)}, p + g);`);
    printer.line(`const n = p - s - g;`);
    printer.line(`p = ${c.runtime("endMessage")}(s, g, p);`);
    printer.line(`${g} = n < 128 ? 1 : n < 16384 ? 2 : ${c.runtime("varintSize")}(n);`);
  }
  printer.line(`b = ${c.runtime("room")}(p, ${size});`);
}

/** The message of what stands in a field. */
function unmapped(c: FileContext, field: DescField, x: string): string {
  if (field.mapping === undefined) return x;
  return `${c.runtime("mappedMessage")}(${c.mapping(field.message!)}, ${x})`;
}

function printPacked(c: FileContext, printer: Printer, field: DescField): void {
  const list = is64(field) && field.int64 !== "bigint" ? `l.map(${c.runtime("toBigInt")})` : "l";
  const form = field.typedArray === undefined ? "Packed" : "Typed";
  printer.line(`p = ${c.runtime(`write${form}${scalarCode(field).name}`)}(p, ${list});`);
}

function printMap(
  c: FileContext,
  printer: Printer,
  field: DescField,
  value: string,
  size: number,
): void {
  const key = field.mapKey!;
  const item = field.mapValue!;
  printer.block(`for (const [k, v] of ${c.runtime("entries")}(${value})) {`, () => {
    const keyIsText = isString(key);
    const itemIsText = isString(item);
    if (keyIsText) printer.line(`const key = ${c.runtime("stringValue")}(k);`);
    if (itemIsText) printer.line(`const value = ${c.runtime("stringValue")}(v);`);
    const k = keyIsText ? "key" : "k";
    const v = itemIsText ? "value" : "v";
    const texts = [
      ...(keyIsText ? ["key.length * 3"] : []),
      ...(itemIsText ? ["value.length * 3"] : []),
    ];
    const bytes = isBytes(item) ? ["v.length"] : [];
    if (item.message === undefined) makeRoom(c, printer, texts, bytes, "64");
    else printer.line(`b = ${c.runtime("room")}(p, ${[...texts, "64"].join(" + ")});`);
    printer.line(putTag(tagOf(field.number, 2)));
    printer.line("const s = p++;");
    printer.line(putTag(tagOf(1, wireType(key))));
    printer.line(`p = ${c.runtime(`write${scalarCode(key).name}`)}(b, p, ${integer(c, key, k)});`);
    printer.line(putTag(tagOf(2, wireType(item))));
    if (item.message === undefined) {
      printer.line(
        `p = ${c.runtime(`write${scalarCode(item).name}`)}(b, p, ${integer(c, item, v)});`,
      );
    } else {
      printer.line("const q = p;");
      const itemClass = c.message(item.message, "messageClass", "value");
      printer.line(`p = ${itemClass}.write(${unmapped(c, item, v)}, p + 1);`);
      printer.line(`p = ${c.runtime("endMessage")}(q, 1, p);`);
    }
    if (item.message === undefined) {
      printer.line("const n = p - s - 1;");
      printer.line("if (n < 128) b[s] = n;");
      printer.line(`else p = ${c.runtime("endMessage")}(s, 1, p);`);
    } else printer.line(`p = ${c.runtime("endMessage")}(s, 1, p);`);
  });
  printer.line(`b = ${c.runtime("room")}(p, ${size});`);
}

/**
 * Makes sure of room at `p`, where `b` is the buffer in use, for text and `bytes` of these lengths and for `rest` more.
 * The check stands in the code: the function that it would call is called for every string, and too seldom inlined.
 */
function makeRoom(
  c: FileContext,
  printer: Printer,
  texts: readonly string[],
  bytes: readonly string[],
  rest: string,
): void {
  const others = [...texts, rest].join(" + ");
  const needed = [...texts, ...bytes, rest].join(" + ");
  const room =
    bytes.length > 0
      ? `${c.runtime("roomBytes")}(p, ${bytes.join(" + ")}, ${others})`
      : `${c.runtime("room")}(p, ${needed})`;
  printer.line(`if (b.length - p < ${needed}) b = ${room};`);
}

/** Fields that hold strings, in messages as on the wire. */
function isString(field: DescField): boolean {
  return field.message === undefined && scalarCode(field).name === "String";
}

function isBytes(field: DescField): boolean {
  return field.message === undefined && scalarCode(field).name === "Bytes";
}
