import { tagAt } from "../message/decode-path.js";
import { cursor as c, overBudget, truncated } from "../wire/cursor.js";
import { end } from "../wire/read-varint.js";
import { skip } from "../wire/unknown.js";
import { addFragment, merged } from "./child.js";
import { enter, leave, type ViewHead, type ViewMaker } from "./context.js";
import type { ReadElement } from "./element.js";
import { viewError } from "./failure.js";
import { body, findBody, Walk } from "./range.js";

/** Reads the entry at `b[p, e)` into the map. */
type ReadEntry = (b: Uint8Array, p: number, e: number) => void;

/** Calls `read` for each of the `n` entries with the tag `t`, the first of them at `s`. */
function eachEntry(view: ViewHead, s: number, n: number, t: number, read: ReadEntry): void {
  if (n === 0) return;
  const x = view.$x;
  enter(x);
  try {
    const walk = new Walk(view, s);
    const { b } = walk;
    while (n > 0) {
      const at = walk.next();
      if (at === t) {
        const z = end(b, walk.p, walk.e);
        if ((c.memory -= 64) < 0) overBudget(c.p);
        read(b, c.p, z);
        walk.p = z;
        n--;
      } else walk.pass(at, view.$d);
    }
    leave(x);
  } catch (error) {
    throw viewError(x, error);
  }
}

/** A map of scalars. `k`, `v`: the tags of keys and values; `k0`, `v0`: what stands for one that is missing. */
export function scalarMap(
  view: ViewHead,
  s: number,
  n: number,
  t: number,
  k: number,
  readKey: ReadElement<unknown>,
  k0: unknown,
  v: number,
  readValue: ReadElement<unknown>,
  v0: unknown,
  declared?: (value: number) => boolean,
  // biome-ignore lint/suspicious/noExplicitAny: generated code knows the type.
): Map<any, any> {
  const map = new Map<unknown, unknown>();
  eachEntry(view, s, n, t, (b, p, e) => {
    let key = k0;
    let value = v0;
    while (p < e) {
      const at = tagAt(b, p);
      if (at === k) {
        key = readKey(b, c.p, e);
        p = c.p;
      } else if (at === v) {
        value = readValue(b, c.p, e);
        p = c.p;
      } else p = skip(b, c.p, e, at, view.$d);
    }
    if (p !== e) truncated(e);
    if (declared === undefined || declared(value as number)) map.set(key, value);
  });
  return map;
}

/** A map of messages. */
export function childMap(
  view: ViewHead,
  s: number,
  n: number,
  t: number,
  k: number,
  readKey: ReadElement<unknown>,
  k0: unknown,
  v: number,
  make: ViewMaker,
  // biome-ignore lint/suspicious/noExplicitAny: generated code knows the type.
): Map<any, any> {
  const map = new Map<unknown, unknown>();
  eachEntry(view, s, n, t, (b, p, e) => {
    let key = k0;
    const ranges: number[] = [];
    while (p < e) {
      const at = tagAt(b, p);
      if (at === k) {
        key = readKey(b, c.p, e);
        p = c.p;
      } else if (at === v) {
        findBody(view.$x, c.p, e, v, view.$d);
        addFragment(ranges, body.start, body.end);
        p = body.next;
      } else p = skip(b, c.p, e, at, view.$d);
    }
    if (p !== e) truncated(e);
    // a value that is missing takes no level of nesting, as in messages
    const value =
      ranges.length === 0
        ? make(view.$x.root, e, e, Math.max(0, view.$d - 1))
        : merged(view, ranges, make);
    map.set(key, value);
  });
  return map;
}
