/** protobufjs as a peer: its reflection over the same descriptor set, less the extensions, which stay unknown fields. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { installCompetitor, installedVersion } from "../../bench/competitors/install.mjs";
import { isDefault, isWide, mapOf, unknownOf, zeroOf } from "./model.mjs";

const folder = installCompetitor("protobufjs");
const require = createRequire(join(folder, "package.json"));
const protobuf = require("protobufjs");
require("protobufjs/ext/descriptor");
const textformat = require("protobufjs/ext/textformat");
const protojson = require("protobufjs/ext/protojson");
const { Long } = protobuf.util;

protobuf.Reader.discardUnknown = false;

export const version = installedVersion(folder, "protobufjs");
export const rootOf = (bytes) => protobuf.Root.fromDescriptor(bytes, { keepCase: true });

/** What this library does with one type. */
export function codec(root, typeName) {
  const type = root.lookupType(typeName);
  return {
    name: "protobufjs",
    type,
    make: (neutral) => build(type, neutral),
    decode: (bytes) => type.decode(bytes),
    encode: (message) => type.encode(message).finish(),
    neutral: (message, model) => neutralOf(type, message, model),
    toJson: (message) => protojson.toJsonString(type, message),
    fromJson: (json) => protojson.fromJsonString(type, json),
    toText: (message) => textformat.toText(type, message),
    fromText: (string) => textformat.fromText(type, string),
  };
}

function build(type, neutral) {
  const message = type.create();
  for (const [number, value] of neutral.fields) {
    const field = type.fieldsById[number].resolve();
    const own = (item) => element(field, item);
    if (field.map) {
      message[field.name] = {};
      for (const [key, item] of value)
        Object.defineProperty(message[field.name], keyText(field, key), {
          value: own(item),
          enumerable: true,
          configurable: true,
          writable: true,
        });
    } else message[field.name] = field.repeated ? value.map(own) : own(value);
  }
  return message;
}

function keyText(field, key) {
  return typeof key === "bigint" ? protobuf.util.longToHash(long(key, field.keyType)) : String(key);
}

function element(field, value) {
  if (typeof value === "bigint") return long(value, field.type);
  return typeof value === "object" && !(value instanceof Uint8Array)
    ? build(field.resolvedType, value)
    : value;
}

function long(value, type) {
  return Long.fromString(String(value), type === "uint64" || type === "fixed64");
}

function neutralOf(type, message, model) {
  const fields = new Map();
  for (const of of model.fields) {
    const value = read(type.fieldsById[of.number].resolve(), message, of);
    if (value !== undefined) fields.set(of.number, value);
  }
  return { fields, unknown: (message.$unknowns ?? []).map(unknownOf) };
}

function read(field, message, of) {
  const { name } = field;
  if (!Object.hasOwn(message, name)) return undefined;
  // what ProtoJSON makes inside other messages has no getters for oneofs
  const chosen = field.partOf ? message[field.partOf.name] : undefined;
  if (chosen !== undefined && chosen !== name) return undefined;
  const held = message[name];
  if (held === null || held === undefined) return undefined;
  if (field.map) {
    const entries = Object.entries(held).map(([key, item]) => [
      keyOf(of.key.type, key),
      neutralElement(field, item, of.value),
    ]);
    return entries.length > 0 ? mapOf(entries) : undefined;
  }
  if (field.repeated) {
    return held.length > 0 ? held.map((item) => neutralElement(field, item, of)) : undefined;
  }
  const value = neutralElement(field, held, of);
  return of.presence === "implicit" && isDefault(of, value) ? undefined : value;
}

function keyOf(type, key) {
  if (type === 9) return key;
  if (type === 8) return key === "true" || key === "1";
  if (!isWide(type)) return Number(key);
  // where an entry has no key, this is not a hash of eight characters
  if (key.length !== 8) return BigInt(key);
  return bigint(protobuf.util.longFromHash(key, type === 4 || type === 6));
}

const bigint = (value) => BigInt(value.toString());

function neutralElement(field, value, of) {
  if (of.message !== undefined)
    return value === null ? zeroOf(of) : neutralOf(field.resolvedType, value, of.message);
  if (isWide(of.type)) return bigint(value);
  return of.type === 12 ? Uint8Array.from(value) : value;
}
