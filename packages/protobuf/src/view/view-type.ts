import type { DescMessage } from "../descriptor/model.js";
import type { DecodeLimits, EncodeOptions, MessageType } from "../message/message-type.js";

/** Options of {@link ViewType.decode}. */
export interface ViewDecodeOptions {
  /**
   * `"eager"` (the default) checks the whole input at once, as `decode` of the message would: structure, nesting,
   * limits, UTF-8, LEGACY_REQUIRED fields. Reading such a view never fails. `"on-access"` checks what is read when it is
   * read, which then may throw a `DecodeError`; what nobody reads is not checked, and LEGACY_REQUIRED fields are not
   * looked for.
   */
  readonly validate?: "eager" | "on-access";
  /** As for messages. With `"on-access"` all that is read of one view's tree takes from one budget. */
  readonly limits?: DecodeLimits;
  /** Keep fields that the schema does not know. Default true. Without them an untouched view is not encoded by copying. */
  readonly keepUnknownFields?: boolean;
  /** Accept a message without its LEGACY_REQUIRED fields. Default false. */
  readonly allowPartial?: boolean;
  /** Take the items of messages that declare the MessageSet wire format as their extensions. Default false. */
  readonly messageSet?: boolean;
}

/**
 * What every view has beside the fields of its message. A view is read-only, and its bytes are never written. Lists, maps
 * and oneofs that it holds are made at their first touch and read-only by their types: freezing each would cost more than
 * making it.
 */
export interface View<T = unknown> {
  /**
   * The view's own bytes, a valid encoding of it. They share the memory of the input, unless the message came in several
   * fragments: then they are the fragments behind one another, copied. Do not write to them.
   */
  readonly $bytes: Uint8Array;
  /**
   * The message, decoded as a whole. It shares the memory of the input in its `bytes` fields.
   * @throws DecodeError if the view is not validated and its bytes are malformed. A validated view always converts.
   */
  $toMessage(): T;
  /** The same view over a copy of its own bytes: one record that is kept then does not keep its whole batch alive. */
  $detach(): this;
}

/**
 * The value side of a generated view name: `UserView.decode(bytes)`. `V` is the view, `T` the message it is one of.
 * Views read like messages, and cost what is read: nested messages, lists and maps are views that share the buffer.
 */
// biome-ignore lint/suspicious/noExplicitAny: the type of any view; a narrower bound would refuse inference.
export interface ViewType<V = any, T = any> {
  /** Fully qualified name of the message, `greet.v1.GreetRequest`. */
  readonly typeName: string;
  /** The message's descriptor. */
  readonly desc: DescMessage;
  /** The message's type. */
  readonly message: MessageType<T>;
  /**
   * A view of a message. The input must not be written as long as any part of the view is in use: everything that is
   * read later is read from it. Take a copy of what comes out of a reused buffer.
   * @throws DecodeError with type name, field path and byte offset.
   */
  decode(bytes: Uint8Array, options?: ViewDecodeOptions): V;
  /**
   * The bytes of a view: copied as they came, so that unknown fields and their order stay. `deterministic` and
   * `writeUnknownFields: false` write the message anew.
   */
  encode(view: V, options?: EncodeOptions): Uint8Array;
  /** Whether the value is a view of this type. Messages are not. */
  is(value: unknown): value is V;
}
