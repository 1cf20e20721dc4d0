import {
  fromJsonBytes,
  type JsonReadOptions,
  type JsonWriteOptions,
  toJsonBytes,
} from "@bowline/protobuf/json";
import type { Codec } from "./codec.js";

/** Options of {@link createJsonCodec}. */
export interface JsonCodecOptions {
  /** Default: fields that the schema does not know are passed over, because schemas evolve on one side first. */
  readonly read?: JsonReadOptions;
  readonly write?: JsonWriteOptions;
}

/** The JSON codec with other options: a registry for `Any`, strict reading, lower limits. */
export function createJsonCodec(options: JsonCodecOptions = {}): Codec {
  const read: JsonReadOptions = { ignoreUnknownFields: true, ...options.read };
  return {
    name: "json",
    decode: (type, bytes, start, end) => fromJsonBytes(type, bytes.subarray(start, end), read),
    encode(type, message, sink) {
      const whole = type.is(message) ? message : type.create(message);
      sink.append(toJsonBytes(type, whole, options.write));
    },
  };
}

/** ProtoJSON. Fields that the schema does not know are passed over when reading. */
export const jsonCodec: Codec = /*@__PURE__*/ createJsonCodec();
