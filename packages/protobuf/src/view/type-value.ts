import type { DescMessage } from "../descriptor/model.js";
import { unknownSymbol, viewSymbol } from "../message/codec.js";
import { inspectForm, logForm } from "../message/log-form.js";
import type { EncodeOptions, MessageType } from "../message/message-type.js";
import type { AnyView, RuntimeViewType, ViewClass } from "./context.js";
import { decodeView } from "./decode.js";
import { unknownRuns } from "./unknown.js";
import type { ViewDecodeOptions, ViewType } from "./view-type.js";
import { bytesOf, copyOf, detach, toMessage } from "./whole.js";

/**
 * Makes the type value of a generated view.
 * @param _children The view types of its message fields: nothing calls it, but it keeps them in a bundle beside this one.
 * @param dropsUnknown The code was generated to drop unknown fields, which a copy of the bytes would keep.
 */
export function viewType<V, T>(
  message: MessageType<T>,
  viewClass: ViewClass & { readonly prototype: object },
  _children?: () => readonly ViewType[],
  dropsUnknown = false,
): ViewType<V, T> {
  const { typeName } = message;
  const type: RuntimeViewType = {
    typeName,
    get desc(): DescMessage {
      return message.desc;
    },
    message,
    viewClass,
    decode: (bytes: Uint8Array, options?: ViewDecodeOptions) => decodeView(type, bytes, options),
    encode: (view: AnyView, options?: EncodeOptions) => encode(type, view, options, dropsUnknown),
    is: (value: unknown): value is AnyView =>
      typeof value === "object" &&
      value !== null &&
      (value as Partial<AnyView>)[viewSymbol]?.typeName === typeName,
  };
  Object.defineProperty(type, "viewClass", { enumerable: false });
  Object.defineProperties(viewClass.prototype, members(type));
  return type as unknown as ViewType<V, T>;
}

/** What every view has beside its fields. */
function members(type: RuntimeViewType): PropertyDescriptorMap & ThisType<AnyView> {
  return {
    [viewSymbol]: { value: type },
    [unknownSymbol]: {
      get() {
        return unknownRuns(this);
      },
      set() {
        throw new TypeError(
          `a view of ${type.typeName} is read-only; $toMessage() gives a message that can be written`,
        );
      },
    },
    $bytes: {
      get() {
        return bytesOf(this);
      },
    },
    $toMessage: {
      value() {
        return toMessage(this);
      },
    },
    $detach: {
      value() {
        return detach(this);
      },
    },
    toJSON: {
      value() {
        return logForm(type.message, this);
      },
    },
    [Symbol.for("nodejs.util.inspect.custom")]: {
      value(depth: number, options: unknown, inspect: unknown) {
        return inspectForm(type.message, this, depth, options, inspect);
      },
    },
  };
}

/** {@link ViewType.encode}. */
function encode(
  type: RuntimeViewType,
  view: AnyView,
  options: EncodeOptions | undefined,
  dropsUnknown: boolean,
): Uint8Array {
  if (!type.is(view)) {
    throw new TypeError(
      `the view type of ${type.typeName} encodes its own views; ${type.typeName}.encode takes messages and init literals`,
    );
  }
  const { keepUnknown, allowPartial } = view.$x;
  const anew =
    dropsUnknown ||
    !keepUnknown ||
    options?.deterministic === true ||
    options?.writeUnknownFields === false;
  if (!anew) return copyOf(view);
  return type.message.encode(view, {
    ...options,
    allowPartial: allowPartial || options?.allowPartial === true,
  });
}
