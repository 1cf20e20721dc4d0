/**
 * Refuses options that do not exist, for callers whose compiler did not.
 * @param of whose options they are, as messages name them: `serve`.
 * @throws TypeError naming the options that there are.
 */
export function checkOptionNames(of: string, options: object, names: ReadonlySet<string>): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`the options of ${of} must be an object; they are ${quote(options)}`);
  }
  for (const name in options) if (!names.has(name)) throw stranger(of, name, names);
}

/** A value as messages show it, with its type where that may be what is wrong: `the string "5"`. */
export function quote(value: unknown): string {
  if (typeof value === "string") return `the string ${JSON.stringify(value.slice(0, 100))}`;
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "an array" : "an object";
  }
  return typeof value === "function" ? "a function" : String(value);
}

function stranger(of: string, name: string, names: ReadonlySet<string>): TypeError {
  const near = [...names].find((each) => isNear(name.toLowerCase(), each.toLowerCase()));
  const hint = near === undefined ? "" : `did you mean ${near}? `;
  const known = `its options: ${[...names].join(", ")}`;
  return new TypeError(`${of} has no option ${JSON.stringify(name)}; ${hint}${known}`);
}

/** Whether one name begins the other, or at most two letters differ. */
function isNear(name: string, other: string): boolean {
  return (name.length > 2 && other.startsWith(name)) || distance(name, other) <= 2;
}

/** How many letters are to be added, removed or replaced. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= Math.min(from.length, 100); i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
