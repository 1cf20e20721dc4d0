import type { DescField, DescMessage, TypedArray } from "../descriptor/model.js";
import type { View } from "../view/view-type.js";
import {
  type AnyMessage,
  codecSymbol,
  type RuntimeType,
  typeOfMessage,
  unknownSymbol,
} from "./codec.js";
import { decode } from "./decode.js";
import { encode } from "./encode.js";
import { type Extension, holderSymbol } from "./extension.js";
import type { DecodeOptions, MessageType } from "./message-type.js";
import { setRuns, type UnknownField, unknownFields } from "./unknown-fields.js";
import { zeroOf } from "./zero.js";

/** What an extension reads as: messages are `undefined` if unset, lists are empty, scalars have their default. */
export type ExtensionValue<V> = V extends
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | TypedArray
  | readonly unknown[]
  ? V
  : V | undefined;

/**
 * The value of an extension of a message, or of a view. Unset: `[]` for a list, `undefined` for a message, the declared default or the type's own
 * for scalars and enums ({@link hasExtension} tells). Messages keep extensions as unknown fields, so every call decodes:
 * change a message or list that it returned, and write it back with {@link setExtension}. `bytes` share memory with the
 * message.
 * @throws TypeError if the extension extends another message; DecodeError if the bytes do not fit its type.
 */
export function getExtension<E, V>(
  message: NoInfer<E> | View<NoInfer<E>>,
  extension: Extension<E, V>,
  options?: DecodeOptions,
): ExtensionValue<V> {
  const { value } = read(message, extension, options);
  return (value === undefined ? unset(extension.desc) : value) as ExtensionValue<V>;
}

/**
 * Whether an extension is set; a list, whether it has elements.
 * @throws as {@link getExtension}.
 */
export function hasExtension<E>(
  message: NoInfer<E> | View<NoInfer<E>>,
  extension: Extension<E>,
): boolean {
  const { value } = read(message, extension, undefined);
  return extension.desc.cardinality === "list"
    ? (value as ArrayLike<unknown>).length > 0
    : value !== undefined;
}

/**
 * Sets an extension. The value is written at once: later changes to it do not reach the message.
 * @throws TypeError if the extension extends another message; EncodeError naming what the extension cannot hold. The
 * message is then unchanged.
 */
export function setExtension<E, V>(
  message: NoInfer<E>,
  extension: Extension<E, V>,
  value: NoInfer<V>,
): void {
  checkExtendee(message, extension);
  const bytes = encode(holderType(extension), { value }, { allowPartial: true });
  const runs = others(message, extension);
  if (bytes.length > 0) runs.push(bytes);
  setRuns(message as object, runs);
}

/**
 * Removes an extension.
 * @throws TypeError if the extension extends another message.
 */
export function clearExtension<E>(message: NoInfer<E>, extension: Extension<E>): void {
  checkExtendee(message, extension);
  if ((message as AnyMessage)[unknownSymbol] === undefined) return;
  setRuns(message as object, others(message, extension));
}

/** Spread copies do not say their type; their unknown fields are taken to be of the extended one. */
function checkExtendee(message: unknown, extension: Extension): void {
  const { typeName } = extension.extendee;
  const of = typeOfMessage(message)?.typeName ?? typeName;
  if (of === typeName && typeof message === "object" && message !== null) return;
  const got = typeof message === "object" && message !== null ? of : String(message);
  throw new TypeError(
    `the extension ${extension.typeName} extends ${typeName}; it cannot be used with ${got}`,
  );
}

function read(
  message: unknown,
  extension: Extension,
  options: DecodeOptions | undefined,
): { readonly value: unknown } {
  checkExtendee(message, extension);
  const { number } = extension.desc;
  const fields = unknownFields(message as object).filter((field) => field.number === number);
  const type = holderType(extension);
  return decode(type, joined(fields), { ...options, allowPartial: true }) as unknown as {
    readonly value: unknown;
  };
}

function joined(fields: readonly UnknownField[]): Uint8Array {
  if (fields.length === 1) return fields[0]!.bytes;
  const whole = new Uint8Array(fields.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let p = 0;
  for (const { bytes } of fields) {
    whole.set(bytes, p);
    p += bytes.length;
  }
  return whole;
}

/** The unknown runs of a message without the fields of an extension; neighbours stay together. */
function others(message: unknown, extension: Extension): Uint8Array[] {
  const runs: Uint8Array[] = [];
  for (const { number, bytes } of unknownFields(message as object)) {
    if (number === extension.desc.number) continue;
    const last = runs.at(-1);
    if (last?.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset) {
      runs[runs.length - 1] = new Uint8Array(
        last.buffer,
        last.byteOffset,
        last.length + bytes.length,
      );
    } else {
      runs.push(bytes);
    }
  }
  return runs;
}

function unset(field: DescField): unknown {
  if (field.cardinality === "list") return field.typedArray?.from([]) ?? [];
  return field.message === undefined ? (field.default ?? zeroOf(field)) : undefined;
}

const holderTypes = new WeakMap<Extension, MessageType>();

/** The holder class of an extension as a message type with the one field `value`, for the codec and its errors. */
function holderType(extension: Extension): MessageType {
  let type = holderTypes.get(extension);
  if (type === undefined) {
    const messageClass = extension[
      holderSymbol
    ] as unknown as RuntimeType[typeof codecSymbol]["messageClass"];
    type = {
      typeName: extension.typeName,
      get desc() {
        return holderDesc(extension);
      },
      [codecSymbol]: {
        messageClass,
        read: messageClass.read,
        write: messageClass.write,
        missing: undefined,
        lastSize: 0,
        types: undefined,
      },
    } as unknown as MessageType;
    holderTypes.set(extension, type);
  }
  return type;
}

function holderDesc(extension: Extension): DescMessage {
  const field: DescField = { ...extension.desc, localName: "value", parent: undefined };
  const { file } = field;
  return {
    kind: "message",
    name: field.name,
    typeName: extension.typeName,
    file,
    parent: undefined,
    index: -1,
    fields: [field],
    oneofs: [],
    members: [field],
    messages: [],
    enums: [],
    extensions: [],
    extensionRanges: [],
    messageSet: false,
    mapEntry: false,
    hasRequired: false,
    deprecated: false,
    optionBytes: undefined,
    fieldByName: (name) => (name === field.name ? field : undefined),
    fieldByLocalName: (name) => (name === "value" ? field : undefined),
    fieldByNumber: (number) => (number === field.number ? field : undefined),
  };
}
