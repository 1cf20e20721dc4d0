import type { InitOf, MessageOf, MessageType } from "@bowline/protobuf";
import { RpcError } from "../rpc-error.js";
import type { MethodTable, ServiceType, UnaryMethod } from "../service-type.js";
import { streamingUnsupported } from "../streaming-unsupported.js";
import type { HandlerCall } from "./handler-call.js";

/**
 * Answers one request with a message or an init literal, now or later. What it throws reaches the caller if it is an
 * `RpcError`; anything else arrives as `internal` without its text and goes to the server's `onError`.
 */
export type UnaryHandler<I extends MessageType, O extends MessageType> = (
  request: MessageOf<I>,
  call: HandlerCall,
) => InitOf<O> | Promise<InitOf<O>>;

/** The handlers of a service. Methods without one answer `unimplemented`. */
export type Handlers<M extends MethodTable> = {
  // biome-ignore lint/suspicious/noExplicitAny: any unary method.
  readonly [K in keyof M as M[K] extends UnaryMethod<any, any>
    ? K
    : never]?: M[K] extends UnaryMethod<infer I, infer O> ? UnaryHandler<I, O> : never;
};

/** A unary handler without its types, as the server calls it. */
export type AnyUnaryHandler = (request: unknown, call: HandlerCall) => unknown;

/** A service with its handlers: what servers take. */
export interface Implementation {
  readonly service: ServiceType;
  /** By the method's name in handlers. */
  readonly handlers: ReadonlyMap<string, AnyUnaryHandler>;
}

/**
 * Ties handlers to a service: an object literal, or an instance of a class that has methods of these names. Handlers may
 * be left out, all of them too: a method without one answers `unimplemented`, so that a schema can grow before its server.
 * @throws RpcError `invalid_argument` for a handler that belongs to no method, `unimplemented` for a streaming method:
 * this version serves unary methods.
 */
export function implement<M extends MethodTable>(
  service: ServiceType<M>,
  handlers: Handlers<M>,
): Implementation {
  refuseStrangers(service, handlers);
  const bound = new Map<string, AnyUnaryHandler>();
  for (const [name, method] of Object.entries(service.methods)) {
    const handler = (handlers as Record<string, unknown>)[name];
    if (handler === undefined || handler === (Object.prototype as Record<string, unknown>)[name]) {
      continue;
    }
    if (typeof handler !== "function") {
      throw unusable(`the handler of ${method.path} is ${typeof handler}, not a function`);
    }
    if (method.kind !== "unary") throw streamingUnsupported(method);
    bound.set(name, handler.bind(handlers) as AnyUnaryHandler);
  }
  return { service, handlers: bound };
}

/** A literal may hold handlers only: anything else is a misspelt name. */
function refuseStrangers(service: ServiceType, handlers: object): void {
  if (Object.getPrototypeOf(handlers) !== Object.prototype) return;
  for (const name of Object.keys(handlers)) {
    if (Object.hasOwn(service.methods, name)) continue;
    const names = Object.keys(service.methods).join(", ");
    throw unusable(`${service.typeName} has no method ${JSON.stringify(name)}; it has: ${names}`);
  }
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_HANDLERS" });
}
