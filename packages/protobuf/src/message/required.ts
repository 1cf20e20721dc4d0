import type { DescField, DescMessage } from "../descriptor/model.js";
import type { FieldPath } from "../errors.js";
import type { AnyMessage } from "./codec.js";
import type { MessageType } from "./message-type.js";

/** Paths past which no more are looked for: an error is no place for more. */
const maxPaths = 20;

/**
 * The paths of LEGACY_REQUIRED fields that have no value, in the message and in those inside it: the first 20. Only
 * messages that can have such fields are looked into. Takes messages and init literals. Extensions and other unknown
 * fields are not looked into.
 */
export function missingRequired(type: MessageType, message: unknown): FieldPath[] {
  const found: FieldPath[] = [];
  inMessage(type.desc, message, "", found);
  return found;
}

function inMessage(desc: DescMessage, message: unknown, prefix: string, found: FieldPath[]): void {
  if (!desc.hasRequired) return;
  const held = message as AnyMessage;
  for (const member of desc.members) {
    if (found.length >= maxPaths) return;
    const value: unknown = held[member.localName];
    const path = prefix + member.localName;
    if (value === undefined) {
      if (member.kind === "field" && member.presence === "required") found.push(path);
    } else if (member.kind === "field") {
      inField(member, value, path, found);
    } else {
      const { case: name, value: selected } = value as { case: unknown; value: unknown };
      const field = member.fields.find((candidate) => candidate.localName === name);
      if (field !== undefined) inElement(field, selected, `${path}.${field.localName}`, found);
    }
  }
}

function inField(field: DescField, value: unknown, path: string, found: FieldPath[]): void {
  if ((field.mapValue ?? field).message?.hasRequired !== true) return;
  if (field.cardinality === "list") {
    for (const [i, item] of (value as readonly unknown[]).entries())
      inElement(field, item, `${path}[${i}]`, found);
  } else if (field.cardinality === "map") {
    const isIterable = Symbol.iterator in (value as object);
    const entries = isIterable ? (value as Map<unknown, unknown>) : Object.entries(value as object);
    for (const [key, item] of entries) {
      inElement(field.mapValue!, item, `${path}[${JSON.stringify(String(key))}]`, found);
    }
  } else {
    inElement(field, value, path, found);
  }
}

function inElement(field: DescField, value: unknown, path: string, found: FieldPath[]): void {
  if (field.message !== undefined && found.length < maxPaths)
    inMessage(field.message, value, `${path}.`, found);
}
