import { cursor } from "../wire/cursor.js";
import * as F from "./features.js";
import type {
  DescEnum,
  DescField,
  DescFile,
  DescMessage,
  DescOneof,
  DescService,
  Int64Representation,
  Representation,
} from "./model.js";
import { FieldType } from "./model.js";
import { camelCase, localNames } from "./names.js";
import { Raw } from "./raw.js";

export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What a declaration stands in: the features it inherits, and the message unless it is the file. */
export interface Parent {
  readonly features: F.Features;
  readonly message: DescMessage | undefined;
}

/**
 * Builders of what not every file has. Generated code names those that its file needs, so that a bundle carries no
 * other.
 */
export interface Parts {
  readonly enums?: (b: Build, raw: Raw, parent: Parent) => DescEnum;
  readonly extensions?: (b: Build, raw: Raw, parent: Parent) => DescField;
  readonly services?: (b: Build, raw: Raw) => DescService;
  readonly defaults?: (field: DescField, text: string) => NonNullable<DescField["default"]>;
  readonly typedArrays?: (
    type: FieldType,
    int64: Int64Representation,
    options: Raw,
  ) => DescField["typedArray"];
  readonly mappings?: (message: DescMessage) => DescField["mapping"];
}

/** Where the options of `google.protobuf` have their features. */
const features = { file: 50, message: 12, field: 21, oneof: 1 } as const;

/** What one file's build shares. */
export interface Build {
  readonly parts: Parts;
  readonly file: Writable<DescFile>;
  /** Types by fully qualified name: of this file and of those it imports. */
  readonly messages: Map<string, DescMessage>;
  readonly enums: Map<string, DescEnum>;
  /** In depth-first order, map entries included. */
  readonly all: DescMessage[];
  /** Work that needs all types of the file. */
  readonly later: (() => void)[];
}

/** Types by fully qualified name. */
export type Scope = Pick<Build, "messages" | "enums">;

/** A file and all its message types, map entries included, in depth-first order. */
export interface BuiltFile {
  readonly file: DescFile;
  readonly all: readonly DescMessage[];
}

/**
 * Builds a file's descriptor from a serialized `google.protobuf.FileDescriptorProto`. A compiler wrote the bytes,
 * or they have been validated: names, numbers and indices are taken as they are.
 * @param scope The types that the file can refer to; its own are added. Default: those of `dependencies`, and of what
 * these depend on.
 * @throws Error for an edition that is not known, or a reference to a type that neither the file nor `scope` has.
 */
export function buildFile(
  bytes: Uint8Array,
  dependencies: readonly DescFile[],
  parts: Parts,
  representation: Representation = {},
  scope: Scope = importedTypes(dependencies),
): BuiltFile {
  const { memory, unknown } = cursor;
  try {
    return build(new Raw(bytes), bytes, dependencies, parts, representation, scope);
  } finally {
    cursor.memory = memory;
    cursor.unknown = unknown;
  }
}

function build(
  raw: Raw,
  bytes: Uint8Array,
  dependencies: readonly DescFile[],
  parts: Parts,
  representation: Representation,
  { messages, enums }: Scope,
): BuiltFile {
  const name = raw.string(1);
  const syntax = raw.string(12);
  const edition = raw.int(14, syntax === "proto3" ? 999 : 998);
  const options = raw.message(8);
  // what it declares follows
  const file = {
    kind: "file",
    name,
    package: raw.string(2),
    edition,
    dependencies,
    deprecated: options.bool(23),
    representation,
    bytes,
    optionBytes: raw.bytes(8),
  } as Writable<DescFile>;
  const b: Build = { parts, file, messages, enums, all: [], later: [] };
  const top: Parent = {
    features: override(F.editionDefaults(edition, name), options, features.file),
    message: undefined,
  };
  file.enums = raw.messages(5).map((r) => parts.enums!(b, r, top));
  file.messages = raw.messages(4).map((r) => buildMessage(b, r, top));
  file.extensions = raw.messages(7).map((r) => parts.extensions!(b, r, top));
  file.services = raw.messages(6).map((r) => parts.services!(b, r));
  for (const link of b.later) link();
  return { file, all: b.all };
}

function importedTypes(files: readonly DescFile[]): Scope {
  const scope = { messages: new Map(), enums: new Map() };
  const seen = new Set<DescFile>();
  for (const file of files) importTypes(scope, file, seen);
  return scope;
}

function importTypes(b: Scope, file: DescFile, seen: Set<DescFile>): void {
  if (seen.has(file)) return;
  seen.add(file);
  const walk = (m: DescMessage): void => {
    b.messages.set(m.typeName, m);
    for (const e of m.enums) b.enums.set(e.typeName, e);
    m.messages.forEach(walk);
  };
  file.messages.forEach(walk);
  for (const e of file.enums) b.enums.set(e.typeName, e);
  for (const dependency of file.dependencies) importTypes(b, dependency, seen);
}

/** The parent's features with those that the options set. */
export function override(inherited: F.Features, options: Raw, number: number): F.Features {
  if (!options.has(number)) return inherited;
  const set = options.message(number);
  return inherited.map((value, feature) => set.int(feature, value));
}

export function qualified(b: Build, parent: Parent, name: string): string {
  const scope = parent.message?.typeName ?? b.file.package;
  return scope === "" ? name : `${scope}.${name}`;
}

function buildMessage(b: Build, raw: Raw, parent: Parent): DescMessage {
  const name = raw.string(1);
  const options = raw.message(7);
  const resolved = override(parent.features, options, features.message);
  // a name is a string and a number is none, so that one map holds both
  const byKey = new Map<string | number, DescField>();
  const byLocalName = new Map<string, DescField>();
  let hasRequired: boolean | undefined;
  // what it declares follows
  const desc: Writable<DescMessage> = {
    kind: "message",
    name,
    typeName: qualified(b, parent, name),
    file: b.file,
    parent: parent.message,
    index: b.all.length,
    extensionRanges: raw.messages(5).map((r) => [r.int(1), r.int(2)] as const),
    messageSet: options.bool(1),
    mapEntry: options.bool(7),
    get hasRequired() {
      hasRequired ??= reachesRequired(desc);
      return hasRequired;
    },
    deprecated: options.bool(3),
    optionBytes: raw.bytes(7),
    fieldByName: (fieldName) => byKey.get(fieldName),
    fieldByLocalName: (localName) => byLocalName.get(localName),
    fieldByNumber: (number) => byKey.get(number),
  } satisfies Partial<DescMessage> as Partial<DescMessage> as Writable<DescMessage>;
  b.all.push(desc);
  b.messages.set(desc.typeName, desc);
  const here: Parent = { features: resolved, message: desc };
  desc.enums = raw.messages(4).map((r) => b.parts.enums!(b, r, here));
  desc.messages = raw
    .messages(3)
    .map((r) => buildMessage(b, r, here))
    .filter((m) => !m.mapEntry);
  desc.extensions = raw.messages(6).map((r) => b.parts.extensions!(b, r, here));
  buildMembers(b, raw, here, desc);
  for (const field of desc.fields) {
    byKey.set(field.name, field).set(field.number, field);
    byLocalName.set(field.localName, field);
  }
  return desc;
}

/** Fields and oneofs: they share one set of property names, given out in field number order. */
function buildMembers(b: Build, raw: Raw, here: Parent, desc: Writable<DescMessage>): void {
  const rawFields = raw.messages(2);
  const rawOneofs = raw.messages(8);
  const oneofIndex = (r: Raw): number => (r.has(9) && !r.bool(17) ? r.int(9) : -1);
  const order = [...rawFields].sort((x, y) => x.int(3) - y.int(3));
  const names = order.map((r) => ({ name: r.string(1), number: r.int(3) }));
  const first = new Map([...order].reverse().map((r) => [oneofIndex(r), r.int(3)]));
  const oneofNames = rawOneofs.map((r, i) => ({ name: r.string(1), number: first.get(i) ?? 0 }));
  const locals = localNames([...names, ...oneofNames]);
  const oneofs = rawOneofs.map((r, i): Writable<DescOneof> & { fields: DescField[] } => {
    const localName = locals[names.length + i]!;
    return {
      kind: "oneof",
      name: r.string(1),
      localName,
      parent: desc as DescMessage,
      fields: [],
      optionBytes: r.bytes(2),
    };
  });
  const localOf = new Map(order.map((r, i) => [r, locals[i]!]));
  desc.fields = rawFields.map((r) => {
    const index = oneofIndex(r);
    const oneof = index < 0 ? undefined : oneofs[index];
    const inherited =
      index < 0
        ? here.features
        : override(here.features, rawOneofs[index]!.message(2), features.oneof);
    const field = buildField(
      b,
      r,
      { ...here, features: inherited },
      localOf.get(r)!,
      oneof as DescOneof | undefined,
    );
    oneof?.fields.push(field);
    return field;
  });
  desc.oneofs = oneofs.filter((oneof) => oneof.fields.length > 0) as DescOneof[];
  const sorted = [...desc.fields].sort((x, y) => x.number - y.number);
  desc.members = [...new Set(sorted.map((field) => field.oneof ?? field))];
}

export function buildField(
  b: Build,
  raw: Raw,
  parent: Parent,
  localName: string,
  oneof: DescOneof | undefined,
): DescField {
  const options = raw.message(8);
  const resolved = override(parent.features, options, features.field);
  const name = raw.string(1);
  const rawType = raw.int(5);
  const isGroup = rawType === FieldType.GROUP;
  const type = (isGroup ? FieldType.MESSAGE : rawType) as FieldType;
  const isMessage = type === FieldType.MESSAGE;
  const list = raw.int(4) === 3;
  const required = raw.int(4) === 2 || resolved[1] === F.LEGACY_REQUIRED;
  const explicit =
    resolved[1] !== F.IMPLICIT || isMessage || oneof !== undefined || raw.bool(17) || raw.has(2);
  const int64 = int64Representation(options, b.file.representation);
  const inEntry = parent.message?.mapEntry === true;
  const packable = list && !isMessage && type !== FieldType.STRING && type !== FieldType.BYTES;
  const field: Writable<DescField> = {
    kind: "field",
    name,
    localName,
    jsonName: raw.string(10) || camelCase(name),
    typeName: undefined,
    number: raw.int(3),
    parent: parent.message,
    file: b.file,
    type,
    cardinality: list ? "list" : "singular",
    presence: list
      ? "implicit"
      : required && oneof === undefined && !raw.has(2)
        ? "required"
        : explicit
          ? "explicit"
          : "implicit",
    packed: packable && (options.has(2) ? options.bool(2) : resolved[3] === F.PACKED),
    delimited: isMessage && !inEntry && (isGroup || resolved[5] === F.DELIMITED),
    verifyUtf8: resolved[4] === F.VERIFY,
    message: undefined,
    enum: undefined,
    mapKey: undefined,
    mapValue: undefined,
    oneof,
    int64,
    // a map's key stays a string: Uint8Array keys would be told apart by identity
    unboxed:
      !(inEntry && raw.int(3) === 1) &&
      type === FieldType.STRING &&
      resolved[4] !== F.VERIFY &&
      b.file.representation.unverifiedStrings === "bytes"
        ? "bytes"
        : undefined,
    mapping: undefined,
    typedArray: list ? b.parts.typedArrays?.(type, int64, options) : undefined,
    default: undefined,
    deprecated: options.bool(3),
    redact: options.bool(16),
    extendee: undefined,
    optionBytes: raw.bytes(8),
  };
  b.later.push(() => linkField(b, raw, field));
  return field;
}

function int64Representation(options: Raw, representation: Representation): Int64Representation {
  const jstype = options.int(6);
  return jstype === 1 ? "string" : jstype === 2 ? "number" : (representation.int64 ?? "bigint");
}

function linkField(b: Build, raw: Raw, field: Writable<DescField>): void {
  if (field.type === FieldType.ENUM) field.enum = lookup(b.enums, raw.string(6), field, b);
  if (field.type === FieldType.MESSAGE) {
    const message = lookup(b.messages, raw.string(6), field, b);
    if (message.mapEntry && field.cardinality === "list") {
      field.cardinality = "map";
      field.delimited = false;
      field.mapKey = message.fieldByNumber(1);
      field.mapValue = message.fieldByNumber(2);
    } else {
      field.message = message;
      field.mapping = b.parts.mappings?.(message);
      if (
        field.mapping === undefined &&
        field.cardinality === "singular" &&
        field.oneof === undefined &&
        canUnbox(field as DescField)
      ) {
        field.unboxed = unboxed(message);
      }
    }
  }
  if (raw.has(7)) field.default = b.parts.defaults!(field as DescField, raw.string(7));
}

const wrappers = /^google\.protobuf\.(Double|Float|U?Int(32|64)|Bool|String|Bytes)Value$/;

/** Extensions, map values and delimited fields hold ordinary messages. */
function canUnbox(field: DescField): boolean {
  return field.typeName === undefined && field.parent?.mapEntry !== true && !field.delimited;
}

function unboxed(message: DescMessage): DescField["unboxed"] {
  if (message.typeName === "google.protobuf.Struct") return "struct";
  return wrappers.test(message.typeName) ? "wrapper" : undefined;
}

export function lookup<T>(
  types: Map<string, T>,
  reference: string,
  from: { readonly name: string },
  b: Build,
): T {
  const type = types.get(reference.replace(/^\./, ""));
  if (type === undefined) {
    throw new Error(
      `${b.file.name}: ${from.name} refers to ${reference}, which neither the file nor its imports declare`,
    );
  }
  return type;
}

function reachesRequired(start: DescMessage): boolean {
  const seen = new Set([start]);
  for (const message of seen) {
    for (const field of message.fields) {
      if (field.presence === "required") return true;
      const next = field.message ?? field.mapValue?.message;
      if (next !== undefined) seen.add(next);
    }
  }
  return false;
}
