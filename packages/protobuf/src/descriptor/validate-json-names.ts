import type { Raw } from "./raw.js";
import { shown } from "./schema-error.js";
import type { Check } from "./validate.js";

interface JsonName {
  readonly field: string;
  readonly json: string;
  readonly custom: boolean;
}

/**
 * Refuses two fields with one JSON name. Where the schema does not promise JSON (`json_format = LEGACY_BEST_EFFORT`, all
 * of proto2), names that are made of the field's own may be the same; names that the schema gives may not.
 */
export function checkJsonNames(
  check: Check,
  fields: readonly Raw[],
  legacy: boolean,
  typeName: string,
): void {
  const names = fields.map((r): JsonName => {
    const field = r.string(1);
    const automatic = defaultJsonName(field);
    const json = r.has(10) ? r.string(10) : automatic;
    return { field, json, custom: json !== automatic };
  });
  const conflict = (a: JsonName, b: JsonName, json: string): never =>
    check.fail(
      `in message ${typeName}, the fields ${a.field} and ${b.field} both have the JSON name ${shown(json)}`,
    );
  if (!legacy) {
    const automatic = new Map<string, JsonName>();
    for (const name of names) {
      const json = defaultJsonName(name.field);
      const other = automatic.get(json);
      if (other !== undefined) conflict(name, other, json);
      automatic.set(json, name);
    }
  }
  const all = new Map<string, JsonName>();
  for (const name of names) {
    const other = all.get(name.json);
    if (other === undefined) {
      all.set(name.json, name);
    } else if (!legacy || (name.custom && other.custom)) conflict(name, other, name.json);
  }
}

/** `user_id` as `userId`: ASCII letters only change their case. */
export function defaultJsonName(name: string): string {
  return name.replace(/_+([^_]?)/g, (_, next: string) => next.toUpperCase());
}
