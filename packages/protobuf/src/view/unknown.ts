import type { DescField } from "../descriptor/model.js";
import { type AnyMessage, unknownSymbol, viewSymbol } from "../message/codec.js";
import { tagAt } from "../message/decode-path.js";
import { cursor as c, truncated } from "../wire/cursor.js";
import { end, int32 } from "../wire/read-varint.js";
import { keepUnknown, keepUnknownVarint, skip, unknown } from "../wire/unknown.js";
import { messageSetItem } from "../wire/write-message.js";
import { wireTypeOf } from "./child.js";
import { type AnyView, enter, leave } from "./context.js";
import { viewError } from "./failure.js";
import { Walk } from "./range.js";

/** The unknown fields of a view as a message holds them: runs of its bytes, `undefined` if there are none. */
export function unknownRuns(view: AnyView): Uint8Array[] | undefined {
  if (view.$u === -2) view.$scan();
  const { $u, $x } = view;
  if (typeof $u !== "number") return $u;
  if ($u === -1 || !$x.keepUnknown) return undefined;
  const message: AnyMessage = {};
  enter($x);
  c.keepUnknown = true;
  c.messageSet = $x.messageSet;
  try {
    collect(view, message);
    leave($x);
  } catch (error) {
    throw viewError($x, error);
  }
  const runs = message[unknownSymbol];
  view.$u = runs ?? -1;
  return runs;
}

function collect(view: AnyView, m: AnyMessage): void {
  const { desc } = view[viewSymbol];
  const walk = new Walk(view);
  const { b } = walk;
  while (walk.more) {
    const t = walk.next();
    const { start, p, e } = walk;
    const field = desc.fieldByNumber(t >>> 3);
    if (desc.messageSet && t === 11) walk.p = messageSetItem(b, start, p, e, view.$d, m);
    else if (field === undefined || !isRead(field, t)) {
      walk.p = unknown(b, start, p, e, t, view.$d, m);
    } else {
      walk.pass(t, view.$d);
      collectUndeclared(field, walk, start, p, t, m);
    }
  }
}

/** Whether a field is read from values with this tag. */
function isRead(field: DescField, t: number): boolean {
  const wire = t & 7;
  if (field.cardinality === "map") return wire === 2;
  const own = wireTypeOf(field);
  return wire === own || (wire === 2 && field.cardinality === "list" && own !== 3);
}

/** Numbers that a closed enum does not have are unknown fields. The field's value is `[p, walk.p)`. */
function collectUndeclared(
  field: DescField,
  walk: Walk,
  start: number,
  p: number,
  t: number,
  m: AnyMessage,
): void {
  const desc = field.enum ?? field.mapValue?.enum;
  if (desc === undefined || desc.open) return;
  const { b } = walk;
  const isDeclared = (number: number): boolean => desc.valueByNumber(number) !== undefined;
  if (field.cardinality === "map") {
    const z = end(b, p, walk.e);
    if (!isDeclared(entryValue(b, c.p, z, desc.values[0]!.number)))
      keepUnknown(b, start, walk.p, m);
  } else if ((t & 7) === 0) {
    if (!isDeclared(int32(b, p, walk.e))) keepUnknown(b, start, walk.p, m);
  } else {
    const z = end(b, p, walk.e);
    for (let at = c.p; at < z; ) {
      const number = int32(b, at, z);
      at = c.p;
      if (!isDeclared(number)) keepUnknownVarint(field.number, number, m, at);
    }
  }
}

/** Groups in an entry were bounded when the view was scanned. */
const maxDepth = 10_000;

/** The value of a map entry that is an enum. */
function entryValue(b: Uint8Array, p: number, e: number, unset: number): number {
  let value = unset;
  while (p < e) {
    const t = tagAt(b, p);
    p = c.p;
    if (t === 16) {
      value = int32(b, p, e);
      p = c.p;
    } else p = skip(b, p, e, t, maxDepth);
  }
  if (p !== e) truncated(e);
  return value;
}
