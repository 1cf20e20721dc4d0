import { Any } from "../gen/google/protobuf/any.pb.js";
import type { DecodeOptions, MessageType } from "../message/message-type.js";
import type { Registry } from "../registry.js";

/** What the helpers read of an `Any`. */
export interface AnyLike {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/**
 * Packs a message, or a literal for one, into an `Any`.
 * @param prefix What stands in front of the type name. Default `type.googleapis.com`.
 * @throws EncodeError naming the field path of a wrong value.
 */
export function anyPack<T, I>(
  type: MessageType<T, I>,
  message: I,
  prefix = "type.googleapis.com",
): Any {
  return Any.create({ typeUrl: `${prefix}/${type.typeName}`, value: type.encode(message) });
}

/** Whether an `Any` holds a message of this type. The last part of its type URL counts. */
export function anyIs(any: AnyLike, type: MessageType | string): boolean {
  const name = typeof type === "string" ? type : type.typeName;
  return name !== "" && typeNameOf(any) === name;
}

/**
 * The message in an `Any`: `undefined` if it holds another type than `type`, or one that the registry does not know.
 * `bytes` fields share the memory of `any.value`.
 * @throws DecodeError if the bytes are not a message of the type.
 */
export function anyUnpack<T>(
  any: AnyLike,
  type: MessageType<T>,
  options?: DecodeOptions,
): T | undefined;
export function anyUnpack(any: AnyLike, registry: Registry, options?: DecodeOptions): unknown;
export function anyUnpack(
  any: AnyLike,
  from: MessageType | Registry,
  options?: DecodeOptions,
): unknown {
  const type =
    "typeName" in from ? (anyIs(any, from) ? from : undefined) : from.message(typeNameOf(any));
  return type?.decode(any.value, options);
}

function typeNameOf(any: AnyLike): string {
  const slash = any.typeUrl.lastIndexOf("/");
  return slash < 0 ? "" : any.typeUrl.slice(slash + 1);
}
