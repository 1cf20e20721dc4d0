import type { InitOf, MessageOf } from "@bowline/protobuf";
import type { Method, MethodTable, ServiceType, UnaryMethod } from "../service-type.js";
import { streamingUnsupported } from "../streaming-unsupported.js";
import type { Channel } from "./channel.js";
import type { CallOptions } from "./options.js";
import type { UnaryCall } from "./unary-call.js";

/** A function for each unary method of a service. */
export type Client<M extends MethodTable> = {
  // biome-ignore lint/suspicious/noExplicitAny: any unary method.
  readonly [K in keyof M as M[K] extends UnaryMethod<any, any>
    ? K
    : never]: M[K] extends UnaryMethod<infer I, infer O>
    ? (request: InitOf<I>, options?: CallOptions) => UnaryCall<MessageOf<O>>
    : never;
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
