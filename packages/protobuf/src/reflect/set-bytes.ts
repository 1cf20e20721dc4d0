import { Raw } from "../descriptor/raw.js";
import { DecodeError } from "../errors.js";
import { defaultLimits } from "../message/decode.js";
import { cursor, Malformed } from "../wire/cursor.js";
import { end, tag } from "../wire/read-varint.js";
import { skip } from "../wire/unknown.js";

/** Which fields of a descriptor are descriptors, too. */
interface Shape {
  readonly [field: number]: Shape | undefined;
}

// the numbers are those of descriptor.proto
const leaf: Shape = {};
const field: Shape = { 8: leaf };
const enumType: Shape = { 2: { 3: leaf }, 3: leaf, 4: leaf };
const message: { -readonly [K in keyof Shape]: Shape[K] } = {
  2: field,
  4: enumType,
  5: leaf,
  6: field,
  7: leaf,
  8: leaf,
  9: leaf,
};
message[3] = message;
const service: Shape = { 2: { 4: leaf }, 3: leaf };
const file: Shape = { 4: message, 5: enumType, 6: service, 7: field, 8: leaf, 9: { 1: leaf } };
const set: Shape = { 1: file };

/** What a descriptor is taken to need of memory beside its bytes: what is built of the smallest one. */
const descriptorMemory = 512;

/**
 * The serialized files of a serialized `google.protobuf.FileDescriptorSet`, if what will be built of them is within the
 * default limit of a decode.
 * @throws DecodeError for bytes that are no set, and past the limit.
 */
export function filesOfSet(bytes: Uint8Array): Uint8Array[] {
  const { memory, unknown } = cursor;
  // subclasses would slow every later decode down
  const b = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    const left = defaultLimits.elementMemoryBytes - b.length;
    charge(b, 0, b.length, set, left, 100);
    return new Raw(b).all(1);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const reason = error.limit ? "BOWLINE_DECODE_LIMIT" : "BOWLINE_DECODE_MALFORMED";
    const typeName = "google.protobuf.FileDescriptorSet";
    throw new DecodeError(error.detail, { reason, typeName, path: "", offset: error.offset });
  } finally {
    cursor.memory = memory;
    cursor.unknown = unknown;
  }
}

/** Takes the descriptors in `b[p, e)` off what is left; returns the rest. */
function charge(
  b: Uint8Array,
  p: number,
  e: number,
  shape: Shape,
  left: number,
  depth: number,
): number {
  if (left < 0)
    throw new Malformed(
      "the set would take more memory than a decode may (limits.elementMemoryBytes); decode it with a larger limit and pass the message",
      p,
      true,
    );
  if (depth < 0) throw new Malformed("nested deeper than the limit (limits.depth)", p, true);
  while (p < e) {
    let t = b[p++]!;
    if (t > 127) {
      t = tag(b, p, t);
      p = cursor.p;
    }
    cursor.unknown = 1_000_000;
    const inner = (t & 7) === 2 ? shape[t >>> 3] : undefined;
    if (inner === undefined) {
      p = skip(b, p, e, t, depth);
      continue;
    }
    const z = end(b, p, e);
    left = charge(b, cursor.p, z, inner, left - descriptorMemory, depth - 1);
    p = z;
  }
  return left;
}
