import { camelCase, type DescFile, type DescMessage, Raw } from "@bowline/protobuf/internal";
import { lengthOf, varintAt } from "./varint.js";

/**
 * A serialized file descriptor as base64, without what the runtime does not need: source information, and JSON names
 * that are the default ones.
 */
export function embedded(bytes: Uint8Array): string {
  return Buffer.from(rewritten(bytes, file)).toString("base64");
}

/** What becomes of a message's fields: left out, or messages that are rewritten, too. */
interface Shape {
  readonly without?: (field: number, body: Uint8Array, whole: Uint8Array) => boolean;
  readonly inner?: Readonly<Record<number, () => Shape>>;
}

// the numbers are those of FieldDescriptorProto, DescriptorProto and FileDescriptorProto in descriptor.proto
const field: Shape = {
  without: (number, body, whole) => number === 10 && isDefaultJsonName(body, whole),
};
const message: Shape = { inner: { 2: () => field, 3: () => message, 6: () => field } };
const file: Shape = {
  without: (number) => number === 9,
  inner: { 4: () => message, 7: () => field },
};

function isDefaultJsonName(jsonName: Uint8Array, field: Uint8Array): boolean {
  const name = new Raw(field).string(1);
  return Buffer.from(jsonName).toString() === camelCase(name);
}

function rewritten(bytes: Uint8Array, shape: Shape): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let p = 0; p < bytes.length; ) {
    const start = p;
    const [tag, body] = varintAt(bytes, p);
    const [n, after] = varintAt(bytes, body);
    // descriptors have varints and length-delimited fields only
    const delimited = (tag & 7) === 2;
    p = delimited ? after + n : after;
    const content = bytes.subarray(after, p);
    if (shape.without?.(tag >>> 3, content, bytes)) continue;
    const inner = delimited ? shape.inner?.[tag >>> 3]?.() : undefined;
    if (inner === undefined) parts.push(bytes.subarray(start, p));
    else {
      const changed = rewritten(content, inner);
      parts.push(bytes.subarray(start, body), lengthOf(changed.length), changed);
    }
  }
  return Buffer.concat(parts);
}

/** The files that declare the types a file refers to, itself left out. */
export function referredFiles(file: DescFile): DescFile[] {
  const files = new Set<DescFile>();
  const extensions = [...file.extensions];
  const walk = (message: DescMessage): void => {
    extensions.push(...message.extensions);
    for (const field of message.fields) {
      const value = field.mapValue ?? field;
      if (value.message !== undefined) files.add(value.message.file);
      if (value.enum !== undefined) files.add(value.enum.file);
    }
    message.messages.forEach(walk);
  };
  file.messages.forEach(walk);
  for (const field of extensions) {
    files.add(field.extendee!.file);
    if (field.message !== undefined) files.add(field.message.file);
    if (field.enum !== undefined) files.add(field.enum.file);
  }
  for (const service of file.services) {
    for (const method of service.methods) files.add(method.input.file).add(method.output.file);
  }
  files.delete(file);
  return [...files].sort((x, y) => (x.name < y.name ? -1 : 1));
}
