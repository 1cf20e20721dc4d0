import type { InitOf, MessageOf } from "@bowline/protobuf";
import type { Method, MethodTable, ServiceType, UnaryMethod } from "../service-type.js";
import { streamingUnsupported } from "../streaming-unsupported.js";
import type { Channel } from "./channel.js";
import type { CallOptions } from "./options.js";
import type { UnaryCall } from "./unary-call.js";

/** What compilers say of a streaming method that is called: this version calls unary methods. */
export interface StreamingMethodsComeWithALaterVersion {
  readonly unsupported: never;
}

/** A function for each unary method of a service. A streaming method is there by name, and does not compile as a call. */
export type Client<M extends MethodTable> = {
  readonly [K in keyof M]: M[K] extends UnaryMethod<infer I, infer O>
    ? (request: InitOf<I>, options?: CallOptions) => UnaryCall<MessageOf<O>>
    : StreamingMethodsComeWithALaterVersion;
};

/**
 * Makes a client of a service over a channel: `client.greet({ name: "Ada" })`. This version calls unary methods; from
 * JavaScript, a streaming method throws `unimplemented` and says so.
 */
export function createClient<M extends MethodTable>(
  service: ServiceType<M>,
  channel: Channel,
): Client<M> {
  const calls = Object.entries(service.methods).map(
    ([name, method]) => [name, callOf(method, channel)] as const,
  );
  return Object.fromEntries(calls) as Client<M>;
}

function callOf(method: Method, channel: Channel): unknown {
  if (method.kind === "unary") {
    return (request: unknown, options?: CallOptions) => channel.unary(method, request, options);
  }
  return () => {
    throw streamingUnsupported(method);
  };
}
