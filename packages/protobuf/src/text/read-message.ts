import type { DescField, DescMessage } from "../descriptor/model.js";
import { fail, inside, quoted, syntax } from "../json/failure.js";
import { type AnyMessage, newMessage, typeOf } from "../message/codec.js";
import { type Extension, holderSymbol } from "../message/extension.js";
import { setExtension } from "../message/extension-access.js";
import { messageMemory } from "../message/memory.js";
import { structObject } from "../message/unboxed-struct.js";
import { bracketedName } from "./bracketed-name.js";
import { findExtension } from "./extension-name.js";
import { fieldByTextName } from "./name.js";
import { readAny } from "./read-any.js";
import { readEntry } from "./read-entry.js";
import { readScalar } from "./read-scalar.js";
import { reservedNames } from "./reserved-names.js";
import { skipName, skipValue } from "./skip.js";
import {
  charge,
  descend,
  got,
  identifier,
  peek,
  punctuation,
  type Reader,
  take,
  unexpected,
} from "./tokenizer.js";

/** A message that is being read. */
export interface Open {
  readonly desc: DescMessage;
  readonly message: AnyMessage;
  /** Singular fields that occurred. */
  seen: Set<DescField> | undefined;
  /** Extensions that occurred; each value is the `value` of a message of its own until the end. */
  extensions: Map<Extension, AnyMessage> | undefined;
  /** The elements of lists that become typed arrays at the end. */
  columns: Map<DescField, unknown[]> | undefined;
  /** The path of the field that is being read. */
  at: string;
}

const memories = /*@__PURE__*/ new WeakMap<DescMessage, number>();

export function emptyMessage(r: Reader, desc: DescMessage): AnyMessage {
  let memory = memories.get(desc);
  if (memory === undefined) memories.set(desc, (memory = messageMemory(desc.members)));
  charge(r, memory);
  return newMessage(typeOf(desc));
}

/** Reads fields into a message up to the character that closes it, 0 for the end of the text. */
export function readFields(r: Reader, desc: DescMessage, message: AnyMessage, close: number): void {
  const [seen, extensions, columns] = [undefined, undefined, undefined];
  const open: Open = { desc, message, seen, extensions, columns, at: "" };
  try {
    while (!isEnd(r, close)) {
      open.at = "";
      readField(r, open);
      separator(r);
    }
  } catch (error) {
    inside(error, open.at);
  }
  finish(open);
}

/** Puts what was gathered while the fields were read into the message. */
function finish({ message, columns, extensions }: Open): void {
  for (const [{ localName, typeName, typedArray }, list] of columns ?? [])
    if (typeName === undefined) message[localName] = typedArray!.from(list);
  for (const [extension, holder] of extensions ?? []) {
    const list = columns?.get(extension.desc);
    setExtension(
      message,
      extension,
      list === undefined ? holder.value : extension.desc.typedArray!.from(list),
    );
  }
}

/** Whether a message ends here: behind its end then. */
export function isEnd(r: Reader, close: number): boolean {
  if (close !== 0) return take(r, close);
  peek(r);
  return r.p >= r.text.length;
}

/** Passes over what may stand behind a field. */
export function separator(r: Reader): void {
  if (!take(r, 44)) take(r, 59);
}

/** Opens a message; the character that closes it. */
export function openMessage(r: Reader): number {
  const c = peek(r);
  if (c !== 123 && c !== 60) unexpected(r, '"{"');
  r.p++;
  return c + 2;
}

function readField(r: Reader, open: Open): void {
  const { desc } = open;
  const isBracket = take(r, 91);
  const at = r.p;
  if (!isBracket && skipsNumber(r, open)) return;
  const name = isBracket ? bracketedName(r) : identifier(r, `a field of ${desc.typeName}`);
  if (isBracket) {
    if (name.includes("/")) return readAny(r, open, name, at);
    const extension = findExtension(r.options.registry, desc, name);
    if (extension !== undefined) return readExtension(r, open, extension, at);
  } else {
    const field = fieldByTextName(desc, name);
    if (field !== undefined) return readKnown(r, open, field, open.message, field.localName, at);
    if (reservedNames(desc).has(name)) return skipValue(r);
  }
  if (r.options.ignoreUnknown) return skipValue(r);
  const what = isBracket ? `extension [${name}] in options.registry` : `field ${quoted(name)}`;
  fail(`${desc.typeName} has no ${what}`, at);
}

/** Fields that are unknown to the writer have their numbers for names. */
function skipsNumber(r: Reader, { desc }: Open): boolean {
  const c = peek(r);
  if (c < 48 || c > 57) return false;
  if (!r.options.ignoreUnknown)
    syntax(`expected a field of ${desc.typeName}, got the number ${got(r)}`, r.p);
  skipName(r);
  skipValue(r);
  return true;
}

function readExtension(r: Reader, open: Open, extension: Extension, at: number): void {
  open.extensions ??= new Map();
  let holder = open.extensions.get(extension);
  if (holder === undefined) {
    holder = new extension[holderSymbol]() as AnyMessage;
    open.extensions.set(extension, holder);
  }
  readKnown(r, open, extension.desc, holder, "value", at);
}

/** Reads what stands behind a field's name into the property `local` of `m`. */
function readKnown(
  r: Reader,
  open: Open,
  field: DescField,
  m: AnyMessage,
  local: string,
  at: number,
): void {
  open.at = field.typeName === undefined ? `.${field.localName}` : field.jsonName;
  const isMessage = field.message !== undefined || field.cardinality === "map";
  if (!isMessage) punctuation(r, 58);
  else take(r, 58);
  if (field.cardinality === "singular") return readSingular(r, open, field, m, local, at);
  const path = open.at;
  const add = field.cardinality === "map" ? readEntry : readElement;
  if (!take(r, 91)) return add(r, open, field, m, local, path);
  if (take(r, 93)) return;
  do add(r, open, field, m, local, path);
  while (take(r, 44));
  open.at = path;
  punctuation(r, 93);
}

function readSingular(
  r: Reader,
  open: Open,
  field: DescField,
  m: AnyMessage,
  local: string,
  at: number,
): void {
  const { oneof } = field;
  open.seen ??= new Set();
  if (open.seen.has(field)) fail("the field occurs twice", at);
  open.seen.add(field);
  const before: { readonly case: string } | undefined = oneof && m[oneof.localName];
  if (before !== undefined) fail(`${before.case} and ${field.localName} are in one oneof`, at);
  const value = readValue(r, field);
  if (value === undefined) return;
  if (oneof === undefined) m[local] = value;
  else m[oneof.localName] = { case: field.localName, value };
}

function readElement(
  r: Reader,
  open: Open,
  field: DescField,
  m: AnyMessage,
  local: string,
  path: string,
): void {
  const list: unknown[] = field.typedArray === undefined ? m[local] : columnOf(open, field);
  open.at = `${path}[${list.length}]`;
  if (isCounted(field)) charge(r, 8);
  const value = readValue(r, field);
  if (value !== undefined) list.push(value);
}

function columnOf(open: Open, field: DescField): unknown[] {
  open.columns ??= new Map();
  let list = open.columns.get(field);
  if (list === undefined) open.columns.set(field, (list = []));
  return list;
}

/** Whether reading a value takes none of the element memory: then its place in a list does. */
function isCounted({ type, message }: DescField): boolean {
  return message === undefined && ![3, 4, 6, 9, 12, 16, 18].includes(type);
}

/** Reads one value of a field. `undefined`: an enum value to pass over. */
export function readValue(r: Reader, field: DescField): unknown {
  const { message: desc } = field;
  if (desc === undefined) return readScalar(r, field);
  // What a value is unboxed from does not last.
  const message = field.unboxed === "wrapper" ? newMessage(typeOf(desc)) : emptyMessage(r, desc);
  peek(r);
  descend(r);
  readFields(r, desc, message, openMessage(r));
  r.depth++;
  return unboxed(field, message);
}

/** A message as the field holds it. */
export function unboxed(field: DescField, message: AnyMessage): unknown {
  if (field.mapping !== undefined) return field.mapping.toValue(message);
  switch (field.unboxed) {
    case "wrapper":
      return message[field.message!.fields[0]!.localName];
    case "struct":
      return structObject(message as never);
    default:
      return message;
  }
}
