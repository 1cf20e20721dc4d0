/**
 * The name of an enum value: `enumName(Status, 7)` is the key of the constant with this number, `undefined` if the
 * schema has none. Of several names for one number (`allow_alias`) the one that was declared first.
 */
export function enumName<E extends Readonly<Record<string, number>>>(
  enumeration: E,
  value: number,
): (keyof E & string) | undefined {
  for (const name of Object.keys(enumeration)) if (enumeration[name] === value) return name;
  return undefined;
}
