import type { MessageType } from "@bowline/protobuf";

/** A message that an error carries, encoded. */
export interface ErrorDetail {
  /** Fully qualified name of its type, `google.rpc.BadRequest`. */
  readonly typeName: string;
  /** Its binary form. */
  readonly value: Uint8Array;
}

/**
 * Makes a detail for an `RpcError` from a literal: `detail(BadRequest, { … })`.
 * @throws EncodeError naming the path of a wrong value.
 */
// biome-ignore lint/suspicious/noExplicitAny: only the init type matters here.
export function detail<I>(type: MessageType<any, I>, init: I): ErrorDetail {
  return { typeName: type.typeName, value: type.encode(init) };
}
