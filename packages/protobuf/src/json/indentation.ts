/** JSON without white space, spread over lines, `spaces` a level. Empty arrays and objects stay as they are. */
export function indented(json: string, spaces: number): string {
  let level = 0;
  const line = (change: number): string => {
    level += change;
    return `\n${" ".repeat(level * spaces)}`;
  };
  return json.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|\{\}|\[\]|[[\]{},:]/g, (token) => {
    switch (token) {
      case ":":
        return ": ";
      case ",":
        return token + line(0);
      case "{":
      case "[":
        return token + line(1);
      case "}":
      case "]":
        return line(-1) + token;
      default:
        return token;
    }
  });
}
