import { type HeaderFields, Metadata, type ReadonlyMetadata } from "../metadata.js";

/**
 * Adds a caller's headers to the fields of a request. One of the same name as a field that is there already
 * (`user-agent`) takes its place.
 */
export function withMetadata(
  fields: HeaderFields,
  metadata: ReadonlyMetadata | undefined,
): HeaderFields {
  if (metadata === undefined || metadata.size === 0) return fields;
  const merged: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name !== "user-agent" || !metadata.has(name)) merged.push(name, fields[i + 1] as string);
  }
  for (const each of Metadata.fieldsOf(metadata)) merged.push(each);
  return merged;
}
