/** What goes wrong with JSON, done on purpose: values of other kinds, other names, other spellings, and broken text. */

const scalars = [
  "null",
  "true",
  "false",
  "0",
  "-0",
  "1",
  "-1",
  "1.5",
  "1e2",
  "1.0",
  "100e-2",
  "1e400",
  "-1e400",
  "1e-400",
  "2147483648",
  "-2147483649",
  "4294967296",
  "9007199254740993",
  "18446744073709551616",
  "3.4028235677973366e38",
  '""',
  '"1"',
  '"01"',
  '" 1"',
  '"-0"',
  '"1.0"',
  '"1e3"',
  '"NaN"',
  '"Infinity"',
  '"-Infinity"',
  '"inf"',
  '"nan"',
  '"0x10"',
  '"true"',
  '"null"',
  '"AQID"',
  '"AQI="',
  '"AQI"',
  '"_-8="',
  '"/+8="',
  '"A"',
  '"A A="',
  '"1972-01-01T10:00:20.021Z"',
  '"1972-01-01T10:00:20+01:00"',
  '"0001-01-01T00:00:00Z"',
  '"9999-12-31T23:59:59.999999999Z"',
  '"1972-02-30T00:00:00Z"',
  '"1.5s"',
  '"-0.000000001s"',
  '"315576000001s"',
  '"userName,a.bC"',
  '"user_name"',
  '"\\ud800"',
  '"\\u0000"',
  '"\\ud83d\\ude00"',
  "[]",
  "{}",
  "[null]",
  "[[]]",
  '{"a":1}',
  "[1,2]",
];
const junk = [
  "",
  " ",
  "\n",
  ",",
  ":",
  "{",
  "}",
  "[",
  "]",
  '"',
  "0",
  "-",
  ".",
  "e",
  "\\",
  "\u0000",
  "\ufeff",
  "//",
  "'",
];

/**
 * One mutation of a JSON text. `names` has the names of fields, `[proto, JSON]` each, and of values of enums; `other` is
 * another document of the same type.
 */
export function mutateJson(random, text, names, other) {
  if (random.once(8)) return mutateText(random, text);
  const places = placesOf(text);
  const members = places.filter(({ member }) => member !== undefined);
  if (members.length > 0 && random.once(2)) return mutateMember(random, text, members, names);
  if (places.length === 0) return mutateText(random, text);
  const { start, end, isKey } = random.pick(places);
  const old = text.slice(start, end);
  const changed = isKey ? otherKey(random, old, names) : otherValue(random, old, names, other);
  return text.slice(0, start) + changed + text.slice(end);
}

/** Leaves a member out, has it twice, moves it, or spells its name otherwise: what is mostly still accepted. */
function mutateMember(random, text, members, names) {
  const { start, end, member } = random.pick(members);
  const whole = text.slice(member, end);
  const rest = (text.slice(0, member) + text.slice(end)).replace(/,(?=[,}\]])|(?<=[{[]),/g, "");
  switch (random.below(5)) {
    case 0:
      return rest;
    case 1:
      return `${text.slice(0, end)},${whole}${text.slice(end)}`;
    case 2: {
      // to the front of what it is in, or of something else
      const to = random.pick(members);
      return `${text.slice(0, to.member)}${whole},${text.slice(to.member)}`;
    }
    case 3:
      return `${text.slice(0, start)} \n\t${text.slice(start, end)}\r ${text.slice(end)}`;
    default: {
      const key = whole.slice(1, whole.indexOf('"', 1));
      const pair = names.find((name) => Array.isArray(name) && name.includes(key));
      const otherName = pair === undefined ? key : pair[pair[0] === key ? 1 : 0];
      return `${text.slice(0, member)}"${otherName}${text.slice(member + 1 + key.length)}`;
    }
  }
}

function otherKey(random, old, names) {
  const known = [random.pick(names) ?? "a"].flat();
  const keys = [`"${random.pick(known)}"`, '"nope"', '"__proto__"', '"1"', '"true"', '""', old];
  return random.once(2) ? keys[0] : random.pick(keys);
}

function otherValue(random, old, names, other) {
  switch (random.below(8)) {
    case 0:
      return `"${[random.pick(names) ?? "a"].flat()[0]}"`;
    case 1:
    case 2:
      // a number in quotes, or out of them
      return /^"[^"\\]*"$/.test(old) ? old.slice(1, -1) || "0" : `"${old.replaceAll('"', "")}"`;
    case 3: {
      const theirs = placesOf(other).filter((place) => !place.isKey);
      if (theirs.length === 0) return old;
      const { start, end } = random.pick(theirs);
      return other.slice(start, end);
    }
    case 4:
      // a second time, as elements or members of one list or object
      return old.length > 2 && "[{".includes(old[0])
        ? `${old.slice(0, -1)},${old.slice(1)}`
        : `[${old}]`;
    default:
      return random.pick(scalars);
  }
}

/** Where the keys and values of a document are; a member's value knows where the member begins. */
export function placesOf(text) {
  const places = [];
  let p = 0;
  const space = () => {
    while (" \n\r\t".includes(text[p] ?? "x")) p++;
  };
  const string = () => {
    for (p++; p < text.length && text[p] !== '"'; p++) if (text[p] === "\\") p++;
    p++;
  };
  const value = (member) => {
    space();
    const start = p;
    if (text[p] === '"') string();
    else if (text[p] === "{" || text[p] === "[") {
      const isObject = text[p++] === "{";
      space();
      while (p < text.length && text[p] !== "}" && text[p] !== "]") {
        if (isObject) {
          space();
          const key = p;
          string();
          places.push({ start: key, end: p, isKey: true });
          space();
          p++;
          value(key);
        } else value();
        space();
        if (text[p] === ",") p++;
        else break;
        space();
      }
      p++;
    } else while (p < text.length && !" \n\r\t,]}:".includes(text[p])) p++;
    if (p > start) places.push({ start, end: p, isKey: false, member });
    else p++;
  };
  value();
  return places;
}

/** Changes text without a look at what it is. */
export function mutateText(random, text) {
  const at = random.below(text.length + 1);
  switch (random.below(4)) {
    case 0:
      return text.slice(0, at) + random.pick(junk) + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + random.below(3));
    case 2:
      return text.slice(0, at);
    default:
      return text.slice(0, at) + text.slice(random.below(at + 1), at) + text.slice(at);
  }
}
