/** What goes wrong with the text format, done on purpose. */
import { mutateText } from "./mutate-json.mjs";

const values = [
  "0",
  "-0",
  "1",
  "-1",
  "01",
  "0x1F",
  "-0x1",
  "1.5",
  "1.5f",
  "1f",
  ".5",
  "5.",
  "1e3",
  "1e400",
  "- 1",
  "+1",
  "inf",
  "-inf",
  "infinity",
  "nan",
  "-nan",
  "NaN",
  "2147483648",
  "-2147483649",
  "4294967296",
  "18446744073709551616",
  "9223372036854775807",
  "true",
  "false",
  "t",
  "f",
  "True",
  "False",
  "2",
  '""',
  "''",
  '"a" "b"',
  "'a' \"b\"",
  '"\\x41\\101\\u00e9\\U0001F600"',
  '"\\xff"',
  '"\\ud800"',
  '"\\q"',
  '"\\0"',
  '"a\nb"',
  "[]",
  "[1, 2]",
  "[1, ]",
  "[[1]]",
  "{}",
  "<>",
  "{ a: 1 }",
  "NOPE",
  "x.y",
  "[x.y]",
];
const junk = [
  "",
  " ",
  "\n",
  ",",
  ";",
  ":",
  "{",
  "}",
  "<",
  ">",
  "[",
  "]",
  '"',
  "'",
  "#",
  "# a\n",
  "0",
  "-",
  ".",
  "e",
  "\\",
  "\u0000",
  "/",
  "a",
];

/** One mutation of a document of the text format; the arguments are those of `mutateJson`. */
export function mutateTextFormat(random, text, names, other) {
  if (random.once(6)) return random.once(2) ? mutateText(random, text) : insert(random, text);
  const lines = text.split("\n");
  const at = random.below(lines.length);
  const line = lines[at];
  const [, indent, name, rest] = /^(\s*)([\w.[\]/]*)(.*)$/s.exec(line);
  switch (random.below(10)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(at, 0, line);
      break;
    case 2: {
      const theirs = other.split("\n");
      lines.splice(at, 0, random.pick(theirs));
      break;
    }
    case 3: {
      const known = [random.pick(names) ?? "a"].flat();
      lines[at] = `${indent}${random.pick(known)}${rest}`;
      break;
    }
    case 4:
      lines[at] = `${line}${random.pick([",", ";", " # what follows", "\t", "\r", ",,"])}`;
      break;
    case 5:
      lines[at] = line
        .replace("{", random.pick(["<", ": {", ":<"]))
        .replace("}", random.pick(["}", ">"]));
      break;
    case 6:
      lines[at] =
        `${indent}${name}${random.pick([":", "", " :", ": "])}${rest.replace(/^:\s*/, "")}`;
      break;
    case 7:
      lines[at] = `${indent}${name}: [${rest.replace(/^:\s*/, "")}]`;
      break;
    default:
      lines[at] = `${indent}${name}: ${random.pick(values)}`;
  }
  return lines.join(random.once(4) ? " " : "\n");
}

function insert(random, text) {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + random.pick(junk) + text.slice(at);
}
