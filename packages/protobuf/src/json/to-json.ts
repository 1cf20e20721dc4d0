import { limitsOf } from "../message/decode.js";
import type { MessageType } from "../message/message-type.js";
import type { ViewType } from "../view/view-type.js";
import { allocate, utf8Slice } from "../wire/platform.js";
import { guarded } from "./failure.js";
import { indented } from "./indentation.js";
import type { JsonValue } from "./json-value.js";
import type { JsonWriteOptions } from "./options.js";
import { planOf } from "./plan.js";
import { checkRequired } from "./required.js";
import { utf8 } from "./utf8.js";
import { writeMessage } from "./write-message.js";
import { room, useBuffer, writeJson, writer } from "./write-value.js";

/**
 * Writes a message, an init literal, a spread copy or a view as ProtoJSON text. A view is written as it is read: nothing
 * is decoded as a whole.
 * @throws JsonError with the field path of a value that the field, or JSON, cannot hold.
 */
export function toJsonString<T, I>(
  type: MessageType<T, I>,
  message: I,
  options?: JsonWriteOptions,
): string;
export function toJsonString<V>(
  type: ViewType<V>,
  view: NoInfer<V>,
  options?: JsonWriteOptions,
): string;
export function toJsonString(
  type: MessageType | ViewType,
  message: unknown,
  options: JsonWriteOptions = {},
): string {
  const json = write(type as MessageType, message, options, (start, p) =>
    utf8Slice ? utf8Slice.call(writer.b, start, p) : decoder.decode(writer.b.subarray(start, p)),
  );
  return options.indent! > 0 ? indented(json, Math.min(options.indent!, 10)) : json;
}

/**
 * Writes a message as ProtoJSON in UTF-8: what {@link toJsonString} writes, without the string in between. The bytes
 * are the caller's; a small array lies in a block of memory that other results share, so hand on the array, not its
 * `buffer`.
 * @throws JsonError with the field path of a value that the field, or JSON, cannot hold.
 */
export function toJsonBytes<T, I>(
  type: MessageType<T, I>,
  message: I,
  options?: JsonWriteOptions,
): Uint8Array;
export function toJsonBytes<V>(
  type: ViewType<V>,
  view: NoInfer<V>,
  options?: JsonWriteOptions,
): Uint8Array;
export function toJsonBytes(
  type: MessageType | ViewType,
  message: unknown,
  options: JsonWriteOptions = {},
): Uint8Array {
  return (options.indent ?? 0) > 0
    ? utf8(toJsonString(type as MessageType, message, options))
    : write(type as MessageType, message, options, handedOut);
}

/** Small results share the buffer, which is not written there again; large ones get memory of their own. */
function handedOut(start: number, p: number): Uint8Array {
  const { b } = writer;
  if (p - start <= smallBytes && b.length === bufferBytes) {
    writer.start = p;
    return b.subarray(start, p);
  }
  const whole = allocate(p - start);
  whole.set(b.subarray(start, p));
  return whole;
}

/**
 * Turns a message into a JSON value. 64-bit integers are strings in it, as ProtoJSON wants.
 * @throws JsonError with the field path of a value that the field, or JSON, cannot hold.
 */
export function toJson<T, I>(
  type: MessageType<T, I>,
  message: I,
  options?: Omit<JsonWriteOptions, "indent">,
): JsonValue;
export function toJson<V>(
  type: ViewType<V>,
  view: NoInfer<V>,
  options?: Omit<JsonWriteOptions, "indent">,
): JsonValue;
export function toJson(
  type: MessageType | ViewType,
  message: unknown,
  options?: Omit<JsonWriteOptions, "indent">,
): JsonValue {
  return JSON.parse(
    toJsonString(type as MessageType, message, { ...options, indent: 0 } as JsonWriteOptions),
  ) as JsonValue;
}

const decoder = /*@__PURE__*/ new TextDecoder("utf-8", { ignoreBOM: true });
const keptBuffer = 1 << 20;
const bufferBytes = 1 << 16;
const smallBytes = 1 << 12;
let busy = false;

function write<R>(
  type: MessageType,
  message: unknown,
  options: JsonWriteOptions,
  result: (start: number, end: number) => R,
): R {
  return withWriter(options, () =>
    guarded(type, false, () => {
      const plan = planOf(type.desc);
      const end = writeMessage(writer.start, plan, message);
      if (!options.allowPartial) checkRequired(plan.type, message, -1);
      return result(writer.start, end);
    }),
  );
}

/** A JSON value as bytes, with eight bytes 0 behind them. `depth` is the limit of a message: each of its levels takes two of JSON, which count double here. */
export function jsonBytes(json: JsonValue, depth: number): Uint8Array {
  return withWriter({}, () => {
    writer.depth = 4 * depth + 8;
    const p = writeJson(writer.start, json);
    room(p, 8).fill(0, p, p + 8);
    return writer.b.slice(writer.start, p + 8);
  });
}

/** Sets the options, and a buffer of its own inside of another encode (a registry or a getter may encode). */
function withWriter<R>(options: JsonWriteOptions, work: () => R): R {
  const { depth } = limitsOf(options.limits);
  const outer = busy ? { ...writer } : undefined;
  if (outer || writer.b.length - writer.start < smallBytes) {
    useBuffer(bufferBytes);
    writer.start = 0;
  }
  busy = true;
  writer.depth = depth + 1;
  writer.options = options;
  try {
    return work();
  } finally {
    if (writer.b.length > keptBuffer) useBuffer(0);
    if (outer) Object.assign(writer, outer);
    else busy = false;
  }
}
