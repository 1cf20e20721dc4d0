import type { DecodedField } from "./decoded-field.js";
import { textsOf } from "./hpack-decoder.js";
import { parseRequestLine } from "./message-head.js";
import { mostShapeFields, RequestHead, RequestShape } from "./request-head.js";

/** A connection calls a few methods at a time. */
const mostShapes = 4;
/** Larger heads are made anew each time. */
const mostBytes = 2_048;
const nothing: ReadonlySet<string> = new Set();

/** Makes heads of the blocks of one connection; what they have in common with the last ones is not looked at again. */
export class RequestHeads {
  readonly #decisive: ReadonlySet<string>;
  /** The last shapes, the most recent first; made with the second head, since many connections have one. */
  #shapes: RequestShape[] | undefined;
  #hasHad = false;

  /** @param decisive fields whose values what users attach to shapes depends on. */
  constructor(decisive: ReadonlySet<string> = nothing) {
    this.#decisive = decisive;
  }

  /** Forgets all shapes. */
  rest(): void {
    this.#shapes = undefined;
  }

  /**
   * The head of a block, which it keeps. A text says why the request is malformed.
   * @param bytes of a header list that it takes.
   * @param isWellFormed names and values were checked already, octet by octet.
   */
  of(block: DecodedField[], bytes: number, isWellFormed: boolean): RequestHead | string {
    const shape = isWellFormed ? this.#find(block) : undefined;
    if (shape !== undefined) return new RequestHead(shape, block);
    const line = parseRequestLine(textsOf(block), isWellFormed);
    if (typeof line === "string") return line;
    const found = new RequestShape(line, block.slice(), this.#decisive);
    if (isWellFormed && bytes <= mostBytes && block.length <= mostShapeFields) this.#add(found);
    return new RequestHead(found, block);
  }

  #find(block: DecodedField[]): RequestShape | undefined {
    const shapes = this.#shapes;
    if (shapes === undefined) return undefined;
    for (let at = 0; at < shapes.length; at++) {
      const shape = shapes[at] as RequestShape;
      if (!shape.fits(block)) continue;
      if (at > 0) {
        shapes[at] = shapes[0] as RequestShape;
        shapes[0] = shape;
      }
      return shape;
    }
    return undefined;
  }

  #add(shape: RequestShape): void {
    if (!this.#hasHad) {
      this.#hasHad = true;
      return;
    }
    shape.keep();
    this.#shapes ??= [];
    this.#shapes.unshift(shape);
    if (this.#shapes.length > mostShapes) this.#shapes.pop();
  }
}
