import type { DescMessage } from "../descriptor/model.js";

/** Bounds of one decode. Each is on by default and can be lowered or raised. */
export interface DecodeLimits {
  /** Nesting of messages, groups, `Any`, `Struct` and JSON values. Default 100, as in the official runtimes. */
  readonly depth?: number;
  /** Unknown fields in the whole tree. Default 1,000,000. */
  readonly unknownFields?: number;
  /**
   * Estimated heap bytes that the decoded value may take. Default 32 MiB. The estimate: 8 a number, 24 a bigint,
   * 24 and the length a string, 112 a `bytes` value, 192 and its bytes a typed array, 64 a map entry; 64 a message, and
   * for each of its members 8, a oneof 48, a list 64, a map 192; 192 a run of unknown fields, 96 a number in a packed
   * list that its closed enum does not declare.
   */
  readonly elementMemoryBytes?: number;
}

/** Options of {@link MessageType.decode}. */
export interface DecodeOptions {
  readonly limits?: DecodeLimits;
  /** Keep fields that the schema does not know, so that they are written again. Default true. */
  readonly keepUnknownFields?: boolean;
  /** Accept a message without its LEGACY_REQUIRED fields. Default false. */
  readonly allowPartial?: boolean;
  /**
   * Take the items of messages that declare the MessageSet wire format as their extensions. Default false: items stay
   * unknown fields as they came, and are written so.
   */
  readonly messageSet?: boolean;
}

/** Options of {@link MessageType.encode}. */
export interface EncodeOptions {
  /**
   * Maps sorted by key, so that equal messages of one schema version give equal bytes, as long as their unknown fields
   * (extensions among them) stand in the same order. Default false.
   */
  readonly deterministic?: boolean;
  /** Write the unknown fields. Default true. */
  readonly writeUnknownFields?: boolean;
  /** Write a message without its LEGACY_REQUIRED fields. Default false. */
  readonly allowPartial?: boolean;
}

/**
 * The value side of a generated message name: `User.create({ … })`, `User.decode(bytes)`.
 * `T` is the message, `I` what it is made from: a literal in which every field may be left out.
 */
// biome-ignore lint/suspicious/noExplicitAny: the type of any message; a narrower bound would refuse inference.
export interface MessageType<T = any, I = any> {
  /** Fully qualified name, `greet.v1.GreetRequest`. */
  readonly typeName: string;
  /** The descriptor: fields, oneofs, options. Built on first use. */
  readonly desc: DescMessage;
  /**
   * A new message with the fields of `init` and defaults for the rest. Nested literals become messages, object
   * literals and entries become maps; values are taken over, not copied. A wrong value or an unknown field name is an
   * `EncodeError` (a `TypeError`) that names its path.
   */
  create(init?: I): T;
  /**
   * Reads a message. `bytes` fields share the memory of the input, which therefore must not be written afterwards (and
   * not by another thread meanwhile): copy what comes out of a reused buffer.
   * @throws DecodeError with type name, field path and byte offset.
   */
  decode(bytes: Uint8Array, options?: DecodeOptions): T;
  /**
   * Writes a message, an init literal or a spread copy. The bytes are the caller's; a small array lies in a block of
   * memory that other results share (as Node's small buffers do), so hand on the array, not its `buffer`.
   * @throws EncodeError naming the field path of a wrong value.
   */
  encode(message: I, options?: EncodeOptions): Uint8Array;
  /** Whether the value is a message of this type, made by `create` or a decoder. Spread copies are not. */
  is(value: unknown): value is T;
}

/** The message of a type: `MessageOf<typeof User>`. */
// biome-ignore lint/suspicious/noExplicitAny: inference over all init types.
export type MessageOf<M extends MessageType> = M extends MessageType<infer T, any> ? T : never;

/** What a type's messages can be made from: `InitOf<typeof User>`. */
// biome-ignore lint/suspicious/noExplicitAny: inference over all message types.
export type InitOf<M extends MessageType> = M extends MessageType<any, infer I> ? I : never;
