/**
 * Whether a value is an object as literals and `JSON.parse` make them, of this realm or another. A `Map`, a `Date` or an
 * instance of a class is none: its own keys are not what it holds.
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
