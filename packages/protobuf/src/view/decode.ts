import { decodeError, prepare } from "../message/decode.js";
import type { MessageType } from "../message/message-type.js";
import { cursor, Malformed } from "../wire/cursor.js";
import { isBytes } from "../wire/write-scalar.js";
import { type AnyView, type RuntimeViewType, rootView, uncounted, ViewContext } from "./context.js";
import { beginIndex, dropEntries, fieldIndex, headLength } from "./field-index.js";
import { beginMask, endMask, mask, releaseMask } from "./mask.js";
import type { ViewDecodeOptions, ViewType } from "./view-type.js";
import { checkRequired } from "./whole.js";

/** {@link ViewType.decode}. */
export function decodeView(
  type: ViewType,
  bytes: Uint8Array,
  options?: ViewDecodeOptions,
): AnyView {
  const b = plain(type, bytes);
  return decodeViewRange(type, b, 0, b.length, options);
}

/** A view of `b[start, end)`. `b` has to be a plain `Uint8Array`. */
export function decodeViewRange(
  type: ViewType,
  b: Uint8Array,
  start: number,
  end: number,
  options: ViewDecodeOptions | undefined,
): AnyView {
  const { message, viewClass } = type as RuntimeViewType;
  if (end - start > 0x7fffffff) {
    const error = new Malformed("2 GiB or more", start, true, -1);
    throw decodeError(message, b, start, end, error);
  }
  const lazy = isLazy(options);
  const d = prepare(options);
  const { memory, unknown } = cursor;
  if (!lazy) {
    beginIndex();
    validate(type as RuntimeViewType, b, start, end, d, memory, unknown);
  }
  const settings = {
    lazy,
    memory,
    unknown: lazy ? unknown : uncounted,
    keepUnknown: cursor.keepUnknown,
    messageSet: cursor.messageSet,
    allowPartial: options?.allowPartial === true,
  };
  const x = new ViewContext(settings, message, b, start, end);
  const view = rootView(x, viewClass, d, lazy ? undefined : takeIndex(x));
  if (!lazy && !x.allowPartial) checkRequired(message, view, end - start);
  return view;
}

/** Says that the index is of this input; returns where the slots of its view are in it. */
function takeIndex(x: ViewContext): number | undefined {
  const { numbers, at, isFull, input } = fieldIndex;
  if (isFull || at === 0 || numbers[0] !== x.start) return undefined;
  x.input = input;
  return headLength;
}

function isLazy(options: ViewDecodeOptions | undefined): boolean {
  const validate = options?.validate;
  if (validate === undefined || validate === "eager") return false;
  if (validate === "on-access") return true;
  throw new TypeError(
    `validate has to be "eager" or "on-access", got ${JSON.stringify(validate) ?? String(validate)}`,
  );
}

/** Inputs up to this size have their strings verified one by one: it is cheaper than a native call. */
const smallInput = 96;

/**
 * Checks the whole input. Strings are verified together, after other faults may have been found: which fault comes first
 * a second check tells, which verifies each string where it is.
 */
function validate(
  type: RuntimeViewType,
  b: Uint8Array,
  start: number,
  end: number,
  d: number,
  memory: number,
  unknown: number,
): void {
  const { $check } = type.viewClass;
  if (end - start > smallInput) {
    mask.each = false;
    try {
      beginMask(b, start, end);
      $check(b, start, end, d, -1, 0);
      endMask();
      return;
    } catch {
      cursor.memory = memory;
      cursor.unknown = unknown;
      dropEntries(0);
    } finally {
      mask.each = true;
      releaseMask();
    }
  }
  try {
    $check(b, start, end, d, -1, 0);
  } catch (error) {
    throw decodeError(type.message, b, start, end, error);
  }
  if (end - start > smallInput) throw disagreement(type.message, b, start, end);
}

/** The first check refused what the second one took: a fault of this library, or an input that is being written. */
function disagreement(type: MessageType, b: Uint8Array, start: number, end: number): Error {
  return decodeError(type, b, start, end, new Error("the input changed while it was checked"));
}

/** The input as a plain `Uint8Array`: mixed receivers would slow every access down. */
function plain(type: ViewType, bytes: Uint8Array): Uint8Array {
  if (bytes?.constructor === Uint8Array) return bytes;
  if (!isBytes(bytes))
    throw new TypeError(
      `the view of ${type.typeName} is decoded from a Uint8Array, got ${bytes === null ? "null" : typeof bytes}`,
    );
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
