/** A place in a text file, for messages; lines and columns count from 1, columns in UTF-16 units. */
export interface Place {
  /** The path as it is shown. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** How many units the place spans on its line; at least 1. */
  readonly length: number;
}

/**
 * A message as `path:line:column: message`, then the source line with a caret under the place. The
 * source is left out where the line is not known.
 */
export function renderExcerpt(place: Place, message: string, sourceLine?: string): string {
  const head = `${place.path}:${place.line}:${place.column}: ${printable(message)}\n`;
  if (sourceLine === undefined) return head;
  const before = sourceLine.slice(0, place.column - 1);
  const under = sourceLine.slice(place.column - 1, place.column - 1 + place.length);
  // A tab pads as a tab, so that the caret stands right at every tab width.
  const padding = [...before]
    .map((char) => (char === "\t" ? "\t" : " ".repeat(cells(char))))
    .join("");
  const width = [...under].reduce((sum, char) => sum + cells(char), 0);
  return `${head}  ${printable(sourceLine)}\n  ${padding}${"^".repeat(Math.max(1, width))}\n`;
}

/** A text whose control characters cannot reach the terminal; tabs and line feeds stay. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\ufffd");
}

/** How many cells of a terminal a character takes: the wide ones of East Asia and emoji take two. */
function cells(char: string): number {
  if (/\p{Mark}|\u200d|\ufe0f/u.test(char)) return 0;
  return /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/u.test(
    char,
  )
    ? 2
    : 1;
}
