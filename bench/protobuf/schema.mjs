/**
 * What the benches know of the benchmark's messages: read from their
 * descriptors, so that code which touches every field is made for each library
 * from one source.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../competitors/install.mjs";
import { protoFolder } from "./generate.mjs";

/** The kinds of fields that are read alike. */
const kinds = {
  TYPE_STRING: "text",
  TYPE_BYTES: "bytes",
  TYPE_BOOL: "bool",
  TYPE_MESSAGE: "message",
  TYPE_INT64: "wide",
  TYPE_UINT64: "wide",
  TYPE_SINT64: "wide",
  TYPE_FIXED64: "wide",
  TYPE_SFIXED64: "wide",
};

/**
 * Every message by its full name, without those that stand for map entries:
 * its fields, each with its `name` in the schema, its `property` (camelCase),
 * `kind` ("text", "bytes", "bool", "message", "wide" or "number"), `type` of a
 * message, `shape` ("one", "list" or "map"), the `value` of a map, and `oneof`.
 */
export function readSchema() {
  const json = execFileSync(
    join(root, "node_modules", ".bin", "buf"),
    ["build", protoFolder, "-o", "-#format=json"],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  const messages = {};
  for (const file of JSON.parse(json).file)
    for (const message of file.messageType)
      messages[`${file.package}.${message.name}`] = describe(message);
  return messages;
}

function describe({ field, nestedType = [], oneofDecl = [] }) {
  const entries = new Map(
    nestedType.filter(({ options }) => options?.mapEntry).map((entry) => [entry.name, entry]),
  );
  return field.map((one) => describeField(one, entries, oneofDecl));
}

function describeField(field, entries, oneofs) {
  const entry = entries.get(field.typeName?.split(".").at(-1));
  const isList = field.label === "LABEL_REPEATED";
  const inOneof = field.oneofIndex !== undefined && !field.proto3Optional;
  return {
    name: field.name,
    property: field.jsonName,
    kind: kinds[field.type] ?? "number",
    type: field.typeName?.slice(1),
    shape: entry !== undefined ? "map" : isList ? "list" : "one",
    value: entry && describeField(entry.field[1], entries, oneofs),
    oneof: inOneof ? camelCase(oneofs[field.oneofIndex].name) : undefined,
  };
}

function camelCase(name) {
  return name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

/** The field that a path such as `records[24].message` leads to, with an index as a field of its own. */
export function fieldAt(schema, type, path) {
  let field;
  for (const part of path.split(".")) {
    const [, property, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(part);
    field = schema[type].find((one) => one.property === property);
    if (field === undefined) throw new Error(`${type} has no ${part}`);
    if (index !== undefined) field = { ...field, shape: "one" };
    type = field.type;
  }
  return field;
}
