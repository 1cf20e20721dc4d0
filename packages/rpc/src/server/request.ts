import { DecodeError, JsonError, type MessageType, type ViewType } from "@bowline/protobuf";
import type { Code } from "../code.js";
import type { Codec } from "../codec.js";
import { RpcError } from "../rpc-error.js";

/** What a method's handler wants its requests as. */
export interface RequestForm {
  readonly type: MessageType;
  /** The view that it asked for, `undefined` for messages. */
  readonly view: ViewType | undefined;
}

/**
 * Reads `bytes[start, end)` as the handler wants it. A view of a request in another codec is a view of its binary form.
 * @throws RpcError with `code` for bytes that are not a message of the type.
 */
export function decodeRequest(
  codec: Codec,
  form: RequestForm,
  code: Code,
  bytes: Uint8Array,
  start: number,
  end: number,
): unknown {
  try {
    const { type, view } = form;
    if (view === undefined) return codec.decode(type, bytes, start, end);
    if (codec.name === "proto") return view.decode(bytes.subarray(start, end));
    return view.decode(type.encode(codec.decode(type, bytes, start, end)));
  } catch (error) {
    if (!DecodeError.is(error) && !JsonError.is(error)) throw error;
    throw new RpcError(code, error.message, { cause: error, reason: "BOWLINE_DECODE" });
  }
}

/** The error of a request that does not decompress, with the code that its protocol has for it; others as they are. */
export function unreadable(error: RpcError, code: Code): RpcError {
  const { reason } = error;
  if (reason !== "BOWLINE_DECOMPRESS" || error.code === code) return error;
  return new RpcError(code, error.rawMessage, { cause: error, reason });
}
