import { DecodeError } from "../errors.js";
import { type AnyMessage, codecSymbol, type RuntimeType } from "../message/codec.js";
import type { MessageType } from "../message/message-type.js";
import { cursor } from "../wire/cursor.js";
import { begin, finish, output } from "../wire/output.js";
import { allocate } from "../wire/platform.js";
import { releaseView } from "../wire/read-packed.js";
import { type AnyView, rootView, uncounted, ViewContext, viewTypeOf } from "./context.js";
import { viewError } from "./failure.js";

/** The view's own bytes, sharing memory; fragments are copied behind one another. */
export function bytesOf(view: AnyView): Uint8Array {
  return view.$x.ranges === undefined ? view.$x.b.subarray(view.$p, view.$e) : copyOf(view);
}

/** A copy of the view's own bytes. Those of up to 32 KiB share blocks of memory with encoded messages. */
export function copyOf(view: AnyView): Uint8Array {
  const { b, ranges } = view.$x;
  if (ranges === undefined) return copied(b, view.$p, view.$e);
  let size = 0;
  for (let i = 0; i < ranges.length; i += 2) size += ranges[i + 1]! - ranges[i]!;
  const bytes = allocate(size);
  let p = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    bytes.set(b.subarray(ranges[i]!, ranges[i + 1]!), p);
    p += ranges[i + 1]! - ranges[i]!;
  }
  return bytes;
}

/** Larger copies get memory of their own, as encoded messages do. */
const blockLimit = 32768;
/** Up to this size a loop is faster than a native copy with the array that it needs. */
const byteLoop = 64;

function copied(b: Uint8Array, p: number, e: number): Uint8Array {
  const n = e - p;
  if (n > blockLimit || output.busy) {
    const bytes = allocate(n);
    bytes.set(p === 0 && e === b.length ? b : b.subarray(p, e));
    return bytes;
  }
  const start = begin(n);
  const { buffer } = output;
  if (n > byteLoop) buffer.set(p === 0 && e === b.length ? b : b.subarray(p, e), start);
  else for (let i = 0; i < n; i++) buffer[start + i] = b[p + i]!;
  return finish(start + n);
}

/** The message that the view is of, by the message's own codec. */
export function toMessage(view: AnyView): AnyMessage {
  const x = view.$x;
  const type = viewTypeOf(view).message;
  const codec = (type as RuntimeType)[codecSymbol];
  const message = new codec.messageClass();
  // what was validated was counted; a lazy view spends its own budgets
  cursor.memory = x.lazy ? x.root.memory : uncounted;
  cursor.unknown = x.root.unknown;
  cursor.keepUnknown = x.keepUnknown;
  cursor.messageSet = x.messageSet;
  const ranges = x.ranges ?? [view.$p, view.$e];
  try {
    for (let i = 0; i < ranges.length; i += 2)
      codec.read(x.b, ranges[i]!, ranges[i + 1]!, view.$d, message, -1);
  } catch (error) {
    throw viewError(x, error);
  } finally {
    releaseView();
  }
  if (x.lazy) {
    x.root.memory = cursor.memory;
    x.root.unknown = cursor.unknown;
    if (!x.allowPartial) checkRequired(type, message, view.$e - view.$p);
  }
  return message;
}

/** Refuses a message, or a view of one, without its LEGACY_REQUIRED fields. */
export function checkRequired(type: MessageType, message: object, offset: number): void {
  const { missing } = (type as RuntimeType)[codecSymbol];
  if (missing === undefined) return;
  const paths = missing(type, message as AnyMessage);
  if (paths.length === 0) return;
  throw new DecodeError(`required and not set: ${paths.join(", ")}`, {
    reason: "BOWLINE_DECODE_REQUIRED",
    typeName: type.typeName,
    path: paths[0]!,
    offset,
  });
}

/** The view over a copy of its own bytes. */
export function detach(view: AnyView): object {
  const { root } = view.$x;
  const b = copyOf(view);
  const { viewClass, message } = viewTypeOf(view);
  const x = new ViewContext(root, message, b, 0, b.length);
  return rootView(x, viewClass, view.$d);
}
