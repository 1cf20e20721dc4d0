import type { MessageType, View, ViewType } from "@bowline/protobuf";
import { viewSymbol } from "@bowline/protobuf/internal";
import type { Codec } from "../codec.js";
import { quote } from "../option-names.js";
import type { Method } from "../service-type.js";
import type { ByteSink } from "../transport/byte-sink.js";
import { EncodedMessage } from "./encoded.js";

/**
 * Writes what a handler gave as a response: a message, an init literal, a view, or encoded bytes. What is not in the
 * caller's codec is transcoded.
 * @throws TypeError for what is none of these, EncodeError and the like for a wrong value.
 */
export function encodeResponse(
  codec: Codec,
  method: Method,
  response: unknown,
  sink: ByteSink,
): void {
  if (typeof response !== "object" || response === null) throw notAMessage(method, response);
  const type = method.output;
  const view = (response as { readonly [viewSymbol]?: ViewType })[viewSymbol];
  if (view !== undefined) encodeView(codec, type, view, response as View, sink);
  else if (response instanceof EncodedMessage) encodeBytes(codec, type, response.bytes, sink);
  else codec.encode(type, response, sink);
}

function encodeView(
  codec: Codec,
  type: MessageType,
  viewType: ViewType,
  view: View,
  sink: ByteSink,
): void {
  if (viewType.typeName !== type.typeName) {
    throw new TypeError(`a view of ${viewType.typeName} is not a ${type.typeName}`);
  }
  if (codec.name === "proto") sink.append(viewType.encode(view));
  else codec.encode(type, view.$toMessage(), sink);
}

function encodeBytes(codec: Codec, type: MessageType, bytes: Uint8Array, sink: ByteSink): void {
  if (codec.name === "proto") sink.append(bytes);
  else codec.encode(type, type.decode(bytes), sink);
}

function notAMessage(method: Method, response: unknown): TypeError {
  const stream = method.kind === "server_streaming" || method.kind === "bidi";
  const verb = stream ? "yielded" : "returned";
  return new TypeError(
    `the handler of ${method.path} ${verb} ${quote(response)}; ${stream ? "yield" : "return"} a ${method.output.typeName} or a literal of its fields`,
  );
}
