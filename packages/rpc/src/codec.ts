import type { DecodeOptions, EncodeOptions, MessageType } from "@bowline/protobuf";
import { decodeRange, encodeInto } from "@bowline/protobuf/internal";
import { quote } from "./option-names.js";
import { RpcError } from "./rpc-error.js";
import type { BodySink, ByteSink } from "./transport/byte-sink.js";

/** How messages become bytes. Built in: {@link binaryCodec}, and `jsonCodec` from `@bowline/rpc/json`. */
export interface Codec {
  /** The subtype in content types: `proto` for `application/proto`, `json` for `application/json`. */
  readonly name: string;
  /**
   * Reads a message from `bytes[start, end)`, which it may share memory with.
   * @throws DecodeError, JsonError or an `RpcError` for input that is not a message of the type.
   */
  decode<T>(type: MessageType<T>, bytes: Uint8Array, start: number, end: number): T;
  /**
   * Writes a message or an init literal.
   * @throws EncodeError or JsonError naming the path of a wrong value.
   */
  encode(type: MessageType, message: unknown, sink: ByteSink, options?: CodecEncodeOptions): void;
}

/** What a protocol asks of an encoder. */
export interface CodecEncodeOptions {
  /** Equal messages give equal bytes, so that caches recognise requests. A codec that cannot may ignore it. */
  readonly deterministic?: boolean;
}

/**
 * Checks a codec where a server or channel is made.
 * @param of whose it is, as messages name it: `a channel's codec`.
 * @throws RpcError `invalid_argument` for what is none.
 */
export function checkCodec(of: string, codec: Codec): void {
  const { name, encode, decode } = (codec ?? {}) as Partial<Codec>;
  const isCodec = typeof encode === "function" && typeof decode === "function";
  if (isCodec && typeof name === "string" && name !== "") return;
  throw new RpcError(
    "invalid_argument",
    `${of} must be a codec with name, encode and decode, such as jsonCodec of @bowline/rpc/json; it is ${quote(codec)}`,
    { reason: "BOWLINE_OPTION" },
  );
}

/** Options of {@link createBinaryCodec}. */
export interface BinaryCodecOptions {
  readonly decode?: DecodeOptions;
  readonly encode?: EncodeOptions;
}

/** The binary codec with other options, such as lower limits. */
export function createBinaryCodec(options: BinaryCodecOptions = {}): Codec {
  return {
    name: "proto",
    decode: <T>(type: MessageType<T>, bytes: Uint8Array, start: number, end: number) =>
      bytes.constructor === Uint8Array
        ? (decodeRange(type, bytes, start, end, options.decode) as T)
        : type.decode(bytes.subarray(start, end), options.decode),
    encode: (type, message, sink, asked) => {
      const own = options.encode;
      const chosen = asked?.deterministic === true ? { ...own, deterministic: true } : own;
      const rest = encodeInto(type, message, (sink as Partial<BodySink>).target, chosen);
      if (rest !== undefined) sink.append(rest);
    },
  };
}

/** The protobuf binary format, with its default limits. */
export const binaryCodec: Codec = /*@__PURE__*/ createBinaryCodec();
