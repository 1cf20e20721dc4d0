import type { DescField, DescOneof } from "../descriptor/model.js";
import type { View } from "../view/view-type.js";
import { type AnyMessage, newMessage } from "./codec.js";
import type { MessageType } from "./message-type.js";
import { isZero } from "./zero.js";

/** The cases of the oneofs of a message type, as literals. */
type Case<T> = {
  [K in keyof T]: NonNullable<T[K]> extends {
    readonly case: infer C extends string;
    readonly value: unknown;
  }
    ? string extends C
      ? never
      : C
    : never;
}[keyof T];

/** The names that {@link isSet} and {@link clear} take: properties, and the fields that are members of a oneof. */
export type FieldName<T> = (keyof T & string) | Case<T>;

/**
 * Whether a field of a message, or of a view, is set, by its property name. With explicit presence: whether it has a value. With implicit presence:
 * whether its value differs from the default (−0 does). Lists and maps: whether they have elements. A oneof: whether any
 * member is set; a member of a oneof is named as its `case`.
 * @throws TypeError for a name that the message does not have; it lists those that it has.
 */
export function isSet<T>(
  type: MessageType<T>,
  message: NoInfer<T> | View<NoInfer<T>>,
  name: NoInfer<FieldName<T>>,
): boolean {
  const member = memberOf(type, name);
  const held = message as AnyMessage;
  if (member.kind === "field" && member.oneof !== undefined)
    return held[member.oneof.localName]?.case === name;
  const value: unknown = held[name];
  if (value === undefined) return false;
  if (member.kind === "oneof") return true;
  if (member.cardinality !== "singular") return !isEmpty(value);
  return member.presence !== "implicit" || !isZero(member, value);
}

/** Of a list or a map, in any of the forms that init literals have, too. */
function isEmpty(value: unknown): boolean {
  if (value instanceof Map) return value.size === 0;
  const { length } = value as { length?: unknown };
  return typeof length === "number" && (Array.isArray(value) || ArrayBuffer.isView(value))
    ? length === 0
    : Object.keys(value as object).length === 0;
}

/**
 * Makes a field unset, by its property name: it then has the value that it has in a new message. A member of a oneof,
 * named as its `case`, is cleared if it is the one that is set; a oneof whatever is set.
 * @throws TypeError for a name that the message does not have; it lists those that it has.
 */
export function clear<T>(
  type: MessageType<T>,
  message: NoInfer<T>,
  name: NoInfer<FieldName<T>>,
): void {
  const member = memberOf(type, name);
  const held = message as AnyMessage;
  if (member.kind === "oneof") held[name] = undefined;
  else if (member.oneof === undefined) held[name] = newMessage(type)[name];
  else if (held[member.oneof.localName]?.case === name) held[member.oneof.localName] = undefined;
}

function memberOf(type: MessageType, name: string): DescField | DescOneof {
  const { desc } = type;
  const member =
    desc.fieldByLocalName(name) ?? desc.oneofs.find((oneof) => oneof.localName === name);
  if (member !== undefined) return member;
  const byProtoName = desc.fieldByName(name) ?? desc.oneofs.find((oneof) => oneof.name === name);
  const hint = byProtoName === undefined ? "" : ` (its property is "${byProtoName.localName}")`;
  const names = [...desc.members, ...desc.oneofs.flatMap((oneof) => oneof.fields)].map(
    (one) => one.localName,
  );
  const known = names.length === 0 ? "it has no fields" : `its fields are: ${names.join(", ")}`;
  throw new TypeError(`${type.typeName} has no field "${name}"${hint}; ${known}`);
}
