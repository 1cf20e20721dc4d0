/**
 * Makes the JavaScript that reads every field of a message, or three of them,
 * in the way of one library: plain code for each type, as a program has it, and
 * not a walk over names. What is read goes into a sum, so that no read is dropped.
 */

import { fieldAt } from "./schema.mjs";
import { three } from "./three.mjs";

/**
 * `{ touchAll, touchThree }` of a type. `style` says how the library has maps
 * ("map" or "object") and oneofs ("case", or "flat" for a property a member).
 */
export function createTouch(schema, type, style) {
  const all = Object.entries(schema).map(([name, fields]) => messageCode(name, fields, style));
  const source = `${all.join("\n")}\nreturn ${functionName(type)};`;
  const paths = three[type];
  return {
    touchAll: new Function(source)(),
    touchThree: paths && new Function("m", threeCode(schema, type, paths)),
  };
}

const functionName = (type) => `touch_${type.replaceAll(".", "_")}`;

function messageCode(name, fields, style) {
  const lines = fields.filter(({ oneof }) => oneof === undefined).map((f) => fieldCode(f, style));
  for (const oneof of new Set(fields.map((field) => field.oneof).filter(Boolean))) {
    const members = fields.filter((field) => field.oneof === oneof);
    lines.push(style.oneofs === "case" ? caseCode(oneof, members) : flatCode(members));
  }
  return `function ${functionName(name)}(m) {\n  let n = 0, v;\n  ${lines.join("\n  ")}\n  return n;\n}`;
}

function fieldCode(field, style) {
  const read = `m.${field.property}`;
  switch (field.shape) {
    case "list":
      return `for (const v of ${read}) ${valueCode(field, "v")}`;
    case "map":
      return style.maps === "map"
        ? `for (const [k, v] of ${read}) { n += k.length; ${valueCode(field.value, "v")} }`
        : `for (const k in ${read}) { n += k.length; ${valueCode(field.value, `${read}[k]`)} }`;
    default:
      return `v = ${read}; if (v != null) ${valueCode(field, "v")}`;
  }
}

function caseCode(oneof, members) {
  const cases = members.map(
    (field) => `case "${field.property}": ${valueCode(field, "o.value")} break;`,
  );
  return `{ const o = m.${oneof}; if (o != null) switch (o.case) { ${cases.join(" ")} } }`;
}

function flatCode(members) {
  return members
    .map((f) => `v = m.${f.property}; if (v != null) ${valueCode(f, "v")}`)
    .join("\n  ");
}

function valueCode({ kind, type }, v) {
  switch (kind) {
    case "message":
      return `n += ${functionName(type)}(${v});`;
    case "text":
    case "bytes":
      return `n += ${v}.length;`;
    case "bool":
      return `if (${v}) n++;`;
    case "wide":
      return `if (${v} !== undefined) n++;`;
    default:
      return `n += ${v};`;
  }
}

function threeCode(schema, type, paths) {
  const lines = paths.map((path) => valueCode(fieldAt(schema, type, path), `m.${path}`));
  return `let n = 0;\n${lines.join("\n")}\nreturn n;`;
}
