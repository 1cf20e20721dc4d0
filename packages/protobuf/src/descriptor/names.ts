/** Names that objects reserve; as property names in messages they get a `$`. */
export const reserved: ReadonlySet<string> = new Set([
  "constructor",
  "hasOwnProperty",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "toJSON",
  "toLocaleString",
  "toString",
  "valueOf",
  "__proto__",
]);

/** `user_id` as `userId`: what protoc makes the default JSON name. */
export function camelCase(name: string): string {
  return name.replace(/_+(.?)/g, (_, next: string) => next.toUpperCase());
}

/** A property name for each schema name, in order; a name that is taken gets `$` and its number behind it. */
export function localNames(
  names: readonly { readonly name: string; readonly number: number }[],
): string[] {
  const taken = new Set<string>();
  return names.map(({ name, number }) => {
    let local = camelCase(name);
    // `_1` gives `1`, which is no identifier, and which an object would put before its other keys
    if (/^[0-9]/.test(local)) local = `_${local}`;
    if (reserved.has(local) || local === "") local += "$";
    if (taken.has(local)) local = `${local}$${number}`;
    taken.add(local);
    return local;
  });
}

/** `HTTPMethod` as `HTTP_METHOD_`, the prefix that the style guide asks of an enum's values. */
function valuePrefix(enumName: string): string {
  return `${enumName.replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$3_$2").toUpperCase()}_`;
}

/** The prefix that all names carry and that leaves an identifier behind, or `""`. */
export function sharedPrefix(enumName: string, names: readonly string[]): string {
  for (const prefix of [valuePrefix(enumName), `${enumName.toUpperCase()}_`]) {
    if (names.every((n) => n.startsWith(prefix) && /^[A-Za-z]/.test(n.slice(prefix.length))))
      return prefix;
  }
  return "";
}

/** The key of an enum value in a generated constant. */
export function enumKey(name: string, prefix: string): string {
  const key = name.slice(prefix.length);
  return key === "__proto__" ? `${key}$` : key;
}
