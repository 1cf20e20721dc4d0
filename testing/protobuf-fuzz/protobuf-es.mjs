/** `@bufbuild/protobuf` as a peer: descriptors by its file registry, values by its messages. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installCompetitor, installedVersion } from "../../bench/competitors/install.mjs";
import { isDefault, mapOf, zeroOf } from "./model.mjs";

const folder = installCompetitor("protobuf-es");
const from = (path) =>
  import(pathToFileURL(join(folder, "node_modules/@bufbuild/protobuf/dist/esm", path)));
export const es = await from("index.js");
export const wkt = await from("wkt/index.js");
const text = await from("txtpb/index.js");

export const version = installedVersion(folder, "@bufbuild/protobuf");
const bundled = Object.entries(wkt)
  .filter(([name]) => name.startsWith("file_google_protobuf_"))
  .map(([, file]) => file);

/** Files of random schemas and what they import, as the `FileDescriptorProto`s of this library. */
export function describe(files) {
  const protos = files.map((file) => es.create(wkt.FileDescriptorProtoSchema, file));
  const names = new Set(protos.flatMap((proto) => proto.dependency));
  const imports = bundled.map(({ proto }) => proto).filter(({ name }) => names.has(name));
  const set = es.create(wkt.FileDescriptorSetSchema, { file: [...imports, ...protos] });
  return { set, bytes: es.toBinary(wkt.FileDescriptorSetSchema, set) };
}

/** The registry of a descriptor set. */
export const registryOf = (set) => es.createFileRegistry(set);

/** What this library does with one type. */
export function codec(registry, typeName) {
  const schema = registry.getMessage(typeName);
  return {
    name: "protobuf-es",
    schema,
    make: (neutral) => build(schema, neutral),
    decode: (bytes) => es.fromBinary(schema, bytes),
    encode: (message) => es.toBinary(schema, message),
    neutral: (message, model) => neutralOf(schema, message, model),
    toJson: (message) => es.toJsonString(schema, message, { registry }),
    fromJson: (json) => es.fromJsonString(schema, json, { registry }),
    toText: (message) => text.toText(schema, message, { registry }),
    fromText: (string) => text.fromText(schema, string, { registry }),
    clone: (message) => es.clone(schema, message),
    equals: (a, b) => es.equals(schema, a, b),
  };
}

const fieldsByNumber = new WeakMap();
function fieldOf(schema, number) {
  let map = fieldsByNumber.get(schema);
  if (map === undefined) {
    map = new Map(schema.fields.map((field) => [field.number, field]));
    fieldsByNumber.set(schema, map);
  }
  return map.get(number);
}

function build(schema, neutral) {
  const message = es.create(schema);
  for (const [number, value] of neutral.fields) {
    const field = fieldOf(schema, number);
    if (field.fieldKind === "list")
      message[field.localName] = value.map((item) => own(field, item));
    else if (field.fieldKind === "map") {
      for (const [key, item] of value)
        Object.defineProperty(message[field.localName], String(key), {
          value: own(field, item),
          enumerable: true,
          configurable: true,
          writable: true,
        });
    } else if (field.oneof !== undefined)
      message[field.oneof.localName] = { case: field.localName, value: own(field, value) };
    else message[field.localName] = single(field, value);
  }
  return message;
}

const isWrapper = (desc) =>
  /^google\.protobuf\.\w+Value$/.test(desc.typeName) && desc.fields.length === 1;

const own = (field, value) => (field.message === undefined ? value : build(field.message, value));

/** A singular wrapper outside a oneof stands as its value. */
function single(field, value) {
  if (field.message === undefined || !isWrapper(field.message)) return own(field, value);
  const inner = value.fields.get(1);
  return inner === undefined ? zeroOfWrapper(field.message) : inner;
}

function zeroOfWrapper(desc) {
  return zeroOf({ type: desc.fields[0].scalar });
}

function neutralOf(schema, message, model) {
  const fields = new Map();
  for (const of of model.fields) {
    const field = fieldOf(schema, of.number);
    const value = read(field, message, of);
    if (value !== undefined) fields.set(of.number, value);
  }
  const unknown = (message.$unknown ?? []).map(({ no, wireType, data }) => ({
    no,
    wire: wireType,
    data,
  }));
  return { fields, unknown };
}

function read(field, message, of) {
  if (field.fieldKind === "list") {
    const list = message[field.localName].map((item) => neutralElement(field, item, of));
    return list.length > 0 ? list : undefined;
  }
  if (field.fieldKind === "map") {
    const entries = Object.entries(message[field.localName]).map(([key, item]) => [
      keyOf(of.key.type, key),
      neutralElement(field, item, of.value),
    ]);
    return entries.length > 0 ? mapOf(entries) : undefined;
  }
  if (field.oneof !== undefined) {
    const chosen = message[field.oneof.localName];
    return chosen.case === field.localName ? neutralElement(field, chosen.value, of) : undefined;
  }
  if (!es.isFieldSet(message, field)) return undefined;
  const value = neutralSingle(field, message[field.localName], of);
  return of.presence === "implicit" && isDefault(of, value) ? undefined : value;
}

/** The neutral form of what an extension holds. */
export function neutralValue(field, value, of) {
  return field.fieldKind === "list"
    ? value.map((item) => neutralElement(field, item, of))
    : neutralSingle(field, value, of);
}

/** Keys are properties here: text, whatever the schema says. */
export function keyOf(type, key) {
  if (type === 9) return key;
  if (type === 8) return key === "true";
  return [3, 4, 6, 16, 18].includes(type) ? BigInt(key) : Number(key);
}

function neutralElement(field, value, of) {
  return field.message === undefined ? value : neutralOf(field.message, value, of.message);
}

function neutralSingle(field, value, of) {
  const isBoxed = typeof value === "object" && "$typeName" in value;
  if (field.message === undefined || !isWrapper(field.message) || isBoxed)
    return neutralElement(field, value, of);
  const inner = { type: field.message.fields[0].scalar };
  const fields = isDefault(inner, value) ? [] : [[1, value]];
  return { fields: new Map(fields), unknown: [] };
}
