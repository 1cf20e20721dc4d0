import { tagAt } from "../message/decode-path.js";
import { cursor as c, malformed, tooDeep, truncated } from "../wire/cursor.js";
import { varintSize } from "../wire/output.js";
import { end } from "../wire/read-varint.js";
import { skip } from "../wire/unknown.js";
import type { ViewContext, ViewHead } from "./context.js";

/** Groups from this size on are walked over once for all the levels above them, not once a level. */
const notedBytes = 1024;

/**
 * The end of the body of the group whose fields begin at `p`, behind its tag `t`; the position behind the end tag is left
 * in the cursor.
 */
export function groupEnd(x: ViewContext, p: number, e: number, t: number, d: number): number {
  const { b, root } = x;
  const noted = root.groups?.get(p);
  if (noted !== undefined) {
    c.p = noted + varintSize((t + 1) >>> 0);
    return noted;
  }
  if (d < 1) tooDeep(p);
  const start = p;
  while (p < e) {
    const at = p;
    const next = tagAt(b, p);
    p = c.p;
    if ((next & 7) === 4) {
      if (next !== t + 1) malformed(`group ${t >>> 3} is ended by the tag of ${next >>> 3}`, p - 1);
      if (at - start >= notedBytes) {
        root.groups ??= new Map();
        root.groups.set(start, at);
      }
      return at;
    }
    if ((next & 7) === 3) {
      groupEnd(x, p, e, next, d - 1);
      p = c.p;
    } else p = skip(b, p, e, next, d - 1);
  }
  return truncated(p);
}

/** The position behind a field with tag `t`, whose value begins at `p`. */
export function passed(x: ViewContext, p: number, e: number, t: number, d: number): number {
  if ((t & 7) !== 3) return skip(x.b, p, e, t, d);
  if (t >>> 3 === 0) malformed("field number 0 is not allowed", p - 1);
  groupEnd(x, p, e, t, d);
  return c.p;
}

/** The body of the message that a tag `t` stands in front of. */
export const body = {
  start: 0,
  end: 0,
  /** The position behind the message, end tag included. */
  next: 0,
};

/** Finds the body of the message at `p`, behind its tag `t`. */
export function findBody(x: ViewContext, p: number, e: number, t: number, d: number): void {
  if ((t & 7) === 3) {
    body.start = p;
    body.end = groupEnd(x, p, e, t, d);
    body.next = c.p;
  } else {
    body.end = body.next = end(x.b, p, e);
    body.start = c.p;
  }
}

/**
 * A walk over the fields of a view, through all its fragments: {@link Walk.next} goes to the next field and returns
 * its tag, with its place in `start` and `p`; whoever has read it sets `p` behind it.
 */
export class Walk {
  readonly b: Uint8Array;
  readonly #x: ViewContext;
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
    this.#x = view.$x;
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

  /** Goes behind the value of the current field, whose tag is `t`. */
  pass(t: number, d: number): void {
    this.p = passed(this.#x, this.p, this.e, t, d);
  }

  next(): number {
    while (this.p >= this.e) this.#advance();
    this.start = this.p;
    const t = tagAt(this.b, this.p);
    this.p = c.p;
    return t;
  }
}
