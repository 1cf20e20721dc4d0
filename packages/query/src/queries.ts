import { equals, type InitOf, type MessageOf, type MessageType } from "@bowline/protobuf";
import type {
  CallOptions,
  Channel,
  Method,
  MethodTable,
  ServerStreamingMethod,
  ServiceType,
  UnaryMethod,
} from "@bowline/rpc";
import { checkOptionNames, quote } from "@bowline/rpc/internal";
import { type QueryKey, type QueryKeyOptions, queryKey } from "./key.js";

/** What a query library gives to the function of a query. */
export interface QueryContext {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** A query: what `useQuery`, `fetchQuery` and their like take. */
export interface QueryOptions<T> {
  readonly queryKey: QueryKey;
  readonly queryFn: (context: QueryContext) => Promise<T>;
  /** Keeps the message that is there if the new one equals it, so that nobody renders for nothing. */
  readonly structuralSharing: (before: unknown, now: unknown) => unknown;
}

/** A query that is fetched page by page: what `useInfiniteQuery` takes. */
export interface PageOptions<T, P> {
  readonly queryKey: QueryKey;
  readonly queryFn: (context: QueryContext & { readonly pageParam: P }) => Promise<T>;
  readonly initialPageParam: P;
  readonly getNextPageParam: (last: T) => P | undefined;
}

/** A mutation: what `useMutation` takes. */
export interface MutationOptions<I, T> {
  readonly mutationKey: QueryKey;
  readonly mutationFn: (request: I) => Promise<T>;
}

/** How a method is asked for page by page. */
export interface Paging<I, T, P> {
  /** What asks for the first page. */
  readonly first: P;
  /** What asks for the page behind this one; `undefined` if there is none. */
  readonly next: (last: T) => P | undefined;
  /** The request of a page. */
  readonly request: (page: P) => I;
}

/** Queries of a unary method. */
export interface UnaryQueries<I, T> {
  /** The query of a request. */
  (request: I, options?: CallOptions): QueryOptions<T>;
  /** The key of a request's query, or of all queries of the method. */
  key(request?: I): QueryKey;
  /**
   * The query of a list that comes page by page. Its key is that of the request of the first page, and one further
   * member: it holds other data than the query of that request.
   */
  pages<P>(paging: Paging<I, T, P>, options?: CallOptions): PageOptions<T, P>;
  /** The mutation that calls the method. */
  mutation(options?: CallOptions): MutationOptions<I, T>;
}

/** Queries of a server-streaming method: they wait for the whole stream, and give its messages as a list. */
export interface StreamQueries<I, T> {
  (request: I, options?: CallOptions): QueryOptions<T[]>;
  key(request?: I): QueryKey;
}

/** Queries of a service's methods, by their names; of those that take one request. */
export type Queries<M extends MethodTable> = {
  readonly [K in keyof M as M[K] extends UnaryMethod | ServerStreamingMethod
    ? K
    : never]: QueriesOf<M[K]>;
};

type QueriesOf<M> =
  M extends UnaryMethod<infer I, infer O>
    ? UnaryQueries<InitOf<I>, MessageOf<O>>
    : M extends ServerStreamingMethod<infer I, infer O>
      ? StreamQueries<InitOf<I>, MessageOf<O>>
      : never;

/** Options of {@link createQueries}. */
export interface QueriesOptions extends QueryKeyOptions {
  /** What holds for every call; a query's own options take their places. */
  readonly defaults?: Omit<CallOptions, "signal">;
}

const optionNames: ReadonlySet<string> = new Set<keyof QueriesOptions>(["scope", "defaults"]);

/**
 * Makes queries for the methods of a service, which are called through a channel. A query that nobody waits for any more
 * cancels its call: the signal of the library is passed on.
 * @throws TypeError for what is no service or no channel, and for an option that does not exist.
 */
export function createQueries<M extends MethodTable>(
  service: ServiceType<M>,
  channel: Channel,
  options: QueriesOptions = {},
): Queries<M> {
  checkOptionNames("createQueries", options, optionNames);
  if (typeof service?.methods !== "object") {
    throw new TypeError(`createQueries takes a generated service first; it is ${quote(service)}`);
  }
  if (typeof channel?.unary !== "function") {
    throw new TypeError(`createQueries takes a channel second; it is ${quote(channel)}`);
  }
  const queries: [string, unknown][] = [];
  for (const [name, method] of Object.entries<Method>(service.methods)) {
    if (method.kind === "unary") queries.push([name, unaryQueries(method, channel, options)]);
    else if (method.kind === "server_streaming") {
      queries.push([name, streamQueries(method, channel, options)]);
    }
  }
  return Object.fromEntries(queries) as Queries<M>;
}

type Init = InitOf<MessageType>;

function unaryQueries(
  method: UnaryMethod,
  channel: Channel,
  { scope, defaults }: QueriesOptions,
): UnaryQueries<Init, unknown> {
  const key = keyOf(method, scope);
  const call = async (request: Init, options?: CallOptions): Promise<unknown> =>
    await channel.unary(method, request, { ...defaults, ...options });
  const query = (request: Init, options?: CallOptions): QueryOptions<unknown> => ({
    queryKey: key(request),
    queryFn: ({ signal }) => call(request, { signal, ...options }),
    structuralSharing: (before, now) => (isSame(method.output, before, now) ? before : now),
  });
  return Object.assign(query, {
    key,
    pages: <P>({ first, next, request }: Paging<Init, unknown, P>, options?: CallOptions) => ({
      queryKey: [...(key(request(first)) as [string, string, string, string]), "pages"] as const,
      queryFn: ({ signal, pageParam }: QueryContext & { readonly pageParam: P }) =>
        call(request(pageParam), { signal, ...options }),
      initialPageParam: first,
      getNextPageParam: (last: unknown) => next(last),
    }),
    mutation: (options?: CallOptions) => ({
      mutationKey: key(),
      mutationFn: (request: Init) => call(request, options),
    }),
  });
}

function streamQueries(
  method: ServerStreamingMethod,
  channel: Channel,
  { scope, defaults }: QueriesOptions,
): StreamQueries<Init, unknown> {
  const key = keyOf(method, scope);
  const query = (request: Init, options?: CallOptions): QueryOptions<unknown[]> => ({
    queryKey: key(request),
    queryFn: async ({ signal }) => {
      const messages: unknown[] = [];
      const call = channel.serverStreaming(method, request, { ...defaults, signal, ...options });
      for await (const message of call) messages.push(message);
      return messages;
    },
    // Query libraries pass what `select` makes of the list, too.
    structuralSharing: (before, now) => {
      if (!Array.isArray(before) || !Array.isArray(now) || before.length !== now.length) return now;
      return now.every((each, at) => isSame(method.output, before[at], each)) ? before : now;
    },
  });
  return Object.assign(query, { key });
}

function keyOf(method: Method, scope: string | undefined): (request?: Init) => QueryKey {
  const options = scope === undefined ? {} : { scope };
  return (request) =>
    queryKey(method as Method & { readonly input: MessageType }, request as Init, options);
}

/** Whether two answers are equal messages; what is no message, as data that were put there by hand, is not. */
function isSame(type: MessageType, before: unknown, now: unknown): boolean {
  return type.is(before) && type.is(now) && equals(type, before, now);
}
