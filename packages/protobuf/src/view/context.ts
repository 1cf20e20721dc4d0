import { viewSymbol } from "../message/codec.js";
import { decodeError } from "../message/decode.js";
import type { MessageType } from "../message/message-type.js";
import { cursor } from "../wire/cursor.js";
import type { ViewType } from "./view-type.js";

/** What is set for the views over one input. */
export interface ViewSettings {
  /** Checks are made when something is read. */
  readonly lazy: boolean;
  /** Element memory: what is left of it for lazy views; for validated ones all of it, which no part can pass. */
  readonly memory: number;
  /** Unknown fields that are left. */
  readonly unknown: number;
  readonly keepUnknown: boolean;
  readonly messageSet: boolean;
  readonly allowPartial: boolean;
}

/** What the views over one input share. A merged message has one of its own, that refers to the shared one. */
export class ViewContext implements ViewSettings {
  readonly b: Uint8Array;
  /** The context of the whole input, with its budgets: this one, except for merged messages. */
  readonly root: ViewContext;
  /** Merged messages: where their fragments begin and end in `b`, in turns. */
  readonly ranges: readonly number[] | undefined;
  /** The type of the input, and where it begins and ends in `b`, for errors. */
  readonly type: MessageType;
  readonly start: number;
  readonly end: number;
  /** Where the bodies of large groups end, by where they begin. */
  groups: Map<number, number> | undefined;
  readonly lazy: boolean;
  memory: number;
  unknown: number;
  readonly keepUnknown: boolean;
  readonly messageSet: boolean;
  readonly allowPartial: boolean;
  /** The number that the input has in the field index, −1 if it is not there. Only the root's counts. */
  input: number;

  constructor(
    settings: ViewSettings,
    type: MessageType,
    b: Uint8Array,
    start: number,
    end: number,
    root?: ViewContext,
    ranges?: readonly number[],
  ) {
    this.b = b;
    this.root = root ?? this;
    this.ranges = ranges;
    this.type = type;
    this.start = start;
    this.end = end;
    this.groups = undefined;
    this.lazy = settings.lazy;
    this.memory = settings.memory;
    this.unknown = settings.unknown;
    this.keepUnknown = settings.keepUnknown;
    this.messageSet = settings.messageSet;
    this.allowPartial = settings.allowPartial;
    this.input = -1;
  }
}

/** What generated code hands over of a view. */
export interface ViewHead {
  readonly $x: ViewContext;
  readonly $p: number;
  readonly $e: number;
  readonly $d: number;
}

/**
 * A view as the runtime sees it: the range `b[$p, $e)`, the levels of nesting `$d` that it may use up, and one slot a
 * field, `$1`, which is −2 before the first access to any field, then −1 for an absent field or the position of its
 * value (of the first tag for lists and maps), −3 for a message in several fragments, −4 − `o` for one (or the first of a
 * list) with the entry `o` in the field index, and at last the value itself,
 * unless that is a number. `$n1` counts a list's fields, `$c1` has the number of the case of a oneof.
 */
export interface AnyView extends ViewHead {
  /** Unknown fields: −2 not looked for, −1 none, 0 perhaps some, or their runs. */
  $u: number | Uint8Array[];
  $scan(): this;
  readonly [viewSymbol]: ViewType;
  // biome-ignore lint/suspicious/noExplicitAny: fields are known by descriptor only.
  [member: string]: any;
}

/**
 * Makes a view of `b[p, e)` with `d` levels of nesting left. `o`: where its slots are in the field index, if the message
 * has an entry there.
 */
export type ViewMaker = (
  x: ViewContext,
  p: number,
  e: number,
  d: number,
  o?: number | undefined,
) => object;

/** The generated class of a view. */
export interface ViewClass {
  readonly $at: ViewMaker;
  /**
   * Checks `b[p, e)` as the message's `read` would, without making anything. `g`: the end-group tag that ends the
   * message (the position behind it is left in the cursor), −1 for none. `k`: the tag in front of it, for the index.
   */
  readonly $check: (b: Uint8Array, p: number, e: number, d: number, g: number, k: number) => void;
}

/** A view type with the runtime's own slot. */
export interface RuntimeViewType extends ViewType {
  readonly viewClass: ViewClass;
}

/** The type of a view. */
export function viewTypeOf(view: AnyView): RuntimeViewType {
  return view[viewSymbol] as RuntimeViewType;
}

/** Unknown fields past any limit: those of a view were counted when it was scanned. */
export const uncounted = 0x3fffffff;

/** Sets the cursor up for reading something of a view. */
export function enter(x: ViewContext): void {
  cursor.memory = x.root.memory;
  cursor.unknown = uncounted;
}

/** Ends what {@link enter} began: lazy views have one budget. */
export function leave(x: ViewContext): void {
  if (x.lazy) x.root.memory = cursor.memory;
}

/** The view of a whole input. `o` as for {@link ViewMaker}. */
export function rootView(x: ViewContext, viewClass: ViewClass, d: number, o?: number): AnyView {
  enter(x);
  try {
    const view = viewClass.$at(x, x.start, x.end, d, o) as AnyView;
    leave(x);
    return view;
  } catch (error) {
    throw decodeError(x.type, x.b, x.start, x.end, error);
  }
}
