/** The name of the first field whose name and value take more than `limit` bytes, cut short; `undefined` if none does. */
export function oversizedField(rawHeaders: readonly string[], limit: number): string | undefined {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length + (rawHeaders[i + 1] as string).length > limit) return name.slice(0, 40);
  }
  return undefined;
}
