/** What goes wrong with YAML, done on purpose. */
import { mutateText } from "./mutate-json.mjs";

const values = [
  "~",
  "null",
  "true",
  "False",
  "0",
  "-0",
  "0x1F",
  "0o17",
  "1_000",
  "1.5",
  ".5",
  "1e3",
  ".inf",
  "-.INF",
  ".nan",
  "'1'",
  '"1"',
  '"\\x41\\u00e9"',
  "|\n  a\n  b",
  ">-\n  a\n  b",
  "[]",
  "{}",
  "[1, [2]]",
  "{a: {b: 1}}",
  "&a 1",
  "*a",
  "!!str 1",
  "!local x",
  "2001-01-01",
  "a: b: c",
  "- - 1",
  "@a",
  "`a`",
  "%a",
  "# nothing",
  "? a",
];
const junk = [
  "",
  " ",
  "\n",
  "\t",
  ":",
  ": ",
  "- ",
  "? ",
  "&a ",
  "*a",
  "!",
  "|",
  ">",
  "[",
  "]",
  "{",
  "}",
  ",",
  "#",
  " #",
  "'",
  '"',
  "---",
  "...",
  "%YAML 1.1",
  "<<: ",
  "\u0000",
  "\ufeff",
];

/** One mutation of a YAML document; the arguments are those of `mutateJson`. */
export function mutateYaml(random, text, names, other) {
  if (random.once(10)) return mutateText(random, text);
  const lines = text.split("\n");
  const at = random.below(lines.length);
  const line = lines[at];
  const [, head, rest] = /^(\s*(?:- )*(?:[^:]*: ?)?)(.*)$/s.exec(line);
  switch (random.below(10)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(at, 0, line);
      break;
    case 2:
      lines.splice(at, 0, random.pick(other.split("\n")));
      break;
    case 3: {
      const known = [random.pick(names) ?? "a"].flat();
      lines[at] = line.replace(/[\w]+(?=:)/, random.pick(known));
      break;
    }
    case 4:
      lines[at] = `${line}${random.pick([" # what follows", " ", "\n\n", "\n# between"])}`;
      break;
    case 5:
      lines[at] = `${" ".repeat(random.below(3))}${line}`;
      break;
    case 6:
      lines[at] = `${head}'${rest.replaceAll("'", "''")}'`;
      break;
    case 7: {
      const place = random.below(line.length + 1);
      lines[at] = line.slice(0, place) + random.pick(junk) + line.slice(place);
      break;
    }
    default:
      lines[at] = `${head}${random.pick(values)}`;
  }
  return lines.join("\n");
}
