import { quoted, syntax } from "../json/failure.js";
import { isWord, peek, type Reader, unexpected } from "./tokenizer.js";

/** The full name that a type URL ends with; `undefined` for one that cannot stand in brackets. */
export function typeNameOf(url: string): string | undefined {
  const slash = url.lastIndexOf("/");
  const name = url.slice(slash + 1);
  const isUrl = /^[\w.~%!$&()*+,;=/-]+$/.test(url) && !/%(?![\dA-Fa-f]{2})/.test(url);
  return slash > 0 && isUrl && isTypeName(name) ? name : undefined;
}

function isTypeName(name: string): boolean {
  return name !== "" && !/^\.|\.\.|\.$|^\d|\.\d|[^\w.]/.test(name);
}

/**
 * Reads the rest of a name in brackets, whose opening one was read: of an extension, or, with a slash in it, of the type
 * of an `Any`. White space and comments in it do not count.
 */
export function bracketedName(r: Reader): string {
  const { text } = r;
  let name = "";
  for (let c = peek(r); c !== 93; c = peek(r)) {
    const start = r.p;
    let p = start;
    while (isNamePart(text.charCodeAt(p))) p++;
    // Two words with a space in between are not one.
    const isSplitWord = isWord(name.charCodeAt(name.length - 1)) && isWord(c);
    if (p === start || isSplitWord) unexpected(r, '"]"');
    name += text.slice(start, p);
    r.p = p;
  }
  if (!isTypeName(name) && typeNameOf(name) === undefined)
    syntax(`${quoted(name)} is not the name of an extension or a type URL`, r.p);
  r.p++;
  return name;
}

/** Whether a character can be in a type URL. */
function isNamePart(c: number): boolean {
  return isWord(c) || "-./~%!$&()*+,;=".includes(String.fromCharCode(c));
}
