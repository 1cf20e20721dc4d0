import { output, release } from "../wire/output.js";
import {
  type AnyMessage,
  type Codec,
  codecSymbol,
  type RuntimeType,
  unknownSymbol,
} from "./codec.js";
import { encode } from "./encode.js";
import type { EncodeOptions, MessageType } from "./message-type.js";
import { isPlainObject } from "./plain-object.js";

/** Memory that a message may be written into, where it is wanted. */
export interface EncodeTarget {
  readonly buffer: Uint8Array;
  /** Where to write; moved behind what was written. */
  at: number;
}

/** By so much a message may be longer than the last of its type, and still be tried. */
const slack = 64;

/**
 * Writes a message or a literal into a target, if there is one and it fits; otherwise the target stays as it is, and what
 * is returned is what `type.encode` gives.
 * @throws EncodeError as `type.encode` does.
 */
export function encodeInto(
  type: MessageType,
  value: unknown,
  target: EncodeTarget | undefined,
  options?: EncodeOptions,
): Uint8Array | undefined {
  // a getter in a message may encode, too
  if (output.busy) return encode(type, value, options);
  const codec = (type as RuntimeType)[codecSymbol];
  const message = readable(type, codec, value);
  try {
    if (target !== undefined && writeInPlace(codec, message, target, options)) return undefined;
    return encode(type, message, options);
  } finally {
    output.literal = undefined;
  }
}

function writeInPlace(
  codec: Codec,
  message: unknown,
  target: EncodeTarget,
  options: EncodeOptions | undefined,
): boolean {
  const { buffer, at } = target;
  if (buffer.length - at < codec.lastSize + slack || codec.missing !== undefined) return false;
  output.busy = true;
  output.sorted = options?.deterministic === true;
  output.writeUnknown = options?.writeUnknownFields !== false;
  output.sink = undefined;
  output.buffer = buffer;
  output.start = at;
  let end = -1;
  try {
    end = codec.write(message as AnyMessage, at);
  } catch {
    // what is wrong with it, or how to write it all the same, is for `encode` to find out
  }
  const isInPlace = end >= 0 && output.buffer === buffer && output.fixups.length === 0;
  release();
  if (!isInPlace) return false;
  codec.lastSize = end - at;
  target.at = end;
  return true;
}

/**
 * What the writer of a type reads a value from, and checks it: a literal with all members is that itself, one with some
 * of them takes the shape of its message. It goes no deeper: where the writer finds something that is not as it should
 * be, `encode` makes the message anew and says what. What is more than a simple literal stays as it is.
 */
function readable(type: MessageType, codec: Codec, value: unknown): unknown {
  if (!isPlainObject(value)) return value;
  const members = (codec.members ??= Object.keys(type.create() as object));
  let at = 0;
  for (const name in value) if (name !== members[at++]) return shaped(type, value);
  if (at !== members.length) return shaped(type, value);
  output.literal = value;
  return value;
}

function shaped(type: MessageType, literal: AnyMessage): unknown {
  if (unknownSymbol in literal) return literal;
  const message = type.create() as AnyMessage;
  for (const name in literal) {
    if (!Object.hasOwn(message, name)) return literal;
    const field: unknown = literal[name];
    if (field === undefined) continue;
    // What stands for a map or a message has to be converted all the same.
    if (isPlainObject(field)) return literal;
    message[name] = field;
  }
  return message;
}
