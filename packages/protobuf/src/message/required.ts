import type { DescField } from "../descriptor/model.js";
import type { FieldPath } from "../errors.js";
import { type AnyMessage, typeOf } from "./codec.js";
import type { MessageType } from "./message-type.js";

/**
 * The path of the first LEGACY_REQUIRED field that has no value, in the message or in one inside it; `undefined` if there
 * is none. Only messages that can have such fields are looked into. Takes messages and init literals. Extensions and
 * other unknown fields are not looked into.
 */
export function missingRequired(type: MessageType, message: unknown): FieldPath | undefined {
  if (!type.desc.hasRequired) return undefined;
  const held = message as AnyMessage;
  for (const member of type.desc.members) {
    const value: unknown = held[member.localName];
    if (member.kind === "oneof") {
      if (value === undefined) continue;
      const { case: name, value: selected } = value as { case: unknown; value: unknown };
      const field = member.fields.find((candidate) => candidate.localName === name);
      const found =
        field && inElement(field, selected, () => `${member.localName}.${field.localName}`);
      if (found !== undefined) return found;
    } else if (value === undefined) {
      if (member.presence === "required") return member.localName;
    } else {
      const found = inField(member, value);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function inField(field: DescField, value: unknown): FieldPath | undefined {
  const { localName } = field;
  if (field.cardinality === "list") {
    if (field.message?.hasRequired !== true) return undefined;
    return first((value as readonly unknown[]).entries(), (i, item) =>
      inElement(field, item, () => `${localName}[${i}]`),
    );
  }
  if (field.cardinality === "map") {
    if (field.mapValue!.message?.hasRequired !== true) return undefined;
    const entries =
      Symbol.iterator in (value as object)
        ? (value as Map<unknown, unknown>)
        : Object.entries(value as object);
    return first(entries, (key, item) =>
      inElement(field.mapValue!, item, () => `${localName}[${JSON.stringify(String(key))}]`),
    );
  }
  return inElement(field, value, () => localName);
}

function first<K, V, R>(
  entries: Iterable<readonly [K, V]>,
  find: (key: K, value: V) => R | undefined,
): R | undefined {
  for (const [key, value] of entries) {
    const found = find(key, value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inElement(field: DescField, value: unknown, path: () => FieldPath): FieldPath | undefined {
  if (field.message === undefined || !field.message.hasRequired) return undefined;
  const inner = missingRequired(typeOf(field.message), value);
  return inner === undefined ? undefined : `${path()}.${inner}`;
}
