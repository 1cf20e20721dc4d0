import type { FileHandle } from "../descriptor/file-handle.js";
import type { DescMessage } from "../descriptor/model.js";
import {
  type AnyMessage,
  type Codec,
  codecSymbol,
  type MessageClass,
  type RuntimeType,
  typeOfMessage,
  typeSymbol,
} from "./codec.js";
import { create } from "./create.js";
import { decode } from "./decode.js";
import { encode } from "./encode.js";
import { inspectForm, logForm } from "./log-form.js";
import type { DecodeOptions, EncodeOptions, MessageType } from "./message-type.js";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * All type values have the same hidden class, which makes their members quick to find. That takes members that are
 * added (an attribute that is changed afterwards makes a dictionary of an object) and a getter on the prototype.
 */
class TypeValue {
  declare [codecSymbol]: Codec;
  get desc(): DescMessage {
    return this[codecSymbol].desc();
  }
}

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
    desc: () => file.message(index),
  };
  const type = new TypeValue() as unknown as Writable<RuntimeType>;
  type.typeName = typeName;
  type.create = (init?: unknown) => (init === undefined ? new messageClass() : create(type, init));
  type.decode = (bytes: Uint8Array, options?: DecodeOptions) => decode(type, bytes, options);
  type.encode = (message: unknown, options?: EncodeOptions) => encode(type, message, options);
  type.is = (value: unknown): value is AnyMessage => typeOfMessage(value)?.typeName === typeName;
  Object.defineProperty(type, codecSymbol, { value: codec });
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
