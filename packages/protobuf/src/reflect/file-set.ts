import { buildFile, type Scope } from "../descriptor/build.js";
import type { DescEnum, DescField, DescFile, DescMessage } from "../descriptor/model.js";
import { allParts } from "../descriptor/parts.js";
import { Raw } from "../descriptor/raw.js";
import { varintsOf } from "../descriptor/raw-varints.js";
import { SchemaError } from "../descriptor/schema-error.js";
import { validateFile } from "../descriptor/validate.js";
import { checkLinks } from "../descriptor/validate-links.js";
import { cursor, Malformed } from "../wire/cursor.js";
import { fieldDifference, messageDifference } from "./agreement.js";
import { importOrder, type RawFile, visibility } from "./file-order.js";
import { Symbols } from "./symbols.js";

/** What a registry has beside the set: types that stay as they are if the set agrees with them. */
export interface Known {
  message(typeName: string): DescMessage | undefined;
  extension(typeName: string): DescField | undefined;
  extensionByNumber(extendee: string, number: number): DescField | undefined;
  /** Files of those types, by path. */
  readonly files: ReadonlyMap<string, DescFile>;
}

/** The files of a set, built. */
export interface FileSet {
  /** Each behind those that it imports. */
  readonly files: readonly DescFile[];
  /** All messages but map entries, those of known types among them. */
  readonly messages: readonly DescMessage[];
  readonly extensions: readonly DescField[];
  /** A message with LEGACY_REQUIRED fields can be reached from the file's messages. */
  readonly required: ReadonlySet<DescFile>;
}

/**
 * Validates and builds serialized `google.protobuf.FileDescriptorProto`s, all or none. They may come from anywhere.
 * @throws SchemaError
 */
export function buildFileSet(set: readonly Uint8Array[], known: Known): FileSet {
  const { memory, unknown } = cursor;
  try {
    return build(set, known);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    // what options hold is read without a schema
    throw new SchemaError("a file of the set", `its bytes are malformed: ${error.detail}`);
  } finally {
    cursor.memory = memory;
    cursor.unknown = unknown;
  }
}

function build(set: readonly Uint8Array[], known: Known): FileSet {
  const raws = rawFiles(set);
  const order = importOrder(raws, (name) => known.files.has(name));
  const sees = visibility((name) => {
    const file = known.files.get(name);
    return raws.get(name) ?? (file === undefined ? undefined : importsOf(file.bytes));
  });
  const symbols = new Symbols();
  const scope = scopeOf(known);
  const built = new Map<string, DescFile>();
  const declared = new Map<DescMessage | DescEnum | string, string>();
  const messages: DescMessage[] = [];
  const extensions = new Extensions(known);
  const required = new Set<DescFile>();
  for (const raw of order) {
    const imports = raw.imports.map((name) => built.get(name) ?? known.files.get(name)!);
    const { file, all } = linked(raw, imports, scope);
    for (const message of all) declared.set(message.typeName, raw.name);
    const visible = (desc: DescMessage | DescEnum): boolean =>
      sees(raw.name, declared.get(desc.typeName) ?? desc.file.name);
    for (const desc of [...file.enums, ...all.flatMap((message) => message.enums)])
      declared.set(desc.typeName, raw.name);
    checkLinks(file, all, { visible });
    symbols.add(file);
    for (const message of all) if (!message.mapEntry) messages.push(message);
    extensions.addAll(file, all);
    const ownRequired = all.some((m) => m.fields.some((f) => f.presence === "required"));
    if (ownRequired || imports.some((f) => required.has(f) || !built.has(f.name)))
      required.add(file);
    built.set(raw.name, file);
  }
  for (const message of messages) checkAgreement(message, known);
  return { files: [...built.values()], messages, extensions: extensions.list, required };
}

/** The files by path. One that is there twice has to be the same. */
function rawFiles(set: readonly Uint8Array[]): Map<string, RawFile> {
  const files = new Map<string, RawFile>();
  for (const bytes of set) {
    const raw = new Raw(bytes);
    const name = raw.string(1);
    if (name === "") throw new SchemaError("a file of the set", "it has no name");
    const held = files.get(name);
    if (held !== undefined) {
      if (sameBytes(held.bytes, bytes)) continue;
      throw new SchemaError(name, "it is twice in the set, with different content");
    }
    validateFile(bytes);
    files.set(name, { name, bytes, ...importsOf(bytes) });
  }
  return files;
}

function importsOf(bytes: Uint8Array): Pick<RawFile, "imports" | "publicImports"> {
  const imports = new Raw(bytes).strings(3);
  return { imports, publicImports: varintsOf(bytes, 10).map((index) => imports[index]!) };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Types that are known stay what references lead to. */
class Pinned extends Map<string, DescMessage> {
  readonly #known: Known;

  constructor(known: Known) {
    super();
    this.#known = known;
  }

  override get(typeName: string): DescMessage | undefined {
    return this.#known.message(typeName) ?? super.get(typeName);
  }
}

function scopeOf(known: Known): Scope {
  const scope: Scope = { messages: new Pinned(known), enums: new Map() };
  const walk = (message: DescMessage): void => {
    for (const desc of message.enums) scope.enums.set(desc.typeName, desc);
    message.messages.forEach(walk);
  };
  for (const file of known.files.values()) {
    for (const desc of file.enums) scope.enums.set(desc.typeName, desc);
    file.messages.forEach(walk);
  }
  return scope;
}

function linked(
  raw: RawFile,
  imports: readonly DescFile[],
  scope: Scope,
): ReturnType<typeof buildFile> {
  try {
    return buildFile(raw.bytes, imports, allParts, {}, scope);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof RangeError) throw error;
    const prefix = `${raw.name}: `;
    const { message } = error;
    throw new SchemaError(
      raw.name,
      message.startsWith(prefix) ? message.slice(prefix.length) : message,
    );
  }
}

function checkAgreement(message: DescMessage, known: Known): void {
  const held = known.message(message.typeName);
  if (held === undefined || held === message) return;
  const difference = messageDifference(message, held);
  if (difference === undefined) return;
  throw new SchemaError(
    message.file.name,
    `${message.typeName} is not the message that the registry has (${difference}): was the code generated from another version?`,
  );
}

/** The extensions of a set, no two of one number. */
class Extensions {
  readonly list: DescField[] = [];
  readonly #known: Known;
  readonly #byNumber = new Map<string, DescField>();

  constructor(known: Known) {
    this.#known = known;
  }

  addAll(file: DescFile, all: readonly DescMessage[]): void {
    for (const field of [...file.extensions, ...all.flatMap((message) => message.extensions)])
      this.#add(file, field);
  }

  #add(file: DescFile, field: DescField): void {
    const { typeName, number } = field;
    const extendee = field.extendee!.typeName;
    const key = `${extendee}:${number}`;
    const same = this.#byNumber.get(key) ?? this.#known.extensionByNumber(extendee, number);
    if (same !== undefined && same.typeName !== typeName)
      throw new SchemaError(
        file.name,
        `the extensions ${typeName} and ${same.typeName} of ${extendee} both have the number ${number}`,
      );
    this.#byNumber.set(key, field);
    const held = this.#known.extension(typeName!);
    const difference = held === undefined ? undefined : fieldDifference(field, held);
    if (difference !== undefined)
      throw new SchemaError(
        file.name,
        `${typeName} is not the extension that the registry has (${difference}): was the code generated from another version?`,
      );
    this.list.push(field);
  }
}
