import { type HeaderFields, Metadata, type ReadonlyMetadata } from "../metadata.js";

const fieldName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Fields as they arrive from a wire: names in lower case, values without the blanks around them.
 * @throws TypeError for what no wire could carry.
 */
export function receivedFields(fields: HeaderFields): ReadonlyMetadata {
  const received: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = (fields[i] as string).toLowerCase();
    const value = fields[i + 1] as string;
    if (!fieldName.test(name)) throw new TypeError(`${JSON.stringify(name)} is no header name`);
    if (!fieldValue.test(value)) throw new TypeError(`the value of ${name} cannot be sent`);
    received.push(name, trimmed(value));
  }
  return Metadata.fromWire(received);
}

function trimmed(value: string): string {
  return /^[\t ]|[\t ]$/.test(value) ? value.replace(/^[\t ]+|[\t ]+$/g, "") : value;
}

/** The size of a header list as HTTP/2 counts it (RFC 9113, section 6.5.2). */
export function listBytes(fields: ReadonlyMetadata): number {
  let bytes = 0;
  for (const [name, value] of fields) bytes += name.length + value.length + 32;
  return bytes;
}

/** The name of a field that is larger than the limit. */
export function oversizedField(fields: ReadonlyMetadata, limit: number): string | undefined {
  for (const [name, value] of fields) if (name.length + value.length > limit) return name;
  return undefined;
}
