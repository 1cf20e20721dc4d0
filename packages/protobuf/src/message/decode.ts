import { DecodeError } from "../errors.js";
import { cursor, Malformed } from "../wire/cursor.js";
import { releaseView } from "../wire/read-packed.js";
import { isBytes } from "../wire/write-scalar.js";
import { type AnyMessage, codecSymbol, type RuntimeType } from "./codec.js";
import { pathAt } from "./decode-path.js";
import type { DecodeLimits, DecodeOptions, MessageType } from "./message-type.js";

/** The defaults of `DecodeOptions.limits`. */
export const defaultLimits: Required<DecodeLimits> = {
  depth: 100,
  unknownFields: 1_000_000,
  elementMemoryBytes: 33_554_432,
};

/** {@link MessageType.decode}. */
export function decode(type: MessageType, bytes: Uint8Array, options?: DecodeOptions): AnyMessage {
  const b = plain(type, bytes);
  return decodeRange(type, b, 0, b.length, options);
}

/** Decodes `b[start, end)`. `b` has to be a plain `Uint8Array`: mixed receivers would slow every decode down. */
export function decodeRange(
  type: MessageType,
  b: Uint8Array,
  start: number,
  end: number,
  options: DecodeOptions | undefined,
): AnyMessage {
  const codec = (type as RuntimeType)[codecSymbol];
  const message = new codec.messageClass();
  const depth = prepare(options);
  try {
    if (end - start > 0x7fffffff) throw new Malformed("2 GiB or more", start, true, -1);
    codec.read(b, start, end, depth, message, -1);
  } catch (error) {
    throw decodeError(type, b, start, end, error);
  } finally {
    releaseView();
  }
  if (codec.missing !== undefined && options?.allowPartial !== true) {
    const paths = codec.missing(type, message);
    if (paths.length > 0) {
      const at = {
        reason: "BOWLINE_DECODE_REQUIRED",
        typeName: type.typeName,
        path: paths[0]!,
        offset: end - start,
      } as const;
      throw new DecodeError(`required and not set: ${paths.join(", ")}`, at);
    }
  }
  return message;
}

/** Sets the cursor up for a decode; returns the levels of nesting that are allowed. */
export function prepare(options: DecodeOptions | undefined): number {
  const limits = limitsOf(options?.limits);
  cursor.memory = limits.elementMemoryBytes;
  cursor.unknown = limits.unknownFields;
  cursor.keepUnknown = options?.keepUnknownFields !== false;
  cursor.messageSet = options?.messageSet === true;
  return limits.depth;
}

/**
 * The limits of a decode, defaults filled in. One that is not a number would never be passed: it is refused rather than
 * taken for none. `Infinity` is none.
 */
export function limitsOf(limits: DecodeLimits | undefined): Required<DecodeLimits> {
  if (limits === undefined) return defaultLimits;
  const all = { ...defaultLimits };
  for (const name of Object.keys(all) as (keyof DecodeLimits)[]) {
    const limit: unknown = limits[name];
    if (limit === undefined) continue;
    if (typeof limit !== "number" || !(limit >= 0)) {
      throw new TypeError(`limits.${name} has to be a number from 0 to Infinity, got ${limit}`);
    }
    all[name] = limit;
  }
  return all;
}

/** What leaves a decode of `b[start, end)` for whatever was thrown inside. */
export function decodeError(
  type: MessageType,
  b: Uint8Array,
  start: number,
  end: number,
  error: unknown,
): DecodeError {
  const known = error instanceof Malformed;
  const offset = known ? error.offset : start;
  const inside = known ? error.inside : -1;
  // with a raised limit the stack may be full before it is reached
  const full = error instanceof RangeError && error.message.includes("call stack");
  return new DecodeError(
    known
      ? error.detail
      : full
        ? "nested deeper than the stack holds: lower limits.depth"
        : String(error),
    {
      reason: full || (known && error.limit) ? "BOWLINE_DECODE_LIMIT" : "BOWLINE_DECODE_MALFORMED",
      typeName: type.typeName,
      path: inside < start ? "" : pathAt(type.desc, b, start, end, inside),
      offset: offset - start,
    },
    known ? undefined : { cause: error },
  );
}

/**
 * The input as a plain `Uint8Array`: subclasses (Node's `Buffer`) are seen through, as mixed receivers would slow every
 * decode down.
 */
function plain(type: MessageType, bytes: Uint8Array): Uint8Array {
  if (bytes?.constructor === Uint8Array) return bytes;
  if (!isBytes(bytes))
    throw new TypeError(
      `${type.typeName}.decode takes a Uint8Array, got ${bytes === null ? "null" : typeof bytes}`,
    );
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
