import { EncodeError } from "../errors.js";
import { Malformed } from "../wire/cursor.js";
import { aside, begin, finish, output, release, type Sink, TooLarge } from "../wire/output.js";
import { WrongValue, wrongValue } from "../wire/write-scalar.js";
import {
  type AnyMessage,
  type Codec,
  codecSymbol,
  type RuntimeType,
  typeOfMessage,
} from "./codec.js";
import { create, rebuild } from "./create.js";
import type { EncodeOptions, MessageType } from "./message-type.js";

/** {@link MessageType.encode}. */
export function encode(type: MessageType, message: unknown, options?: EncodeOptions): Uint8Array {
  return encodeTo(type, message, options);
}

/** Encodes to a sink, if there is one. */
export function encodeTo(
  type: MessageType,
  message: unknown,
  options: EncodeOptions | undefined,
  sink?: Sink,
  rebuilt = false,
): Uint8Array {
  // a getter or an iterator in a message may encode, too
  if (output.busy) return aside(() => encodeTo(type, message, options, sink, rebuilt));
  const codec = (type as RuntimeType)[codecSymbol];
  output.busy = true;
  output.sorted = options?.deterministic === true;
  output.writeUnknown = options?.writeUnknownFields !== false;
  output.sink = sink;
  let bytes: Uint8Array;
  try {
    const p = codec.write(message as AnyMessage, begin(codec.lastSize));
    bytes = sink === undefined ? finish(p) : sink.finish(p);
    if (codec.missing !== undefined && options?.allowPartial !== true)
      checkRequired(type, codec.missing, message);
  } catch (error) {
    release();
    if (rebuilt) throw explained(type, error);
    return encodeTo(type, rebuiltFrom(type, message, error), options, sink, true);
  }
  release();
  codec.lastSize = bytes.length;
  return bytes;
}

function checkRequired(
  type: MessageType,
  missing: NonNullable<Codec["missing"]>,
  message: unknown,
): void {
  const paths = missing(type, type.is(message) ? message : type.create(message));
  if (paths.length === 0) return;
  const at = {
    reason: "BOWLINE_ENCODE_REQUIRED",
    typeName: type.typeName,
    path: paths[0]!,
  } as const;
  throw new EncodeError(`required and not set: ${paths.join(", ")}`, at);
}

/**
 * Writers only notice that something is not as it should be. Which value it is, the message itself tells; where all of
 * them can be taken (an object literal in place of a `Map`), this is the message made anew, which is written then.
 */
function rebuiltFrom(type: MessageType, message: unknown, error: unknown): unknown {
  if (EncodeError.is(error) && error.reason === "BOWLINE_ENCODE_REQUIRED") throw error;
  const whole = rebuild(type, message);
  if (error instanceof TooLarge) {
    const at = { reason: "BOWLINE_ENCODE_SIZE", typeName: type.typeName, path: "" } as const;
    throw new EncodeError("the message would take 2 GiB or more", at);
  }
  if (error instanceof WrongValue || error instanceof TypeError) return whole;
  throw explained(type, error);
}

/** What leaves is an `Error`: the codec's own signals become one. */
function explained(type: MessageType, error: unknown): unknown {
  const at = { reason: "BOWLINE_ENCODE_VALUE", typeName: type.typeName, path: "" } as const;
  if (error instanceof Malformed) return new EncodeError(`unknown fields: ${error.detail}`, at);
  if (error instanceof WrongValue)
    return new EncodeError("a value changed while it was encoded", at);
  return error;
}

/** Turns what stands in a message's place into a message: an init literal, or a spread copy. */
export function adopt<T>(type: MessageType<T>, value: unknown): T {
  if (value === output.literal) return value as T;
  if (typeof value !== "object" || value === null) wrongValue();
  const of = typeOfMessage(value);
  if (of !== undefined && of.typeName !== type.typeName) wrongValue();
  return create(type, value) as T;
}
