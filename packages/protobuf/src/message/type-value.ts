import type { FileHandle } from "../descriptor/file-handle.js";
import type { DescMessage } from "../descriptor/model.js";
import {
  type Codec,
  codecSymbol,
  type MessageClass,
  type RuntimeType,
  typeSymbol,
} from "./codec.js";
import { create } from "./create.js";
import { decode } from "./decode.js";
import { encode } from "./encode.js";
import { inspectForm, logForm } from "./log-form.js";
import type { DecodeOptions, EncodeOptions, MessageType } from "./message-type.js";

/**
 * Makes the type value of a generated message.
 * @param types The types of its message fields: nothing calls it, but it keeps them in a bundle beside this one, for the
 * codecs that go by descriptor.
 * @param missing Finds a LEGACY_REQUIRED field that is not set, for messages that can have one in their tree.
 */
export function messageType<T extends object, I>(
  file: Pick<FileHandle, "message" | "register">,
  index: number,
  typeName: string,
  messageClass: MessageClass<T>,
  types?: () => readonly MessageType[],
  missing?: Codec["missing"],
): MessageType<T, I> {
  const { read, write } = messageClass as unknown as MessageClass;
  const codec: Codec = {
    messageClass: messageClass as unknown as MessageClass,
    read,
    write,
    missing,
    lastSize: 0,
    types,
  };
  const type: RuntimeType = {
    typeName,
    get desc(): DescMessage {
      return file.message(index);
    },
    create: (init?: unknown) => (init === undefined ? new messageClass() : create(type, init)),
    decode: (bytes: Uint8Array, options?: DecodeOptions) => decode(type, bytes, options),
    encode: (message: unknown, options?: EncodeOptions) => encode(type, message, options),
    is: (value: unknown): boolean =>
      typeof value === "object" &&
      value !== null &&
      (value as Partial<Record<typeof typeSymbol, MessageType>>)[typeSymbol]?.typeName === typeName,
    [codecSymbol]: codec,
  } as RuntimeType;
  Object.defineProperty(type, codecSymbol, { enumerable: false });
  Object.defineProperties(messageClass.prototype, {
    [typeSymbol]: { value: type },
    toJSON: {
      value(this: object) {
        return logForm(type, this);
      },
      configurable: true,
      writable: true,
    },
    [Symbol.for("nodejs.util.inspect.custom")]: {
      value(this: object, depth: number, options: unknown, inspect: unknown) {
        return inspectForm(type, this, depth, options, inspect);
      },
      configurable: true,
    },
  });
  file.register(index, type);
  return type as MessageType<T, I>;
}
