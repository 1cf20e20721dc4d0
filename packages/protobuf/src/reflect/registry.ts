import type { FileHandle } from "../descriptor/file-handle.js";
import type { DescFile, DescMessage, DescService } from "../descriptor/model.js";
import { codecSymbol, typeOf } from "../message/codec.js";
import { type Extension, holderSymbol } from "../message/extension.js";
import type { MessageType } from "../message/message-type.js";
import type { Registry } from "../registry.js";

/**
 * What {@link createRegistry} takes: message types, extensions, services (for their inputs and outputs), files, other
 * registries, and generated modules as a whole (`import * as log from "./log.pb.js"`), which bring all that they export.
 */
export type RegistryItem =
  | MessageType
  // biome-ignore lint/suspicious/noExplicitAny: an extension of any message.
  | Extension<any, any>
  | { readonly desc: DescService }
  | FileHandle
  | DescFile
  | Registry
  | GeneratedModule;

/** A module namespace object. */
export type GeneratedModule = Readonly<Record<string, unknown>>;

interface Contents {
  readonly messages: Map<string, MessageType>;
  readonly extensions: Map<string, Extension>;
  /** By extendee and number. */
  readonly byNumber: Map<string, Extension>;
  /** Registries that were made elsewhere; they can be asked, not listed. */
  readonly others: Registry[];
}

/** What the registries of this module hold, so that they can be put into others with all their names checked. */
const contentsOf = new WeakMap<Registry, Contents>();

/**
 * A registry of types and extensions by name. Message types bring those that they refer to and those declared inside
 * them; extensions bring their extendee and the type of their value. A file brings its messages, but not its extensions:
 * pass the module for those.
 * @throws TypeError if two different types or extensions have one name, or two extensions one number of one message.
 */
export function createRegistry(...items: readonly RegistryItem[]): Registry {
  const contents: Contents = {
    messages: new Map(),
    extensions: new Map(),
    byNumber: new Map(),
    others: [],
  };
  for (const item of items) {
    if (!add(contents, item)) {
      throw new TypeError(
        "a registry takes message types, extensions, services, files, generated modules and registries",
      );
    }
  }
  for (const other of contents.others) checkOther(contents, other);
  const registry: Registry = {
    message: (typeName) =>
      contents.messages.get(typeName) ?? ask(contents, (other) => other.message(typeName)),
    extension: (typeName) =>
      contents.extensions.get(typeName) ?? ask(contents, (other) => other.extension(typeName)),
    extensionByNumber: (extendee, number) =>
      contents.byNumber.get(numberKey(extendee, number)) ??
      ask(contents, (other) => other.extensionByNumber(extendee, number)),
  };
  contentsOf.set(registry, contents);
  return registry;
}

function ask<T>(
  contents: Contents,
  question: (registry: Registry) => T | undefined,
): T | undefined {
  for (const other of contents.others) {
    const answer = question(other);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function numberKey(extendee: string, number: number): string {
  return `${extendee}:${number}`;
}

/** Adds an item; false if it is none. */
function add(contents: Contents, item: unknown): boolean {
  if (typeof item !== "object" || item === null) return false;
  if (holderSymbol in item) addExtension(contents, item as Extension);
  else if (codecSymbol in item) addMessage(contents, item as unknown as MessageType);
  else if (typeof (item as Partial<Registry>).extensionByNumber === "function")
    addRegistry(contents, item as Registry);
  else if ((item as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Module") {
    for (const exported of Object.values(item)) add(contents, exported);
  } else return addDesc(contents, (item as { desc?: unknown }).desc ?? item);
  return true;
}

function addDesc(contents: Contents, value: unknown): boolean {
  const desc = value as Partial<DescFile> | Partial<DescService>;
  if (desc.kind === "file") {
    for (const message of desc.messages ?? []) addMessage(contents, typeOf(message));
  } else if (desc.kind === "service") {
    for (const { input, output } of desc.methods ?? []) {
      addMessage(contents, typeOf(input));
      addMessage(contents, typeOf(output));
    }
  } else return false;
  return true;
}

function addRegistry(contents: Contents, registry: Registry): void {
  const theirs = contentsOf.get(registry);
  if (theirs === undefined) {
    contents.others.push(registry);
    return;
  }
  for (const type of theirs.messages.values()) addMessage(contents, type);
  for (const extension of theirs.extensions.values()) addExtension(contents, extension);
  contents.others.push(...theirs.others);
}

function addMessage(contents: Contents, first: MessageType): void {
  const waiting = [first];
  for (let type = waiting.pop(); type !== undefined; type = waiting.pop()) {
    const { typeName, desc } = type;
    const held = contents.messages.get(typeName);
    if (held === type) continue;
    if (held !== undefined || contents.extensions.has(typeName)) throw conflict(typeName);
    contents.messages.set(typeName, type);
    for (const { message, mapValue } of desc.fields) {
      const value = message ?? mapValue?.message;
      if (value !== undefined) waiting.push(typeOf(value));
    }
    for (const nested of desc.messages) {
      const nestedType = typeIfAny(nested);
      if (nestedType !== undefined) waiting.push(nestedType);
    }
  }
}

/** A bundler leaves out nested types that nothing refers to. */
function typeIfAny(desc: DescMessage): MessageType | undefined {
  try {
    return typeOf(desc);
  } catch {
    return undefined;
  }
}

function addExtension(contents: Contents, extension: Extension): void {
  const { typeName, extendee, desc } = extension;
  const held = contents.extensions.get(typeName);
  if (held === extension) return;
  if (held !== undefined || contents.messages.has(typeName)) throw conflict(typeName);
  const key = numberKey(extendee.typeName, desc.number);
  const sameNumber = contents.byNumber.get(key);
  if (sameNumber !== undefined) throw numberConflict(extension, sameNumber);
  contents.extensions.set(typeName, extension);
  contents.byNumber.set(key, extension);
  addMessage(contents, extendee);
  if (desc.message !== undefined) addMessage(contents, typeOf(desc.message));
}

function checkOther(contents: Contents, other: Registry): void {
  for (const [typeName, type] of contents.messages) {
    if ((other.message(typeName) ?? type) !== type || other.extension(typeName) !== undefined)
      throw conflict(typeName);
  }
  for (const [typeName, extension] of contents.extensions) {
    if (
      (other.extension(typeName) ?? extension) !== extension ||
      other.message(typeName) !== undefined
    )
      throw conflict(typeName);
    const sameNumber =
      other.extensionByNumber(extension.extendee.typeName, extension.desc.number) ?? extension;
    if (sameNumber !== extension) throw numberConflict(extension, sameNumber);
  }
}

function conflict(typeName: string): TypeError {
  return new TypeError(
    `two different things are named ${typeName}: was its schema generated twice, or is the library installed twice?`,
  );
}

function numberConflict(a: Extension, b: Extension): TypeError {
  return new TypeError(
    `the extensions ${a.typeName} and ${b.typeName} of ${a.extendee.typeName} both have the number ${a.desc.number}`,
  );
}
