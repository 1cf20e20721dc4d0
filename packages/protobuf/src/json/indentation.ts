/** JSON without white space, spread over lines, `spaces` a level. Empty arrays and objects stay as they are. */
export function indented(json: string, spaces: number): string {
  let level = 0;
  const line = (): string => `\n${" ".repeat(level * spaces)}`;
  return json.replace(/("[^"\\]*(?:\\.[^"\\]*)*"|\{\}|\[\])|[[\]{},:]/g, (token, whole) => {
    if (whole) return token;
    if (token === ":") return ": ";
    if (token === ",") return token + line();
    const opens = token === "{" || token === "[";
    level += opens ? 1 : -1;
    return opens ? token + line() : line() + token;
  });
}
