import { limitsOf } from "../message/decode.js";
import type { MessageType } from "../message/message-type.js";
import { cursor } from "../wire/cursor.js";
import { utf8Length, utf8Write } from "../wire/platform.js";
import { isBytes } from "../wire/write-scalar.js";
import { guarded } from "./failure.js";
import type { JsonValue } from "./json-value.js";
import type { JsonReadOptions } from "./options.js";
import { planOf } from "./plan.js";
import { readMessage } from "./read-message.js";
import { checkRequired } from "./required.js";
import { jsonBytes } from "./to-json.js";
import { peek, reader, unexpected } from "./tokenizer.js";
import { utf8 } from "./utf8.js";

/**
 * Reads a message from ProtoJSON text.
 * @throws JsonError with the field path and the byte offset in the UTF-8 of the text.
 */
export function fromJsonString<T>(
  type: MessageType<T>,
  json: string,
  options?: JsonReadOptions,
): T {
  if (typeof json !== "string") throw new TypeError("fromJsonString takes a string");
  return read(
    type,
    true,
    () => {
      const n = utf8Length(json);
      const b = room(n);
      if (utf8Write === undefined) b.set(utf8(json));
      else utf8Write.call(b, json, 0);
      // A lone surrogate became U+FFFD; a byte that no UTF-8 has makes the reader find it, and name its path.
      const lone = n === json.length ? -1 : json.search(/\p{Surrogate}/u);
      if (lone >= 0) b[utf8Length(json.slice(0, lone))] = 255;
    },
    options,
  );
}

/**
 * Reads a message from ProtoJSON in UTF-8, without a byte order mark. The message does not share the memory of `json`.
 * @throws JsonError with the field path and the byte offset.
 */
export function fromJsonBytes<T>(
  type: MessageType<T>,
  json: Uint8Array,
  options?: JsonReadOptions,
): T {
  if (!isBytes(json)) throw new TypeError("fromJsonBytes takes a Uint8Array");
  return read(type, true, () => room(json.length).set(json), options);
}

/**
 * Reads a message from a JSON value, such as `JSON.parse` returns. Integers past 2^53 are exact only as strings.
 * @throws JsonError with the field path.
 */
export function fromJson<T>(type: MessageType<T>, json: JsonValue, options?: JsonReadOptions): T {
  return read(
    type,
    false,
    () => {
      use(jsonBytes(json, limitsOf(options?.limits).depth));
      reader.n = reader.b.length - 8;
    },
    options,
  );
}

const keptBuffer = 1 << 20;

/** A buffer for the reader with room for `n` bytes, and eight bytes 0 behind them: the one from before, if it is large enough. */
function room(n: number): Uint8Array {
  if (reader.b.length < n + 8) use(new Uint8Array(Math.max(n + 8, 1 << 16)));
  reader.n = n;
  return reader.b.fill(0, n, n + 8);
}

function use(b: Uint8Array): void {
  reader.b = b;
  reader.view = new DataView(b.buffer, b.byteOffset, b.length);
}

let busy = false;

function read<T>(
  type: MessageType<T>,
  hasText: boolean,
  input: () => void,
  options: JsonReadOptions = {},
): T {
  const limits = limitsOf(options.limits);
  // A registry that decodes JSON gets a state of its own.
  const outer = busy ? { ...reader } : undefined;
  if (busy) use(new Uint8Array(0));
  const memory = cursor.memory;
  busy = true;
  try {
    return guarded(type, hasText, () => {
      input();
      reader.p = 0;
      // The outermost message is no level of nesting, as in binary.
      reader.depth = limits.depth + 1;
      reader.unknown = limits.unknownFields;
      reader.options = options;
      cursor.memory = limits.elementMemoryBytes;
      const message = readMessage(planOf(type.desc)) as T;
      if (peek() !== 0 || reader.p !== reader.n) unexpected("the end");
      if (!options.allowPartial) checkRequired(type, message, reader.p);
      return message;
    });
  } finally {
    cursor.memory = memory;
    if (reader.n > keptBuffer) use(new Uint8Array(0));
    if (outer) Object.assign(reader, outer);
    else busy = false;
  }
}
