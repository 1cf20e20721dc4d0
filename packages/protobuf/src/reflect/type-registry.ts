import type { FileHandle } from "../descriptor/file-handle.js";
import type { DescEnum, DescFile, DescMessage, DescService } from "../descriptor/model.js";
import type { DynamicInit, DynamicMessage } from "../dynamic/message-type.js";
import { codecSymbol, typeOf } from "../message/codec.js";
import { type Extension, holderSymbol } from "../message/extension.js";
import type { MessageType } from "../message/message-type.js";
import type { Registry } from "../registry.js";

/**
 * A registry of a whole schema: what {@link Registry} has, and files, enums and services with their descriptors. Types
 * that no code was generated for are dynamic: they do what generated ones do.
 */
export interface SchemaRegistry extends Registry {
  message(typeName: string): MessageType<DynamicMessage, DynamicInit> | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: an extension of any message.
  extension(typeName: string): Extension<any, unknown> | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: an extension of any message.
  extensionByNumber(extendee: string, number: number): Extension<any, unknown> | undefined;
  /** The enum with this fully qualified name, or `undefined`. */
  enum(typeName: string): DescEnum | undefined;
  /** The service with this fully qualified name, or `undefined`. {@link typeOf} gives the types of its methods. */
  service(typeName: string): DescService | undefined;
  /** The file with this path, or `undefined`. */
  file(path: string): DescFile | undefined;
  /** All files: those of sets, each behind those that it imports, and those of the types that were given. */
  readonly files: readonly DescFile[];
}

/** What {@link createTypeRegistry} takes. */
export type TypeRegistryItem =
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

/** A message type that is there, or that is made when it is first asked for. */
export interface Entry {
  readonly desc: DescMessage;
  type(): MessageType;
}

export interface Contents {
  readonly messages: Map<string, Entry>;
  readonly extensions: Map<string, Extension>;
  /** By extendee and number. */
  readonly byNumber: Map<string, Extension>;
  /** By path. */
  readonly files: Map<string, DescFile>;
  /** Registries that were made elsewhere; they can be asked, not listed. */
  readonly others: Registry[];
}

/** What the registries of this module hold, so that they can be put into others with all their names checked. */
const contentsOf = new WeakMap<Registry, Contents>();

/**
 * A registry of message types, extensions, services (for their inputs and outputs), files and generated modules as a
 * whole, by name: what `createRegistry` makes of them, without the code that descriptor sets take.
 * @throws TypeError as `createRegistry`.
 */
export function createTypeRegistry(...items: readonly TypeRegistryItem[]): SchemaRegistry {
  const contents = emptyContents();
  for (const item of items) if (!add(contents, item)) throw notAnItem();
  return finished(contents);
}

export function notAnItem(): TypeError {
  return new TypeError(
    "a registry takes message types, extensions, services, files, descriptor sets, generated modules and registries",
  );
}

export function emptyContents(): Contents {
  return {
    messages: new Map(),
    extensions: new Map(),
    byNumber: new Map(),
    files: new Map(),
    others: [],
  };
}

/** The registry with these contents, which do not change any more. */
export function finished(contents: Contents): SchemaRegistry {
  addKnownFiles(contents);
  for (const other of contents.others) checkOther(contents, other);
  const registry = registryOf(contents);
  contentsOf.set(registry, contents);
  return registry;
}

function registryOf(contents: Contents): SchemaRegistry {
  let declared: Declared | undefined;
  const declarations = (): Declared => (declared ??= declaredIn(contents.files.values()));
  return {
    message: (typeName) => messageOf(contents, typeName),
    extension: (typeName) => extensionOf(contents, typeName),
    extensionByNumber: (extendee, number) => extensionByNumber(contents, extendee, number),
    enum: (typeName) => declarations().enums.get(typeName),
    service: (typeName) => declarations().services.get(typeName),
    file: (path) => contents.files.get(path),
    files: [...contents.files.values()],
  };
}

export function messageOf(contents: Contents, typeName: string): MessageType | undefined {
  return (
    contents.messages.get(typeName)?.type() ?? ask(contents, (other) => other.message(typeName))
  );
}

export function extensionOf(contents: Contents, typeName: string): Extension | undefined {
  return contents.extensions.get(typeName) ?? ask(contents, (other) => other.extension(typeName));
}

export function extensionByNumber(
  contents: Contents,
  extendee: string,
  number: number,
): Extension | undefined {
  return (
    contents.byNumber.get(numberKey(extendee, number)) ??
    ask(contents, (other) => other.extensionByNumber(extendee, number))
  );
}

interface Declared {
  readonly enums: ReadonlyMap<string, DescEnum>;
  readonly services: ReadonlyMap<string, DescService>;
}

/** Enums and services, listed when the first one is asked for. */
function declaredIn(files: Iterable<DescFile>): Declared {
  const enums = new Map<string, DescEnum>();
  const services = new Map<string, DescService>();
  const walk = (scope: DescFile | DescMessage): void => {
    for (const desc of scope.enums) enums.set(desc.typeName, desc);
    for (const message of scope.messages) walk(message);
  };
  for (const file of files) {
    walk(file);
    for (const desc of file.services) services.set(desc.typeName, desc);
  }
  return { enums, services };
}

/** The files of all types and extensions, and those that they depend on. */
export function addKnownFiles({ messages, extensions, files }: Contents): void {
  const waiting = new Set<DescFile>();
  for (const { desc } of messages.values()) waiting.add(desc.file);
  for (const { desc } of extensions.values()) waiting.add(desc.file);
  for (const file of waiting) {
    if (!files.has(file.name)) files.set(file.name, file);
    for (const dependency of file.dependencies) waiting.add(dependency);
  }
}

export function ask<T>(
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
export function add(contents: Contents, item: unknown): boolean {
  if (typeof item !== "object" || item === null) return false;
  if (holderSymbol in item) addExtension(contents, item as Extension);
  else if (codecSymbol in item) addMessage(contents, item as unknown as MessageType);
  else if (typeof (item as Partial<Registry>).extensionByNumber === "function")
    addRegistry(contents, item as Registry);
  else if ((item as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Module") {
    for (const exported of Object.values(item)) add(contents, exported);
  } else {
    return (
      addDesc(contents, (item as { desc?: unknown }).desc ?? item) || addBundled(contents, item)
    );
  }
  return true;
}

/** Adds what a module exports that a bundler made a plain object of; false if that is no part of a schema. */
function addBundled(contents: Contents, module: object): boolean {
  const parts = Object.values(module).filter(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      (holderSymbol in value || codecSymbol in value || value.desc?.kind === "service"),
  );
  for (const part of parts) add(contents, part);
  return parts.length > 0;
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
  for (const entry of theirs.messages.values()) addEntry(contents, entry);
  for (const extension of theirs.extensions.values()) addExtension(contents, extension);
  for (const [path, file] of theirs.files)
    if (!contents.files.has(path)) contents.files.set(path, file);
  contents.others.push(...theirs.others);
}

/** Adds a message of another registry, which has those that it refers to, too. */
function addEntry(contents: Contents, entry: Entry): void {
  const { typeName } = entry.desc;
  const held = contents.messages.get(typeName);
  if (held === undefined && !contents.extensions.has(typeName))
    contents.messages.set(typeName, entry);
  else if (held !== entry && held?.type() !== entry.type()) throw conflict(typeName);
}

function addMessage(contents: Contents, first: MessageType): void {
  const waiting = [first];
  for (let type = waiting.pop(); type !== undefined; type = waiting.pop()) {
    const known = type;
    const { typeName, desc } = known;
    const held = contents.messages.get(typeName);
    if (held?.type() === type) continue;
    if (held !== undefined || contents.extensions.has(typeName)) throw conflict(typeName);
    contents.messages.set(typeName, { desc, type: () => known });
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

export function addExtension(contents: Contents, extension: Extension): void {
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
  for (const [typeName, entry] of contents.messages) {
    const theirs = other.message(typeName);
    if (theirs !== undefined && theirs !== entry.type()) throw conflict(typeName);
    if (other.extension(typeName) !== undefined) throw conflict(typeName);
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

export function conflict(typeName: string): TypeError {
  return new TypeError(
    `two different things are named ${typeName}: was its schema generated twice, or is the library installed twice?`,
  );
}

function numberConflict(a: Extension, b: Extension): TypeError {
  return new TypeError(
    `the extensions ${a.typeName} and ${b.typeName} of ${a.extendee.typeName} both have the number ${a.desc.number}`,
  );
}
