import type { DecodeLimits } from "../message/message-type.js";
import type { Registry } from "../registry.js";

/** Options of `toText`. */
export interface TextWriteOptions {
  /** Everything on one line. Default false. */
  readonly singleLine?: boolean;
  /** Spaces a level of nesting, up to 10. Default 2. */
  readonly indent?: number;
  /** Knows the messages in `google.protobuf.Any` and the extensions. Without it an `Any` shows its bytes, and extensions are unknown fields. */
  readonly registry?: Registry;
  /**
   * Leave out what may be secret: fields marked `debug_redact`, unknown fields, and the bytes of an `Any` whose type the
   * registry does not know. Default false.
   */
  readonly redact?: boolean;
  /**
   * Write unknown fields by their numbers. `fromText` reads them only to pass over them (`ignoreUnknown`), since their
   * types are not known. Default false.
   */
  readonly unknownFields?: boolean;
  /** `depth` (default 100): what is written can be read again under the same limit. The others bound what `Any` holds. */
  readonly limits?: DecodeLimits;
}

/** Options of `fromText`. */
export interface TextReadOptions {
  /** Pass over fields, extensions and enum value names that the schema does not know. Default false: they are errors. */
  readonly ignoreUnknown?: boolean;
  /** Knows the messages in `google.protobuf.Any` and the extensions. Default: none. */
  readonly registry?: Registry;
  /** Accept a message without its LEGACY_REQUIRED fields. Default false. */
  readonly allowPartial?: boolean;
  /**
   * Bounds of the decode. Each message is a level of `depth`, as in binary; so is each message in a value that is
   * passed over. `unknownFields` counts the values that are passed over.
   */
  readonly limits?: DecodeLimits;
}
