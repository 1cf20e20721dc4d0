import type { TypedArray } from "../descriptor/model.js";
import { cursor as c, overBudget, truncated } from "../wire/cursor.js";
import { releaseView } from "../wire/read-packed.js";
import { appendTyped } from "../wire/read-typed.js";
import { end } from "../wire/read-varint.js";
import { enter, leave, type ViewHead, type ViewMaker } from "./context.js";
import type { ReadElement } from "./element.js";
import { viewError } from "./failure.js";
import { fieldIndex, headLength } from "./field-index.js";
import { body, findBody, Walk } from "./range.js";

/** The messages of a list: `n` fields with the tag `t`, the first of them at `s`, or in the index. */
// biome-ignore lint/suspicious/noExplicitAny: generated code knows the type.
export function children(view: ViewHead, s: number, n: number, t: number, make: ViewMaker): any[] {
  const list: object[] = [];
  if (n === 0) return list;
  const x = view.$x;
  if (s < -3 && x.root.input === fieldIndex.input) return indexed(view, s, n, t, make);
  const d = view.$d;
  enter(x);
  try {
    const walk = new Walk(view, s);
    while (list.length < n) {
      const at = walk.next();
      if (at === t) {
        findBody(x, walk.p, walk.e, t, d);
        walk.p = body.next;
        list.push(make(x.root, body.start, body.end, d - 1));
      } else walk.pass(at, d);
    }
    leave(x);
    return list;
  } catch (error) {
    throw viewError(x, error);
  }
}

/** The same where the index has them: entries of the same message lie one behind the other. */
function indexed(view: ViewHead, s: number, n: number, t: number, make: ViewMaker): object[] {
  const list: object[] = [];
  const x = view.$x.root;
  const d = view.$d - 1;
  const { numbers } = fieldIndex;
  enter(x);
  for (let o = -4 - s; n > 0; o += numbers[o + 2]!) {
    if (numbers[o + 3] !== t) continue;
    list.push(make(x, numbers[o]!, numbers[o + 1]!, d, o + headLength));
    n--;
  }
  return list;
}

/** Appends the packed elements of `b[p, z)`. */
export type ReadPacked = (b: Uint8Array, p: number, z: number, list: never[]) => void;

/**
 * The scalars of a list: `n` fields, the first of them at `s`, with the tag `t` or, where they can be packed, that of
 * packed ones. `cost`: the element memory of one, where reading it takes none. `declared`: the numbers that a closed
 * enum has.
 */
export function scalars(
  view: ViewHead,
  s: number,
  n: number,
  t: number,
  read: ReadElement<unknown>,
  cost: number,
  readPacked?: ReadPacked,
  declared?: (value: number) => boolean,
  // biome-ignore lint/suspicious/noExplicitAny: generated code knows the type.
): any[] {
  const list: unknown[] = [];
  if (n === 0) return list;
  const x = view.$x;
  const packed = (t & 7) === 2 ? -1 : (t & ~7) | 2;
  enter(x);
  try {
    const walk = new Walk(view, s);
    const { b } = walk;
    const take = (p: number, e: number): void => {
      if ((c.memory -= cost) < 0) overBudget(p);
      const value = read(b, p, e);
      if (declared === undefined || declared(value as number)) list.push(value);
    };
    while (n > 0) {
      const at = walk.next();
      if (at === t) {
        take(walk.p, walk.e);
        walk.p = c.p;
        n--;
      } else if (at === packed) {
        const z = end(b, walk.p, walk.e);
        walk.p = z;
        if (readPacked !== undefined) readPacked(b, c.p, z, list as never[]);
        else {
          while (c.p < z) take(c.p, z);
          if (c.p !== z) truncated(z);
        }
        n--;
      } else walk.pass(at, view.$d);
    }
    leave(x);
    return list;
  } catch (error) {
    throw viewError(x, error);
  } finally {
    releaseView();
  }
}

/** The same as a typed array. `list`: the empty one. */
export function typedScalars<T extends TypedArray>(
  view: ViewHead,
  s: number,
  n: number,
  t: number,
  read: ReadElement<T[number]>,
  readTyped: (b: Uint8Array, p: number, z: number, list: T) => T,
  list: T,
): T {
  if (n === 0) return list;
  const x = view.$x;
  const packed = (t & ~7) | 2;
  enter(x);
  try {
    const walk = new Walk(view, s);
    const { b } = walk;
    while (n > 0) {
      const at = walk.next();
      if (at === t) {
        list = appendTyped(list, read(b, walk.p, walk.e), walk.p);
        walk.p = c.p;
        n--;
      } else if (at === packed) {
        const z = end(b, walk.p, walk.e);
        list = readTyped(b, c.p, z, list);
        walk.p = z;
        n--;
      } else walk.pass(at, view.$d);
    }
    leave(x);
    return list;
  } catch (error) {
    throw viewError(x, error);
  }
}
