import type { DescFile, DescMessage } from "@bowline/protobuf/internal";

/** A serialized file descriptor without its source information, as base64. */
export function embedded(bytes: Uint8Array): string {
  const parts: Uint8Array[] = [];
  for (let p = 0; p < bytes.length; ) {
    const start = p;
    const [tag, body] = varint(bytes, p);
    const [n, after] = varint(bytes, body);
    p = (tag & 7) === 2 ? after + n : after;
    // field 9 is source_code_info; all fields of FileDescriptorProto are varints or length-delimited
    if (tag >>> 3 !== 9) parts.push(bytes.subarray(start, p));
  }
  return Buffer.concat(parts).toString("base64");
}

function varint(b: Uint8Array, p: number): readonly [value: number, next: number] {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = b[p++]!;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, p];
  }
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
