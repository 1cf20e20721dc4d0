/** Our own side: code that `protoc-gen-bowline` makes of a random schema in memory. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { unknownFields } from "@bowline/protobuf";
import { fromJsonString, toJsonString } from "@bowline/protobuf/json";
import { createRegistry } from "@bowline/protobuf/reflect";
import { fromText, toText } from "@bowline/protobuf/text";
import { root } from "../../bench/competitors/install.mjs";
import { generate } from "../../packages/protoc-gen-bowline/dist/plugin.js";
import { isDefault, mapOf, unknownOf, zeroOf } from "./model.mjs";

const cache = join(root, ".cache", "fuzz");

/** Generates and loads the modules of `files` (serialized), of which those in `names` are wanted. */
export async function compile(label, files, names) {
  const answer = generate(request(files, names));
  if (answer.error !== undefined) throw new Error(`refused by the generator: ${answer.error}`);
  const out = join(cache, label);
  const modules = [];
  for (const { name, content } of answer.files.filter((file) => file.name.endsWith(".js"))) {
    const path = join(out, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    modules.push(await import(pathToFileURL(path)));
  }
  return modules;
}

/** A `google.protobuf.compiler.CodeGeneratorRequest`. */
function request(files, names) {
  const field = (number, bytes) => {
    const head = [(number << 3) | 2];
    for (let n = bytes.length; ; n >>>= 7) {
      head.push(n > 127 ? (n & 127) | 128 : n);
      if (n < 128) break;
    }
    return Buffer.concat([Buffer.from(head), bytes]);
  };
  return Buffer.concat([
    ...names.map((name) => field(1, Buffer.from(name))),
    field(2, Buffer.from("target=js")),
    ...files.map((bytes) => field(15, bytes)),
  ]);
}

export const registryOf = (modules) => createRegistry(...modules);

/** The view type of a message type. */
export function viewOf(modules, type) {
  const all = modules.flatMap((module) => Object.values(module));
  const found = all.find((value) => value?.message === type && typeof value.decode === "function");
  if (found === undefined) throw new Error(`no view of ${type.typeName} was generated`);
  return found;
}

/** The registry of a serialized descriptor set: dynamic types. */
export const dynamicRegistryOf = (bytes) => createRegistry(bytes);

/** What our messages do with one type. */
export function codec(registry, type) {
  return {
    name: "bowline",
    type,
    make: (neutral) => type.create(build(type.desc, neutral)),
    decode: (bytes) => type.decode(bytes),
    encode: (message, options) => type.encode(message, options),
    neutral: (message, model) => neutralOf(type.desc, message, model),
    toJson: (message) => toJsonString(type, message, { registry }),
    fromJson: (json, options) => fromJsonString(type, json, { ...options, registry }),
    toText: (message) => toText(type, message, { registry }),
    fromText: (string, options) => fromText(type, string, { ...options, registry }),
  };
}

/** An init literal of a neutral message. */
export function build(desc, neutral) {
  const init = {};
  for (const [number, value] of neutral.fields) {
    const field = desc.fieldByNumber(number);
    const own = (item) => element(field.mapValue ?? field, item);
    if (field.cardinality === "list") init[field.localName] = value.map(own);
    else if (field.cardinality === "map")
      init[field.localName] = new Map(value.map(([key, item]) => [key, own(item)]));
    else if (field.oneof !== undefined)
      init[field.oneof.localName] = { case: field.localName, value: own(value) };
    else init[field.localName] = own(value);
  }
  return init;
}

/** One element of a field as our messages hold it. */
export function element(field, value) {
  if (field.message === undefined) return value;
  if (field.unboxed === "wrapper")
    return value.fields.get(1) ?? zeroOf({ type: field.message.fieldByNumber(1).type });
  if (field.unboxed === "struct") return structValue(value);
  return build(field.message, value);
}

/** The neutral form of a message, or of anything that reads like one. */
export function neutralOf(desc, message, model, unknown = unknownFields) {
  const fields = new Map();
  for (const of of model.fields) {
    const value = read(desc.fieldByNumber(of.number), message, of, unknown);
    if (value !== undefined) fields.set(of.number, value);
  }
  const left = unknown(message).map(({ bytes }) => unknownOf(bytes));
  return { fields, unknown: left };
}

function read(field, message, of, unknown) {
  const inner = (value, to, desc) => neutralElement(desc, value, to, unknown);
  if (field.cardinality === "list") {
    const list = Array.from(message[field.localName], (item) => inner(item, of, field));
    return list.length > 0 ? list : undefined;
  }
  if (field.cardinality === "map") {
    const entries = Array.from(message[field.localName], ([key, item]) => [
      key,
      inner(item, of.value, field.mapValue),
    ]);
    return entries.length > 0 ? mapOf(entries) : undefined;
  }
  if (field.oneof !== undefined) {
    const chosen = message[field.oneof.localName];
    return chosen?.case === field.localName ? inner(chosen.value, of, field) : undefined;
  }
  const value = message[field.localName];
  if (value === undefined) return undefined;
  if (field.presence === "implicit" && isDefault(of, value)) return undefined;
  return inner(value, of, field);
}

/** The neutral form of one element of a field. */
export function neutralElement(field, value, of, unknown = unknownFields) {
  if (field.message === undefined) return value;
  if (field.unboxed === "wrapper") {
    const set = !isDefault({ type: field.message.fieldByNumber(1).type }, value);
    return { fields: new Map(set ? [[1, value]] : []), unknown: [] };
  }
  if (field.unboxed === "struct") return neutralStruct(value);
  return neutralOf(field.message, value, of.message, unknown);
}

/** The JSON object of a neutral `google.protobuf.Struct`. */
function structValue(neutral) {
  const object = {};
  for (const [key, item] of neutral.fields.get(1) ?? []) {
    const options = { enumerable: true, configurable: true, writable: true };
    Object.defineProperty(object, key, { ...options, value: jsonValue(item) });
  }
  return object;
}

function jsonValue(neutral) {
  for (const [number, value] of neutral.fields) {
    if (number === 1) return null;
    if (number === 5) return structValue(value);
    return number === 6 ? (value.fields.get(1) ?? []).map(jsonValue) : value;
  }
  return undefined;
}

function neutralStruct(object) {
  const entries = Object.keys(object).map((key) => [key, neutralValue(object[key])]);
  return { fields: new Map(entries.length > 0 ? [[1, mapOf(entries)]] : []), unknown: [] };
}

function neutralValue(json) {
  const of = (number, value) => ({ fields: new Map([[number, value]]), unknown: [] });
  if (json === undefined) return { fields: new Map(), unknown: [] };
  if (json === null) return of(1, 0);
  if (typeof json === "number") return of(2, json);
  if (typeof json === "string") return of(3, json);
  if (typeof json === "boolean") return of(4, json);
  if (!Array.isArray(json)) return of(5, neutralStruct(json));
  const list = json.map(neutralValue);
  return of(6, { fields: new Map(list.length > 0 ? [[1, list]] : []), unknown: [] });
}
