import type { InitOf, MessageOf } from "@bowline/protobuf";
import { quote } from "../option-names.js";
import type {
  BidiMethod,
  ClientStreamingMethod,
  Method,
  MethodTable,
  ServerStreamingMethod,
  ServiceType,
  UnaryMethod,
} from "../service-type.js";
import type { BidiCall } from "./bidi-call.js";
import type { Channel } from "./channel.js";
import type { ClientStreamCall } from "./client-stream-call.js";
import type { CallOptions } from "./options.js";
import type { RequestStream } from "./request-pump.js";
import type { ServerStreamCall } from "./stream-call.js";
import type { UnaryCall } from "./unary-call.js";

/** A function for each method of a service, by its kind. */
export type Client<M extends MethodTable> = {
  readonly [K in keyof M]: ClientMethod<M[K]>;
};

/** How a method is called. */
export type ClientMethod<M extends Method> =
  M extends UnaryMethod<infer I, infer O>
    ? (request: InitOf<I>, options?: CallOptions) => UnaryCall<MessageOf<O>>
    : M extends ServerStreamingMethod<infer I, infer O>
      ? (request: InitOf<I>, options?: CallOptions) => ServerStreamCall<MessageOf<O>>
      : M extends ClientStreamingMethod<infer I, infer O>
        ? (
            requests?: RequestStream<InitOf<I>>,
            options?: CallOptions,
          ) => ClientStreamCall<InitOf<I>, MessageOf<O>>
        : M extends BidiMethod<infer I, infer O>
          ? (
              requests?: RequestStream<InitOf<I>>,
              options?: CallOptions,
            ) => BidiCall<InitOf<I>, MessageOf<O>>
          : never;

/**
 * Makes a client of a service over a channel: `await client.greet({ name: "Ada" })`,
 * `for await (const each of client.countdown({ from: 3 }))`, `await client.sum(numbers())`, and `client.chat()` with
 * `send` and `closeSend`.
 * @throws TypeError for what is no service, and no channel.
 */
export function createClient<M extends MethodTable>(
  service: ServiceType<M>,
  channel: Channel,
): Client<M> {
  if (typeof service?.methods !== "object") {
    throw new TypeError(`createClient takes a generated service first; it is ${quote(service)}`);
  }
  if (typeof channel?.unary !== "function") {
    throw new TypeError(
      `createClient takes a channel second, such as createChannel("http://localhost:8080"); it is ${quote(channel)}`,
    );
  }
  const calls = Object.entries(service.methods).map(
    ([name, method]) => [name, callOf(method, channel)] as const,
  );
  return Object.fromEntries(calls) as Client<M>;
}

// biome-ignore lint/suspicious/noExplicitAny: the table's type says what each takes.
function callOf(method: Method, channel: Channel): (first: any, options?: CallOptions) => unknown {
  switch (method.kind) {
    case "unary":
      return (request, options) => channel.unary(method, request, options);
    case "server_streaming":
      return (request, options) => channel.serverStreaming(method, request, options);
    case "client_streaming":
      return (requests, options) => channel.clientStreaming(method, requests, options);
    case "bidi":
      return (requests, options) => channel.bidi(method, requests, options);
  }
}
