import type { Extension } from "./message/extension.js";
import type { MessageType } from "./message/message-type.js";

/** Types and extensions by name, for `Any` and for extensions in JSON and text. */
export interface Registry {
  /** The message type with this fully qualified name, or `undefined`. */
  message(typeName: string): MessageType | undefined;
  /** The extension with this fully qualified name, or `undefined`. */
  extension(typeName: string): Extension | undefined;
  /** The extension of a message type with this field number, or `undefined`. */
  extensionByNumber(extendee: string, number: number): Extension | undefined;
}
