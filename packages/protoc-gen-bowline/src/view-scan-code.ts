import { type DescField, FieldType } from "@bowline/protobuf/internal";
import type { FileContext } from "./context.js";
import type { Printer } from "./print.js";
import { declared, tagOf, wireType } from "./scalar-code.js";
import {
  isClosed,
  isMany,
  keeps,
  mayHoldUnknown,
  slotOf,
  slotsOf,
  type ViewShape,
} from "./view-shape.js";

/** Prints the method that finds where a view's fields are, in all the fragments of the message. */
export function printScan(c: FileContext, printer: Printer, shape: ViewShape): void {
  const { members } = shape.message;
  const bang = shape.typed ? "!" : "";
  const places = members.map((member) => [member, slotOf(member).slice(1)] as const);
  printer.block(`$scan()${shape.typed ? ": this" : ""} {`, () => {
    printer.line("const x = this.$x;");
    printer.line("const b = x.b;");
    printer.line("const d = this.$d;");
    printer.line("let p = this.$p;");
    printer.line("let e = this.$e;");
    printer.line("let u = -1;");
    for (const [member, i] of places) {
      printer.line(`let q${i} = -1;`);
      if (isMany(member)) printer.line(`let n${i} = 0;`);
      else if (member.kind === "oneof") printer.line(`let c${i} = 0;`);
    }
    printer.block(
      "try {",
      () => {
        printer.line(`${c.runtime("startScan")}(x);`);
        printer.block("for (let r = 2; ; r += 2) {", () => {
          printer.block("while (p < e) {", () => printFields(c, printer, shape));
          printer.line(`if (p !== e) ${c.runtime("truncated")}(e);`);
          printer.line("if (x.ranges === undefined || r >= x.ranges.length) break;");
          printer.line(`p = x.ranges[r]${bang};`);
          printer.line(`e = x.ranges[r + 1]${bang};`);
        });
        printer.line(`${c.runtime("endScan")}(x);`);
      },
      "} catch (error) {",
    );
    printer.inner(() => printer.line(`throw ${c.runtime("viewError")}(x, error);`));
    printer.line("}");
    for (const slot of slotsOf(shape.message)) {
      const local = slot.replace(/^\$(?=\d)/, "q").replace("$", "");
      printer.line(`this.${slot} = ${local};`);
    }
    printer.line("return this;");
  });
}

function printFields(c: FileContext, printer: Printer, shape: ViewShape): void {
  const { members, messageSet } = shape.message;
  if (members.some(isMany)) printer.line("const s = p;");
  printer.line(`let t = b[p++]${shape.typed ? "!" : ""};`);
  printer.block("if (t > 127) {", () => {
    printer.line(`t = ${c.runtime("readTag")}(b, p, t);`);
    printer.line(`p = ${c.runtime("cursor")}.p;`);
  });
  const unknown = (): void => {
    if (keeps(c) || messageSet) printer.line("u = 0;");
    const step = keeps(c) ? "scanUnknown" : "skip";
    printer.line(`p = ${c.runtime(step)}(b, p, e, t, d);`);
  };
  if (members.length === 0) return unknown();
  printer.block("switch (t) {", () => {
    for (const member of members) {
      for (const field of member.kind === "oneof" ? member.fields : [member])
        printFound(c, printer, field);
      if (isMany(member)) printMany(printer, member, keeps(c) && mayHoldUnknown(member));
    }
    printer.line("default:");
    printer.inner(() => {
      unknown();
      printer.line("continue;");
    });
  });
  printSkip(c, printer, shape);
}

/** Prints the cases of a singular field, or of a member of a oneof. */
function printFound(c: FileContext, printer: Printer, field: DescField): void {
  if (field.cardinality !== "singular") return;
  const i = slotOf(field.oneof ?? field).slice(1);
  printer.line(`case ${tagOf(field.number, wireType(field))}:`);
  printer.inner(() => {
    const chosen = field.oneof === undefined ? "" : ` c${i} = ${field.number};`;
    if (field.type === FieldType.MESSAGE) {
      const again = field.oneof === undefined ? `q${i} !== -1` : `c${i} === ${field.number}`;
      printer.line(`q${i} = ${again} ? -3 : p;${chosen}`);
    } else if (isClosed(field)) {
      const otherwise = keeps(c) ? " else u = 0;" : "";
      printer.block("{", () => {
        printer.line(`const v = ${c.runtime("readInt32")}(b, p, e);`);
        printer.line(`if (${declared(field.enum!, "v")}) { q${i} = p;${chosen} }${otherwise}`);
      });
    } else printer.line(`q${i} = p;${chosen}`);
    printer.line("break;");
  });
}

function printMany(printer: Printer, field: DescField, mayBeUnknown: boolean): void {
  const wire = field.cardinality === "map" ? 2 : wireType(field);
  printer.line(`case ${tagOf(field.number, wire)}:`);
  if (wire !== 2 && wire !== 3) printer.line(`case ${tagOf(field.number, 2)}:`);
  printer.inner(() => {
    printer.line(`if (n${field.number}++ === 0) q${field.number} = s;`);
    if (mayBeUnknown) printer.line("u = 0;");
    printer.line("break;");
  });
}

/** Prints the steps over a known field's value: lengths and short varints in place, the rest by the runtime. */
function printSkip(c: FileContext, printer: Printer, shape: ViewShape): void {
  const bang = shape.typed ? "!" : "";
  const varints = shape.message.fields.some(
    (field) => field.cardinality !== "map" && wireType(field) === 0,
  );
  printer.block(
    "if ((t & 7) === 2) {",
    () => {
      printer.line(`if (p >= e) ${c.runtime("truncated")}(p);`);
      printer.line(`let n = b[p++]${shape.typed ? "!" : ""};`);
      printer.block("if (n > 127) {", () => {
        printer.line(`n = ${c.runtime("readLength")}(b, p, n);`);
        printer.line(`p = ${c.runtime("cursor")}.p;`);
      });
      printer.line(`if (n > e - p) ${c.runtime("truncated")}(p);`);
      printer.line("p += n;");
    },
    varints ? "} else if ((t & 7) === 0 && p < e && b[p]! < 128) {".replace("!", bang) : "} else {",
  );
  if (varints) {
    printer.inner(() => printer.line("p++;"));
    printer.line("} else {");
  }
  printer.inner(() => printer.line(`p = ${c.runtime("scanValue")}(x, p, e, t, d);`));
  printer.line("}");
}
