import { type DescField, type DescOneof, FieldType } from "../descriptor/model.js";
import { viewSymbol } from "../message/codec.js";
import { cursor as c, overBudget } from "../wire/cursor.js";
import { int32 } from "../wire/read-varint.js";
import {
  type AnyView,
  enter,
  leave,
  ViewContext,
  type ViewHead,
  type ViewMaker,
} from "./context.js";
import { viewError } from "./failure.js";
import { fieldIndex, headLength } from "./field-index.js";
import { body, findBody, Walk } from "./range.js";

/**
 * The view of a singular message whose tag is `t`, in a view with `d` levels of nesting. `v`: the position behind the
 * tag, −3 if it came in fragments, less if the index had it when the input was checked.
 */
export function child(
  view: ViewHead,
  x: ViewContext,
  d: number,
  v: number,
  t: number,
  make: ViewMaker,
  // biome-ignore lint/suspicious/noExplicitAny: generated code knows the type.
): any {
  enter(x);
  if (v < -3 && x.root.input === fieldIndex.input) {
    const { numbers } = fieldIndex;
    const o = -4 - v;
    return make(x.root, numbers[o]!, numbers[o + 1]!, d - 1, o + headLength);
  }
  try {
    let made: object;
    if (v < -2) made = merged(view, fragments(view, t), make);
    else {
      findBody(x, v, x.b.length, t, d);
      made = make(x.root, body.start, body.end, d - 1);
    }
    leave(x);
    return made;
  } catch (error) {
    throw viewError(x, error);
  }
}

/** A view of one message in several places of the input. Those without bytes add nothing. */
export function merged(view: ViewHead, ranges: number[], make: ViewMaker): object {
  const { root } = view.$x;
  const d = view.$d - 1;
  if (ranges.length === 2) return make(root, ranges[0]!, ranges[1]!, d);
  // each fragment was charged as a message where the whole input was
  if ((c.memory -= ranges.length * 8) < 0) overBudget(ranges[0]!);
  const x = new ViewContext(root, root.type, root.b, root.start, root.end, root, ranges);
  return make(x, ranges[0]!, ranges[1]!, d);
}

/** Adds a fragment; of those without bytes only the first. */
export function addFragment(ranges: number[], start: number, end: number): void {
  if (start === end && ranges.length > 0) return;
  if (ranges.length === 2 && ranges[0] === ranges[1]) ranges.length = 0;
  ranges.push(start, end);
}

/** Where the fragments of the message with tag `t` are. Another member of its oneof ends the message before it. */
function fragments(view: ViewHead, t: number): number[] {
  const walk = new Walk(view);
  const field = (view as AnyView)[viewSymbol].desc.fieldByNumber(t >>> 3)!;
  const ranges: number[] = [];
  while (walk.more) {
    const other = walk.next();
    if (other === t) {
      findBody(view.$x, walk.p, walk.e, t, view.$d);
      addFragment(ranges, body.start, body.end);
      walk.p = body.next;
    } else {
      if (field.oneof !== undefined && isMember(field.oneof, walk, other)) ranges.length = 0;
      walk.pass(other, view.$d);
    }
  }
  return ranges;
}

/** Whether a field with the tag `t` sets a oneof: it is a member, and its value one that the schema knows. */
function isMember(oneof: DescOneof, walk: Walk, t: number): boolean {
  const member = oneof.fields.find((field) => field.number === t >>> 3);
  if (member === undefined || wireTypeOf(member) !== (t & 7)) return false;
  if (member.enum === undefined || member.enum.open) return true;
  return member.enum.valueByNumber(int32(walk.b, walk.p, walk.e)) !== undefined;
}

/** The wire type of one element of a field. */
export function wireTypeOf(field: DescField): number {
  switch (field.type) {
    case FieldType.MESSAGE:
      return field.delimited ? 3 : 2;
    case FieldType.STRING:
    case FieldType.BYTES:
      return 2;
    case FieldType.DOUBLE:
    case FieldType.FIXED64:
    case FieldType.SFIXED64:
      return 1;
    case FieldType.FLOAT:
    case FieldType.FIXED32:
    case FieldType.SFIXED32:
      return 5;
    default:
      return 0;
  }
}
