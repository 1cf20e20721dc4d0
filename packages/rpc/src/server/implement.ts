import type { InitOf, MessageOf, MessageType, View, ViewType } from "@bowline/protobuf";
import { checkOptionNames, quote } from "../option-names.js";
import { RpcError } from "../rpc-error.js";
import type {
  BidiMethod,
  ClientStreamingMethod,
  Method,
  MethodTable,
  ServerStreamingMethod,
  ServiceType,
  UnaryMethod,
} from "../service-type.js";
import type { EncodedMessage } from "./encoded.js";
import type { HandlerCall } from "./handler-call.js";

/** What a handler may answer with: a message, an init literal, a view of one, or `encoded(bytes)`. */
export type ResponseOf<O extends MessageType> = InitOf<O> | View<MessageOf<O>> | EncodedMessage;

/**
 * Answers one request, now or later. What it throws reaches the caller if it is an `RpcError`; anything else arrives as
 * `internal` without its text and goes to the server's `onError`.
 * `R` is what the request comes as: the message, or a view of it.
 */
export type UnaryHandler<I extends MessageType, O extends MessageType, R = MessageOf<I>> = (
  request: R,
  call: HandlerCall,
) => ResponseOf<O> | Promise<ResponseOf<O>>;

/**
 * Answers one request with a stream: an async generator, or anything else that can be iterated. It is asked for the next
 * message when the caller's connection has room, and its `return` is called when the call ends early.
 */
export type ServerStreamingHandler<
  I extends MessageType,
  O extends MessageType,
  R = MessageOf<I>,
> = (request: R, call: HandlerCall) => ResponseStream<O> | Promise<ResponseStream<O>>;

/** What a streaming handler gives back. */
export type ResponseStream<O extends MessageType> =
  | AsyncIterable<ResponseOf<O>>
  | Iterable<ResponseOf<O>>;

/**
 * Answers a stream of requests with one response. The iterator throws an `RpcError` if the stream breaks off; a handler
 * that answers without reading to the end is fine: the rest is not read.
 */
export type ClientStreamingHandler<
  I extends MessageType,
  O extends MessageType,
  R = MessageOf<I>,
> = (requests: AsyncIterable<R>, call: HandlerCall) => ResponseOf<O> | Promise<ResponseOf<O>>;

/** Answers a stream of requests with a stream of responses: `async function* (requests, call)`. */
export type BidiHandler<I extends MessageType, O extends MessageType, R = MessageOf<I>> = (
  requests: AsyncIterable<R>,
  call: HandlerCall,
) => ResponseStream<O> | Promise<ResponseStream<O>>;

/** The views that handlers want their requests as: by method, or a list whose messages say which. */
export type RequestViews<M extends MethodTable> =
  | { readonly [K in keyof M]?: ViewType }
  | readonly ViewType[];

/** What the requests of a method come as. */
export type RequestOf<I extends MessageType, K, V> = V extends readonly ViewType[]
  ? ViewAmong<I, V[number]>
  : K extends keyof V
    ? V[K] extends ViewType<infer W, infer _T>
      ? W
      : MessageOf<I>
    : MessageOf<I>;

type ViewAmong<I extends MessageType, V> = [Extract<V, { message: I }>] extends [never]
  ? MessageOf<I>
  : Extract<V, { message: I }> extends ViewType<infer W, infer _T>
    ? W
    : MessageOf<I>;

/** The handlers of a service. Methods without one answer `unimplemented`. */
export type Handlers<M extends MethodTable, V = unknown> = {
  readonly [K in keyof M]?: HandlerOf<M[K], K, V>;
};

/** The handler of one method. */
export type HandlerOf<M extends Method, K, V> =
  M extends UnaryMethod<infer I, infer O>
    ? UnaryHandler<I, O, RequestOf<I, K, V>>
    : M extends ServerStreamingMethod<infer I, infer O>
      ? ServerStreamingHandler<I, O, RequestOf<I, K, V>>
      : M extends ClientStreamingMethod<infer I, infer O>
        ? ClientStreamingHandler<I, O, RequestOf<I, K, V>>
        : M extends BidiMethod<infer I, infer O>
          ? BidiHandler<I, O, RequestOf<I, K, V>>
          : never;

/** A handler without its types, as the server calls it: the request, or the AsyncIterable of requests. */
export type AnyHandler = (request: never, call: HandlerCall) => unknown;

/** Options of {@link implement}. */
export interface ImplementOptions<V> {
  /**
   * Hand requests over as views: `{ ingest: LogBatchView }` for a method, `[LogBatchView, QueryView]` for every method
   * that takes one of their messages. Default: messages.
   */
  readonly request?: V;
}

const optionNames: ReadonlySet<string> = new Set<keyof ImplementOptions<unknown>>(["request"]);

/** A service with its handlers: what servers take. */
export interface Implementation {
  readonly service: ServiceType;
  /** By the method's name in handlers. */
  readonly handlers: ReadonlyMap<string, AnyHandler>;
  /** The views that requests are handed over as, by the method's name in handlers. */
  readonly views: ReadonlyMap<string, ViewType>;
}

/**
 * Ties handlers to a service: an object literal, or an instance of a class that has methods of these names. Handlers may
 * be left out, all of them too: a method without one answers `unimplemented`, so that a schema can grow before its server.
 * @throws RpcError `invalid_argument` for a handler that belongs to no method, or a view of another message.
 * @throws TypeError for arguments that are something else, and for an option that does not exist.
 */
export function implement<
  M extends MethodTable,
  const V extends RequestViews<M> | undefined = undefined,
>(
  service: ServiceType<M>,
  handlers: Handlers<M, V>,
  options: ImplementOptions<V> = {},
): Implementation {
  checkArguments(service, handlers);
  checkOptionNames("implement", options, optionNames);
  refuseStrangers(service, handlers, "");
  const bound = new Map<string, AnyHandler>();
  for (const [name, method] of Object.entries(service.methods)) {
    const handler = (handlers as Record<string, unknown>)[name];
    if (handler === undefined || handler === (Object.prototype as Record<string, unknown>)[name]) {
      continue;
    }
    if (typeof handler !== "function") {
      throw unusable(`the handler of ${method.path} is ${typeof handler}, not a function`);
    }
    bound.set(name, handler.bind(handlers) as AnyHandler);
  }
  return { service, handlers: bound, views: viewsOf(service, options.request) };
}

function checkArguments(service: unknown, handlers: unknown): void {
  if (typeof (service as Partial<ServiceType> | undefined)?.methods !== "object") {
    throw new TypeError(`implement takes a generated service first; it is ${quote(service)}`);
  }
  if (typeof handlers !== "object" || handlers === null) {
    throw new TypeError(
      `implement takes an object of handlers second, { method: (request) => … }; it is ${quote(handlers)}`,
    );
  }
}

function viewsOf(
  service: ServiceType,
  request: RequestViews<MethodTable> | undefined,
): Map<string, ViewType> {
  const views = new Map<string, ViewType>();
  if (request === undefined) return views;
  const methods = Object.entries(service.methods);
  if (Array.isArray(request)) {
    for (const view of request as readonly ViewType[]) {
      const users = methods.filter(([, method]) => method.input.typeName === view?.typeName);
      if (users.length === 0) throw unusable(unusedView(service, view));
      for (const [name] of users) views.set(name, view);
    }
    return views;
  }
  refuseStrangers(service, request, "the option request: ");
  for (const [name, view] of Object.entries(request) as [string, ViewType | undefined][]) {
    const method = service.methods[name] as Method;
    if (view === undefined) continue;
    if (view.typeName !== method.input.typeName || view.message === undefined) {
      throw unusable(
        `${method.path} takes a ${method.input.typeName}; the option request names ${nameOf(view)}`,
      );
    }
    views.set(name, view);
  }
  return views;
}

function unusedView(service: ServiceType, view: unknown): string {
  return `no method of ${service.typeName} takes what the option request names: ${nameOf(view)}`;
}

function nameOf(view: unknown): string {
  const { typeName, message } = (view ?? {}) as Partial<ViewType>;
  if (typeName === undefined) return quote(view);
  return message === undefined ? `${typeName}, which is not a view type` : `a view of ${typeName}`;
}

/** A literal may hold names of methods only: anything else is misspelt. */
function refuseStrangers(service: ServiceType, handlers: object, where: string): void {
  if (Object.getPrototypeOf(handlers) !== Object.prototype) return;
  for (const name of Object.keys(handlers)) {
    if (Object.hasOwn(service.methods, name)) continue;
    const names = Object.keys(service.methods).join(", ");
    throw unusable(
      `${where}${service.typeName} has no method ${JSON.stringify(name)}; it has: ${names}`,
    );
  }
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_HANDLERS" });
}
