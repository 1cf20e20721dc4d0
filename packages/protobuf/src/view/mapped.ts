import { create } from "../message/create.js";
import { mappedValue } from "../message/mapped.js";
import type { MessageType } from "../message/message-type.js";
import type { TypeMapping } from "../message/type-mapping.js";
import type { ViewContext, ViewHead } from "./context.js";
import { viewError } from "./failure.js";

// biome-ignore lint/suspicious/noExplicitAny: generated code calls with the types that belong together.
type AnyMapping<Value> = TypeMapping<any, Value, any>;

/**
 * The value that a message appears as, by its mapping. The mapping is given a message, read from the view, and may refuse
 * it: a mapping is the program's own code, and no check of the bytes calls it.
 */
export function mappedChild<Value>(
  x: ViewContext,
  mapping: AnyMapping<Value>,
  type: MessageType,
  view: object,
): Value {
  try {
    return mappedValue(mapping, create(type, view), (view as ViewHead).$p);
  } catch (error) {
    throw viewError(x, error);
  }
}

/** The same for a list. */
export function mappedList<Value>(
  x: ViewContext,
  mapping: AnyMapping<Value>,
  type: MessageType,
  views: readonly object[],
): Value[] {
  return views.map((view) => mappedChild(x, mapping, type, view));
}

/** The same for the values of a map. */
export function mappedMap<Key, Value>(
  x: ViewContext,
  mapping: AnyMapping<Value>,
  type: MessageType,
  views: ReadonlyMap<Key, object>,
): Map<Key, Value> {
  const map = new Map<Key, Value>();
  for (const [key, view] of views) map.set(key, mappedChild(x, mapping, type, view));
  return map;
}
