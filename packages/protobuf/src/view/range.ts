import { tagAt } from "../message/decode-path.js";
import { cursor as c, malformed, truncated } from "../wire/cursor.js";
import { end } from "../wire/read-varint.js";
import { skip } from "../wire/unknown.js";
import type { ViewHead } from "./context.js";

/** Where the group whose fields begin at `p` has its end tag; the position behind that is left in the cursor. */
function groupEnd(b: Uint8Array, p: number, e: number, d: number): number {
  while (p < e) {
    const t = tagAt(b, p);
    if ((t & 7) === 4) return p;
    p = skip(b, c.p, e, t, d);
  }
  return truncated(p);
}

/** The body of the message that a tag `t` stands in front of. */
export const body = {
  start: 0,
  end: 0,
  /** The position behind the message, end tag included. */
  next: 0,
};

/** Finds the body of the message at `p`, behind its tag `t`. */
export function findBody(b: Uint8Array, p: number, e: number, t: number, d: number): void {
  if ((t & 7) === 3) {
    body.start = p;
    body.end = groupEnd(b, p, e, d);
    body.next = c.p;
  } else {
    body.end = body.next = end(b, p, e);
    body.start = c.p;
  }
}

/**
 * A walk over the fields of a view, through all its fragments: {@link Walk.next} goes to the next field and returns
 * its tag, with its place in `start` and `p`; whoever has read it sets `p` behind it.
 */
export class Walk {
  readonly b: Uint8Array;
  readonly #ranges: readonly number[];
  #at = 0;
  /** Where the current field's tag begins. */
  start: number;
  /** Behind its tag; to be set behind its value. */
  p: number;
  /** The end of the current fragment. */
  e: number;

  /** @param from The place of the first field that counts. */
  constructor(view: ViewHead, from = -1) {
    const { b, ranges } = view.$x;
    this.b = b;
    this.#ranges = ranges ?? [view.$p, view.$e];
    this.start = this.p = this.#ranges[0]!;
    this.e = this.#ranges[1]!;
    if (from < 0) return;
    while (from >= this.e) this.#advance();
    this.p = from;
  }

  #advance(): void {
    this.#at += 2;
    if (this.#at >= this.#ranges.length) malformed("the bytes of the view were changed", this.e);
    this.p = this.#ranges[this.#at]!;
    this.e = this.#ranges[this.#at + 1]!;
  }

  /** Whether there is another field. */
  get more(): boolean {
    while (this.p >= this.e && this.#at + 2 < this.#ranges.length) this.#advance();
    return this.p < this.e;
  }

  next(): number {
    while (this.p >= this.e) this.#advance();
    this.start = this.p;
    const t = tagAt(this.b, this.p);
    this.p = c.p;
    return t;
  }
}
