import { DecodeError } from "../errors.js";
import type { DecodeOptions, EncodeOptions, MessageType } from "../message/message-type.js";
import { varint, varintSize } from "../wire/output.js";
import { isBytes } from "../wire/write-scalar.js";

/** Where the next message of a delimited stream begins and how many bytes it takes. */
export interface DelimitedHead {
  /** The position of its first byte, behind the length. */
  readonly offset: number;
  /** Its length in bytes. */
  readonly size: number;
}

/** Options of {@link decodeDelimitedStream}. */
export interface DelimitedStreamOptions extends DecodeOptions {
  /** A longer message is an error before it is buffered. Default 4 MiB, the same as for received RPC messages. */
  readonly maxMessageBytes?: number;
}

const defaultMaxMessageBytes = 4 << 20;

/**
 * Writes one message, or several in order, each behind its length as a varint: the format of `writeDelimitedTo` in other
 * runtimes.
 * @throws EncodeError naming the field path of a wrong value.
 */
export function encodeDelimited<T, I>(
  type: MessageType<T, I>,
  messages: NoInfer<T | I> | Iterable<NoInfer<T | I>>,
  options?: EncodeOptions,
): Uint8Array {
  const several = typeof messages === "object" && messages !== null && Symbol.iterator in messages;
  const bodies: Uint8Array[] = [];
  let size = 0;
  for (const message of several ? (messages as Iterable<I>) : [messages as I]) {
    const body = type.encode(message, options);
    bodies.push(body);
    size += varintSize(body.length) + body.length;
  }
  const whole = new Uint8Array(size);
  let p = 0;
  for (const body of bodies) {
    p = varint(whole, p, body.length);
    whole.set(body, p);
    p += body.length;
  }
  return whole;
}

/**
 * Reads the length in front of a delimited message at `start`, `undefined` if its last byte is not there yet. The message
 * itself may still be incomplete.
 * @throws DecodeError if the length is 2 GiB or more, or takes more than five bytes; `TypeError` if `start` is no
 * position.
 */
export function peekDelimited(bytes: Uint8Array, start = 0): DelimitedHead | undefined {
  checkBytes(bytes);
  if (!Number.isInteger(start) || start < 0)
    throw new TypeError(`peekDelimited: start is a position in the bytes, not ${String(start)}`);
  return peek("a delimited message", bytes, start, bytes.length, 0);
}

function checkBytes(bytes: unknown): void {
  if (!isBytes(bytes)) throw new TypeError("a delimited stream in memory is a Uint8Array");
}

function peek(
  typeName: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  base: number,
): DelimitedHead | undefined {
  let size = 0;
  for (let i = 0; i < 5; i++) {
    const p = start + i;
    if (p >= end) return undefined;
    const byte = bytes[p]!;
    if (i === 4 && byte > 7) break;
    size += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { offset: p + 1, size };
  }
  const detail =
    "the length of a delimited message is 2 GiB or more, or takes more than five bytes";
  throw new DecodeError(detail, {
    reason: "BOWLINE_DECODE_MALFORMED",
    typeName,
    path: "",
    offset: base + start,
  });
}

function cut(typeName: string, offset: number): DecodeError {
  return new DecodeError("the stream ends inside a delimited message", {
    reason: "BOWLINE_DECODE_MALFORMED",
    typeName,
    path: "",
    offset,
  });
}

/**
 * The messages of a delimited stream that is in memory, decoded one by one as the caller asks for them. `bytes` fields
 * share the memory of the input.
 * @throws DecodeError for a message that does not decode, and for an end inside a message. Its offset counts from the
 * message where that is what does not decode, from the start of the stream otherwise.
 */
export function* decodeDelimited<T>(
  type: MessageType<T>,
  bytes: Uint8Array,
  options?: DecodeOptions,
): Generator<T, void, undefined> {
  checkBytes(bytes);
  for (let p = 0; p < bytes.length; ) {
    const head = peek(type.typeName, bytes, p, bytes.length, 0);
    const end = head === undefined ? Number.POSITIVE_INFINITY : head.offset + head.size;
    if (head === undefined || end > bytes.length) throw cut(type.typeName, p);
    yield type.decode(bytes.subarray(head.offset, end), options);
    p = end;
  }
}

/**
 * The messages of a delimited stream that arrives in chunks, cut anywhere. `bytes` fields share the memory of the chunks,
 * so a chunk must not be written to after it was handed over. Ending the iteration early ends the source. At most one
 * incomplete message and one chunk are held.
 * @throws DecodeError as {@link decodeDelimited}, and for a message longer than `maxMessageBytes`; `TypeError` if that is no
 * number of bytes.
 */
export async function* decodeDelimitedStream<T>(
  type: MessageType<T>,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: DelimitedStreamOptions = {},
): AsyncGenerator<T, void, undefined> {
  const max: unknown = options.maxMessageBytes ?? defaultMaxMessageBytes;
  if (typeof max !== "number" || !(max >= 0))
    throw new TypeError(`maxMessageBytes is a number of bytes, 0 or more, not ${String(max)}`);
  const pending = new Pending(type.typeName, max);
  for await (const chunk of source) {
    pending.add(chunk);
    for (let message = pending.take(); message !== undefined; message = pending.take()) {
      yield type.decode(message, options);
    }
  }
  pending.end();
}

/** The bytes of a stream that have not been taken yet: `buffer[start, end)`. */
class Pending {
  readonly #typeName: string;
  readonly #maxBytes: number;
  #buffer: Uint8Array = new Uint8Array();
  #start = 0;
  #end = 0;
  /** Whether the buffer is ours, so that there may be room behind `end`. */
  #owned = false;
  /** The position of `buffer[0]` in the stream. */
  #base = 0;

  constructor(typeName: string, maxBytes: number) {
    this.#typeName = typeName;
    this.#maxBytes = maxBytes;
  }

  add(chunk: Uint8Array): void {
    if (!isBytes(chunk)) throw new TypeError("a delimited stream is made of Uint8Array chunks");
    const held = this.#end - this.#start;
    if (held === 0) {
      this.#base += this.#start;
      this.#buffer = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#owned = false;
      return;
    }
    const need = held + chunk.length;
    if (!this.#owned || this.#end + chunk.length > this.#buffer.length) {
      // twice as much as needed: a message in one-byte chunks is not copied once a chunk
      const bigger = new Uint8Array(Math.max(need * 2, 1024));
      bigger.set(this.#buffer.subarray(this.#start, this.#end));
      this.#base += this.#start;
      this.#buffer = bigger;
      this.#start = 0;
      this.#end = held;
      this.#owned = true;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The bytes of the next message, `undefined` while it is incomplete. Bytes given out are never written again. */
  take(): Uint8Array | undefined {
    const head = peek(this.#typeName, this.#buffer, this.#start, this.#end, this.#base);
    if (head === undefined) return undefined;
    if (head.size > this.#maxBytes) {
      const detail = `a message of ${head.size} bytes; the limit is ${this.#maxBytes} (maxMessageBytes)`;
      const offset = this.#base + this.#start;
      throw new DecodeError(detail, {
        reason: "BOWLINE_DECODE_LIMIT",
        typeName: this.#typeName,
        path: "",
        offset,
      });
    }
    const end = head.offset + head.size;
    if (end > this.#end) return undefined;
    this.#start = end;
    return this.#buffer.subarray(head.offset, end);
  }

  end(): void {
    if (this.#start < this.#end) throw cut(this.#typeName, this.#base + this.#start);
  }
}
