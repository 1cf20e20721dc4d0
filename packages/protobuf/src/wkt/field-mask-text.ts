/** The JSON form of a path, `fooBar.baz`, or `undefined` where reading it would give another path. */
export function jsonPath(path: string): string | undefined {
  const text = path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return protoPath(text) === path ? text : undefined;
}

/** The path in names of the schema, `foo_bar.baz`, or `undefined` if `text` is not the JSON form of one. */
export function protoPath(text: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)*$/.test(text)) return undefined;
  return text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
