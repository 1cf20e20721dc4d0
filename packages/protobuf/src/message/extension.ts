import type { DescField } from "../descriptor/model.js";
import type { MessageClass } from "./codec.js";
import type { MessageType } from "./message-type.js";

/** The key of an extension's codec. */
export const holderSymbol: unique symbol = Symbol.for("bowline.protobuf.extension") as never;

/**
 * A generated extension: `getExtension(options, myOption)`. `E` is the message that is extended, `V` the value.
 */
export interface Extension<E = unknown, V = unknown> {
  /** Fully qualified name of the extension field. */
  readonly typeName: string;
  readonly desc: DescField;
  /** The type that is extended. */
  readonly extendee: MessageType<E>;
  /** A message class with the one member `value`, that reads and writes the field. */
  readonly [holderSymbol]: MessageClass<{ value: V }>;
}
