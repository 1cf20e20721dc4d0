import { type Answer, editions } from "./plugin.js";
import { lengthOf } from "./varint.js";

const FEATURE_PROTO3_OPTIONAL = 1;
const FEATURE_SUPPORTS_EDITIONS = 2;

function field(number: number, content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return Buffer.concat([Buffer.from([(number << 3) | 2]), lengthOf(bytes.length), bytes]);
}

function integer(number: number, value: number): Uint8Array {
  return Buffer.concat([Buffer.from([number << 3]), lengthOf(value)]);
}

/** Serializes a `google.protobuf.compiler.CodeGeneratorResponse`. */
export function response(answer: Answer): Uint8Array {
  const parts: Uint8Array[] = [];
  if (answer.error !== undefined) parts.push(field(1, answer.error));
  parts.push(integer(2, FEATURE_PROTO3_OPTIONAL | FEATURE_SUPPORTS_EDITIONS));
  parts.push(integer(3, editions.minimum), integer(4, editions.maximum));
  for (const file of answer.files) {
    const content = "bytes" in file ? file.bytes : file.content;
    parts.push(field(15, Buffer.concat([field(1, file.name), field(15, content)])));
  }
  return Buffer.concat(parts);
}
