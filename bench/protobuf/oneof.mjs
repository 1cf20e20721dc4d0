/**
 * Turns the `{ case, value }` of a oneof into the plain property that libraries
 * with flat oneofs expect. Everything else is copied as it is.
 */
export function flattenOneofs(value) {
  if (Array.isArray(value)) return value.map(flattenOneofs);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  const out = {};
  for (const [key, inner] of Object.entries(value)) {
    if (isOneof(inner)) out[inner.case] = flattenOneofs(inner.value);
    else out[key] = flattenOneofs(inner);
  }
  return out;
}

function isOneof(value) {
  return (
    typeof value === "object" &&
    value !== null &&
    "case" in value &&
    "value" in value &&
    Object.keys(value).length === 2
  );
}
