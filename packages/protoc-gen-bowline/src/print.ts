/** Lines of code at their indentation. */
export class Printer {
  readonly #lines: string[] = [];
  #depth = 0;

  /** One line, or an empty one. */
  line(text = ""): void {
    this.#lines.push(text === "" ? "" : "  ".repeat(this.#depth) + text);
  }

  /** `head`, the body one level deeper, `tail`. */
  block(head: string, body: () => void, tail = "}"): void {
    this.line(head);
    this.inner(body);
    this.line(tail);
  }

  /** The body one level deeper. */
  inner(body: () => void): void {
    this.#depth++;
    body();
    this.#depth--;
  }

  /** A documentation comment; nothing for no lines. */
  doc(lines: readonly string[]): void {
    if (lines.length === 0) return;
    if (lines.length === 1) return this.line(`/** ${lines[0]} */`);
    this.line("/**");
    for (const text of lines) this.line(text === "" ? " *" : ` * ${text}`);
    this.line(" */");
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

/** A string as a literal that nothing in it can leave, in code that is read as UTF-8. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text for the inside of a block comment. */
export function commentText(text: string): string {
  return text
    .replace(/\*\//g, "*\\/")
    .replace(/\/\*/g, "/\\*")
    .replace(/[^\P{Cc}\t\n]|[\u2028\u2029]/gu, " ");
}

/** A property name: as it is where it is an identifier, quoted otherwise. */
export function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) && !modifiers.has(name) ? name : quote(name);
}

/** Words that mean something in front of a class member's name. */
const modifiers = new Set(
  "static get set async declare readonly abstract accessor public private protected override in out".split(
    " ",
  ),
);
