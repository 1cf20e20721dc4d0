import type { DecodeLimits } from "../message/message-type.js";
import type { Registry } from "../registry.js";

/** Options of `toJson`, `toJsonString` and `toJsonBytes`. */
export interface JsonWriteOptions {
  /** Write fields without presence that hold their default: zeros, empty strings, lists and maps. Default false. */
  readonly emitDefaults?: boolean;
  /** Name fields as the schema does (`user_id`) instead of `userId`. Default false. */
  readonly protoNames?: boolean;
  /** Write enum values as their numbers. Default false: as names. */
  readonly enumsAsNumbers?: boolean;
  /** Spaces a level of indentation, up to 10. Default 0: everything on one line, without spaces. */
  readonly indent?: number;
  /** Knows the messages in `google.protobuf.Any` and the extensions. Without it `Any` fails, extensions are left out. */
  readonly registry?: Registry;
  /** Write a message without its LEGACY_REQUIRED fields. Default false. */
  readonly allowPartial?: boolean;
  /** Leave out fields marked `debug_redact`, so that the result is still ProtoJSON of the type. Default false. */
  readonly redact?: boolean;
  /** `depth` (default 100): what is written can be read again under the same limit. The others bound what `Any` holds. */
  readonly limits?: DecodeLimits;
}

/** Options of `fromJson`, `fromJsonString` and `fromJsonBytes`. */
export interface JsonReadOptions {
  /** Pass over fields and enum value names that the schema does not know. Default false: they are errors. */
  readonly ignoreUnknownFields?: boolean;
  /** Knows the messages in `google.protobuf.Any` and the extensions. Default: none. */
  readonly registry?: Registry;
  /** Accept a message without its LEGACY_REQUIRED fields. Default false. */
  readonly allowPartial?: boolean;
  /**
   * Bounds of the decode. Each message is a level of `depth`, as in binary; so is each array or object in a value that
   * is passed over. `unknownFields` counts the values that are passed over.
   */
  readonly limits?: DecodeLimits;
}
