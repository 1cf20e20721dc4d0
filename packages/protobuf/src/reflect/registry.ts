import { Raw } from "../descriptor/raw.js";
import { dynamicExtension, dynamicType } from "../dynamic/message-type.js";
import type { FileDescriptorSet } from "../gen/google/protobuf/descriptor.pb.js";
import { registerMaker, registerType, typeOf } from "../message/codec.js";
import { isBytes } from "../wire/write-scalar.js";
import { buildFileSet, type FileSet, type Known } from "./file-set.js";
import { filesOfSet } from "./set-bytes.js";
import { subjectOf } from "./subject.js";
import {
  add,
  addExtension,
  addKnownFiles,
  ask,
  type Contents,
  conflict,
  emptyContents,
  extensionByNumber,
  extensionOf,
  finished,
  notAnItem,
  type SchemaRegistry,
  type TypeRegistryItem,
} from "./type-registry.js";

/**
 * What {@link createRegistry} takes: descriptor sets (`buf build -o`, `protoc --descriptor_set_out --include_imports`) as
 * messages or as bytes, message types, extensions, services (for their inputs and outputs), files, other registries, and
 * generated modules as a whole (`import * as log from "./log.pb.js"`), which bring all that they export.
 */
export type RegistryItem = TypeRegistryItem | FileDescriptorSet | Uint8Array;

/**
 * A registry of types and extensions by name. Message types bring those that they refer to and those declared inside
 * them; extensions bring their extendee and the type of their value. A file brings its messages, but not its extensions:
 * pass the module for those.
 *
 * Files of descriptor sets are checked as a compiler checks them, whoever wrote them; their order does not matter. What
 * they import has to be in a set, or in the file of a type that is given, too. Where a given type has the name of one in a
 * set, it stays the type if both say the same, so that generated and dynamic types refer to one another. A set as bytes is
 * bounded as a decode is by default; decode a larger one with limits of your own and pass the message.
 * @throws SchemaError for the first thing in a set that a compiler would refuse; nothing is kept then.
 * @throws DecodeError if bytes are not a `google.protobuf.FileDescriptorSet`.
 * @throws TypeError if two different types or extensions have one name, or two extensions one number of one message.
 */
export function createRegistry(...items: readonly RegistryItem[]): SchemaRegistry {
  const contents = emptyContents();
  const files: Uint8Array[] = [];
  for (const item of items) {
    const set = filesIn(item);
    if (set !== undefined) for (const file of set) files.push(file);
    else if (!add(contents, item)) throw notAnItem();
  }
  addKnownFiles(contents);
  if (files.length > 0) addSet(contents, buildFileSet(files, knownOf(contents)));
  return finished(contents);
}

/** The serialized files of a descriptor set; `undefined` for other items. */
function filesIn(item: unknown): readonly Uint8Array[] | undefined {
  if (isBytes(item)) return filesOfSet(item);
  const subject = subjectOf(item);
  if (subject?.desc.typeName !== "google.protobuf.FileDescriptorSet") return undefined;
  if (subject.view) return filesOfSet((item as { readonly $bytes: Uint8Array }).$bytes);
  // whoever made the message has bounded it
  return new Raw(subject.type.encode(item, { allowPartial: true })).all(1);
}

/** What a set is compared with and can refer to. */
function knownOf(contents: Contents): Known {
  return {
    message: (typeName) =>
      contents.messages.get(typeName)?.desc ??
      ask(contents, (other) => other.message(typeName))?.desc,
    extension: (typeName) => extensionOf(contents, typeName)?.desc,
    extensionByNumber: (extendee, number) => extensionByNumber(contents, extendee, number)?.desc,
    files: contents.files,
  };
}

/**
 * Adds the types of a set, each made when it is first asked for: a large set has many more than a program uses. Types that
 * are there already become those of its descriptors.
 */
function addSet(contents: Contents, set: FileSet): void {
  for (const desc of set.messages) {
    if (contents.extensions.has(desc.typeName)) throw conflict(desc.typeName);
    const held = contents.messages.get(desc.typeName)?.type();
    const other = held ?? ask(contents, (registry) => registry.message(desc.typeName));
    if (other !== undefined) registerType(desc, other);
    else registerMaker(desc, () => dynamicType(desc, set.required.has(desc.file)));
    if (held === undefined)
      contents.messages.set(desc.typeName, { desc, type: () => typeOf(desc) });
  }
  for (const desc of set.extensions) {
    if (extensionOf(contents, desc.typeName!) === undefined)
      addExtension(contents, dynamicExtension(desc));
  }
  for (const file of set.files) contents.files.set(file.name, file);
}
