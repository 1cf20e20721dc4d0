/**
 * Levels that a document may have. The parser takes about 800 before the stack is full, and a stack that is full there
 * does not always end in an error that can be caught: V8 ends the process where a regular expression is compiled on it.
 */
export const maxNesting = 500;

/**
 * Follows the tokens of a document, and tells how deep the collections are nested in which the next one stands, or a few
 * levels more. What is at the start of a token decides: `[` and `{` open levels, and so does everything in a block that
 * stands further to the right than what is above it.
 */
export class Nesting {
  #flow = 0;
  #column = 0;
  /** Where the block collections begin: twice the column, and one more for a sequence, as one may stand below its key. */
  readonly #blocks: number[] = [];

  get levels(): number {
    return this.#blocks.length + this.#flow;
  }

  /** Takes the next token; `isScalar` for the text of a scalar, whatever it begins with. */
  take(token: string, isBlank: boolean, isScalar: boolean): void {
    if (!isBlank) this.#place(isScalar ? "" : token.charAt(0));
    const line = token.lastIndexOf("\n");
    this.#column = line < 0 ? this.#column + token.length : token.length - line - 1;
  }

  #place(first: string): void {
    if (first === "[" || first === "{") this.#flow++;
    else if ((first === "]" || first === "}") && this.#flow > 0) this.#flow--;
    else if (this.#flow === 0) {
      const at = 2 * this.#column + (first === "-" ? 1 : 0);
      while (this.#blocks.length > 0 && this.#blocks.at(-1)! > at) this.#blocks.pop();
      if (this.#blocks.at(-1) !== at) this.#blocks.push(at);
    }
  }
}
