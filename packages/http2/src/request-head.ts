import type { DecodedField } from "./decoded-field.js";
import type { FieldList } from "./field.js";
import { textsOf } from "./hpack-decoder.js";
import { isFraming, type RequestLine } from "./message-head.js";

/** Blocks of more fields fit no shape: there is a bit for each. */
export const mostShapeFields = 30;

/**
 * What request heads have in common that differ in nothing but the values of fields that decide nothing: clients change a
 * deadline or a trace id from call to call. Fields that decide are those that say how the message is framed, and those
 * that the user of the engine names.
 */
export class RequestShape {
  readonly line: RequestLine;
  /**
   * For what a user of the engine makes of heads of this shape. It must depend on nothing else than what they have in
   * common, and may not be changed once made.
   */
  attachment: unknown;
  /** A block of this shape. */
  readonly #model: DecodedField[];
  /** A bit for each field that decides. */
  readonly #decisive: number;

  constructor(line: RequestLine, block: DecodedField[], decisive: ReadonlySet<string>) {
    this.line = line;
    this.#model = block;
    let bits = 0;
    for (let at = 0; at < block.length && at < mostShapeFields; at++) {
      const { name } = block[at] as DecodedField;
      if (isFraming(name) || decisive.has(name)) bits |= 1 << at;
    }
    this.#decisive = bits;
  }

  /** Whether a well-formed block is of this shape. */
  fits(block: readonly DecodedField[]): boolean {
    const model = this.#model;
    if (block.length !== model.length || block.length > mostShapeFields) return false;
    for (let at = 0; at < block.length; at++) {
      const field = block[at] as DecodedField;
      const known = model[at] as DecodedField;
      if (field === known) continue;
      if (field.name !== known.name) return false;
      if (((this.#decisive >>> at) & 1) === 0) continue;
      if (field.value !== known.value) return false;
      // The same field, inserted again: its next block will have this one.
      model[at] = field;
    }
    return true;
  }

  /** The place among the regular fields of the one of that name; -1 if there is none, or more than one. */
  indexOf(name: string): number {
    let found = -1;
    for (let at = this.line.pseudoFields; at < this.#model.length; at++) {
      if (this.#model[at]?.name !== name) continue;
      if (found >= 0) return -1;
      found = at - this.line.pseudoFields;
    }
    return found;
  }

  /** It is kept for long: texts take the place of memory that other fields share. */
  keep(): void {
    for (const field of this.#model) field.keep();
  }
}

/**
 * A header block of a request, checked and taken apart (RFC 9113, section 8.3.1). What it says is its shape's, but for the values of
 * fields that decide nothing.
 */
export class RequestHead {
  readonly shape: RequestShape;
  /**
   * For what a user of the engine makes of the head. Requests with the same header block may share one head, so it must
   * depend on nothing else, and may not be changed once made.
   */
  attachment: unknown;
  /** The whole block, until its texts are made. */
  #block: readonly DecodedField[];
  #fields: FieldList | undefined;

  constructor(shape: RequestShape, block: readonly DecodedField[]) {
    this.shape = shape;
    this.#block = block;
  }

  get method(): string {
    return this.shape.line.method;
  }

  get scheme(): string {
    return this.shape.line.scheme;
  }

  /** `:authority`; `undefined` if there was none. */
  get authority(): string | undefined {
    return this.shape.line.authority;
  }

  get path(): string {
    return this.shape.line.path;
  }

  /** Bytes of content that `content-length` announces, -1 if it does not. */
  get contentLength(): number {
    return this.shape.line.contentLength;
  }

  /** The client waits for a 100 before it sends content. */
  get awaitsContinue(): boolean {
    return this.shape.line.awaitsContinue;
  }

  /** The regular fields, in order. */
  get fields(): FieldList {
    this.#fields ??= textsOf(this.#block.slice(this.shape.line.pseudoFields));
    return this.#fields;
  }

  /** The value of the regular field at that place. */
  valueAt(index: number): string {
    return (this.#block[this.shape.line.pseudoFields + index] as DecodedField).value;
  }

  /** It is kept for long. */
  keep(): void {
    for (const field of this.#block) field.keep();
    this.shape.keep();
  }
}
