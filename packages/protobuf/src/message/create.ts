import {
  type DescField,
  type DescMessage,
  type DescOneof,
  FieldType,
} from "../descriptor/model.js";
import { EncodeError } from "../errors.js";
import { isWellFormed } from "../wire/write-scalar.js";
import {
  type AnyMessage,
  newMessage,
  typeOf,
  typeOfMessage,
  typeOfReadable,
  unknownSymbol,
} from "./codec.js";
import type { MessageType } from "./message-type.js";
import { isPlainObject } from "./plain-object.js";
import { expected, scalarProblem } from "./problem.js";

/** Carries what is wrong and where, from the place where it is found to {@link made}. */
class Problem {
  declare readonly detail: string;
  declare readonly path: string;
  constructor(detail: string, path: string) {
    this.detail = detail;
    this.path = path;
  }
}

function fail(detail: string, path: string): never {
  throw new Problem(detail, path);
}

/** How a value is taken: `deep` looks into values that already are messages, too. */
interface Mode {
  readonly deep: boolean;
  depth: number;
}

/** Nesting past which a value is taken to contain itself. */
const maxDepth = 2000;

function made(type: MessageType, init: unknown, deep: boolean): AnyMessage {
  try {
    return fromInit(type, init, "", { deep, depth: maxDepth });
  } catch (error) {
    const { detail, path } = error instanceof Problem ? error : stackProblem(error);
    throw new EncodeError(detail, {
      reason: "BOWLINE_ENCODE_VALUE",
      typeName: type.typeName,
      path,
    });
  }
}

/** A small stack may be full before {@link maxDepth} is reached. */
function stackProblem(error: unknown): Problem {
  if (!(error instanceof RangeError && error.message.includes("stack"))) throw error;
  return new Problem("nested too deeply; does the message contain itself?", "");
}

/** {@link MessageType.create}. */
export function create(type: MessageType, init: unknown): AnyMessage {
  return made(type, init, false);
}

/**
 * The message made anew through all its levels, literals that stand in the place of messages and maps converted. Throws
 * an {@link EncodeError} for the first value that its field cannot hold.
 */
export function rebuild(type: MessageType, message: unknown): AnyMessage {
  return made(type, message, true);
}

/** Throws an {@link EncodeError} for the first value in the tree that its field cannot hold. */
export function checkMessage(type: MessageType, message: unknown): void {
  rebuild(type, message);
}

function fromInit(type: MessageType, init: unknown, path: string, mode: Mode): AnyMessage {
  const of = typeOfReadable(init);
  if (of ? of.typeName !== type.typeName : !isLiteral(init)) {
    fail(
      expected(
        `${type.typeName} or a literal for it`,
        of ? { constructor: { name: of.typeName } } : init,
      ),
      path,
    );
  }
  if (--mode.depth < 0) fail("nested too deeply; does the message contain itself?", path);
  const message = newMessage(type);
  const source = init as AnyMessage;
  for (const name of Object.keys(of ? message : source)) {
    const value: unknown = source[name];
    const member =
      memberOf(type.desc, name) ?? fail(unknownMember(type.desc, name), join(path, name));
    if (value === undefined) continue;
    message[name] =
      member.kind === "oneof"
        ? oneof(member, value, join(path, name), mode)
        : field(member, value, join(path, name), mode);
  }
  const unknown = source[unknownSymbol];
  if (unknown !== undefined) message[unknownSymbol] = unknown;
  mode.depth++;
  return message;
}

/**
 * Whether an object can stand for a message by its own keys. Lists, and instances of classes that keep what they hold
 * elsewhere (`Date`, `Map`, `Promise`), would be taken for empty messages.
 */
function isLiteral(value: unknown): value is AnyMessage {
  if (
    typeof value !== "object" ||
    value === null ||
    Array.isArray(value) ||
    ArrayBuffer.isView(value)
  )
    return false;
  return isPlainObject(value) || Object.keys(value).length > 0;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

const oneofsByName = new WeakMap<DescMessage, Map<string, DescOneof>>();

function memberOf(desc: DescMessage, name: string): DescField | DescOneof | undefined {
  const found = desc.fieldByLocalName(name);
  if (found !== undefined && found.oneof === undefined) return found;
  let oneofs = oneofsByName.get(desc);
  if (oneofs === undefined) {
    oneofs = new Map(desc.oneofs.map((member) => [member.localName, member]));
    oneofsByName.set(desc, oneofs);
  }
  return oneofs.get(name);
}

function unknownMember(desc: DescMessage, name: string): string {
  const inOneof = desc.fieldByLocalName(name)?.oneof;
  if (inOneof !== undefined) {
    return `${name} is a case of the oneof ${inOneof.localName}: write ${inOneof.localName}: { case: "${name}", value: … }`;
  }
  const names = desc.members.map((member) => member.localName);
  return `${desc.typeName} has no field "${name}"; its fields are: ${names.length > 0 ? names.join(", ") : "none"}`;
}

function oneof(desc: DescOneof, value: unknown, path: string, mode: Mode): unknown {
  const selected = value as { case?: unknown; value?: unknown };
  if (typeof value !== "object" || value === null)
    fail(expected("{ case, value } or undefined", value), path);
  const member = desc.fields.find((candidate) => candidate.localName === selected.case);
  if (member === undefined) {
    const cases = desc.fields.map((candidate) => candidate.localName).join(", ");
    fail(
      `expected { case, value } with a case of: ${cases}; got case ${JSON.stringify(selected.case)}`,
      path,
    );
  }
  const inner = element(member, selected.value, join(path, member.localName), mode);
  return inner === selected.value ? value : { case: member.localName, value: inner };
}

function field(desc: DescField, value: unknown, path: string, mode: Mode): unknown {
  if (desc.cardinality === "list") return list(desc, value, path, mode);
  if (desc.cardinality === "map") return map(desc, value, path, mode);
  return element(desc, value, path, mode);
}

function element(desc: DescField, value: unknown, path: string, mode: Mode): unknown {
  const { mapping } = desc;
  if (desc.message === undefined || mapping !== undefined) {
    const problem = mapping ? mapping.problem(value, mode.deep) : scalarProblem(desc, value);
    if (problem !== undefined) fail(problem, path);
    return value;
  }
  if (desc.unboxed === "wrapper") return element(desc.message.fieldByNumber(1)!, value, path, mode);
  if (desc.unboxed === "struct") return jsonObject(value, path, mode);
  const type = typeOf(desc.message);
  return typeOfMessage(value) === type && !mode.deep ? value : fromInit(type, value, path, mode);
}

function list(desc: DescField, value: unknown, path: string, mode: Mode): unknown {
  const { typedArray } = desc;
  if (typedArray?.is(value)) return value;
  if (typedArray !== undefined) value = typedArray.items(value);
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && "length" in value))
    fail(expected("an array", value), path);
  const source = value as readonly unknown[];
  let copy: unknown[] | undefined;
  for (let i = 0; i < source.length; i++) {
    const item = element(desc, source[i], `${path}[${i}]`, mode);
    if (item !== source[i]) {
      copy ??= [...source];
      copy[i] = item;
    }
  }
  return typedArray?.from(source) ?? copy ?? value;
}

function map(desc: DescField, value: unknown, path: string, mode: Mode): unknown {
  if (typeof value !== "object" || value === null)
    fail(expected("a Map, an object or entries", value), path);
  const taken = new Map<unknown, unknown>();
  let same = value instanceof Map;
  for (const [rawKey, item] of entriesOf(value, path)) {
    const mapKey = value instanceof Map ? rawKey : keyOf(desc.mapKey!, rawKey);
    const at = `${path}[${JSON.stringify(String(rawKey))}]`;
    const problem = scalarProblem(desc.mapKey!, mapKey);
    if (problem !== undefined) fail(`the key: ${problem}`, at);
    const taker = element(desc.mapValue!, item, at, mode);
    same &&= taker === item;
    taken.set(mapKey, taker);
  }
  return same ? value : taken;
}

function entriesOf(value: object, path: string): Iterable<readonly [unknown, unknown]> {
  if (!(Symbol.iterator in value)) return Object.entries(value);
  const entries = [...(value as Iterable<readonly [unknown, unknown]>)];
  for (const entry of entries)
    if (!Array.isArray(entry) || entry.length !== 2)
      fail(expected("[key, value] entries", entry), path);
  return entries;
}

/** The key of an object literal in the map's key type. */
function keyOf(desc: DescField, name: unknown): unknown {
  if (typeof name !== "string") return name;
  if (desc.type === FieldType.STRING) return name;
  if (desc.type === FieldType.BOOL) return name === "true" ? true : name === "false" ? false : name;
  if (!/^-?[0-9]+$/.test(name)) return name;
  const wide = scalarProblem(desc, 0) !== undefined;
  return !wide ? Number(name) : desc.int64 === "bigint" ? BigInt(name) : name;
}

function jsonObject(value: unknown, path: string, mode: Mode): unknown {
  if (!isPlainObject(value)) fail(expected("a JSON object", value), path);
  jsonValue(value, path, mode);
  return value;
}

function jsonValue(value: unknown, path: string, mode: Mode): void {
  if (
    value === null ||
    value === undefined ||
    typeof value === "boolean" ||
    typeof value === "number"
  )
    return;
  if (typeof value === "string") {
    if (!isWellFormed(value))
      fail("the string has a lone surrogate, which UTF-8 cannot hold", path);
    return;
  }
  if (!Array.isArray(value) && !isPlainObject(value)) fail(expected("a JSON value", value), path);
  if (--mode.depth < 0) fail("nested too deeply; does the object contain itself?", path);
  for (const [name, item] of Object.entries(value as object))
    jsonValue(item, `${path}[${JSON.stringify(name)}]`, mode);
  mode.depth++;
}
