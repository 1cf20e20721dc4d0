import {
  binaryCodec,
  type ContextValues,
  type HandlerOptions,
  type Implementation,
  RpcError,
} from "@bowline/rpc";
import {
  checkOptionNames,
  createRequestHandler,
  handlerOptionNames,
  listBytes,
  Metadata,
  quote,
  type RequestHandler,
} from "@bowline/rpc/internal";
import { jsonCodec } from "@bowline/rpc/json";
import { builtinCompressions } from "../compression.js";
import { PartialMessages } from "./partial-messages.js";
import { FetchServerStream, type RequestInfo } from "./server-stream.js";

/** Options of {@link createFetchHandler}. `P`: what the platform passes behind the request. */
export interface FetchHandlerOptions<P extends readonly unknown[] = readonly unknown[]>
  extends HandlerOptions {
  /** The path below which the services are, `/rpc`. Default none: at the root. */
  readonly prefix?: string;
  /** Answers requests for paths that no service has. Default: 404. */
  readonly fallback?: (request: Request, ...platform: P) => Response | Promise<Response>;
  /**
   * Values that the call has from the start, for gates, interceptors and handlers: of `env`, a session, a logger. What it
   * throws is answered in the protocol of the call: an `RpcError` as it is, all else as `internal`.
   */
  readonly values?: (request: Request, ...platform: P) => ContextValues | undefined;
  /**
   * Who calls, as `call.peer.address`. Default `unknown`: a `Request` does not say it. Take a header for it only from a
   * proxy that sets it, whatever its callers send.
   */
  readonly peerAddress?: (request: Request, ...platform: P) => string | undefined;
  readonly limits?: {
    /** Bytes of a request message. Default 4 MiB; more is `resource_exhausted`, decided before it is buffered. */
    readonly receivedMessageBytes?: number;
    /** Bytes of a request's header list. Default 16 KiB; more is HTTP status 431. */
    readonly headerListBytes?: number;
    /** Bytes of one header field, name and value. Default 8 KiB; more is HTTP status 431. */
    readonly headerFieldBytes?: number;
    /**
     * Bytes of the messages of which a part has come, over all requests of the handler. Default 512 MiB, as in a process;
     * past it the largest is ended with `resource_exhausted`. Lower it where the platform gives less memory.
     */
    readonly partialMessageBytes?: number;
    /** Milliseconds without a byte while a request or response is under way. Default 60,000; 0 is none. */
    readonly stallTimeoutMs?: number;
  };
}

/** Answers requests; never throws for what a request says. */
export type FetchHandler<P extends readonly unknown[] = readonly unknown[]> = (
  request: Request,
  ...platform: P
) => Promise<Response>;

type Limits = Required<NonNullable<FetchHandlerOptions["limits"]>>;

const optionNames: ReadonlySet<string> = new Set<keyof FetchHandlerOptions>([
  ...handlerOptionNames,
  "prefix",
  "fallback",
  "values",
  "peerAddress",
  "limits",
]);
const defaultLimits: Limits = {
  receivedMessageBytes: 4 * 1024 * 1024,
  headerListBytes: 16_384,
  headerFieldBytes: 8_192,
  partialMessageBytes: 512 * 1024 * 1024,
  stallTimeoutMs: 60_000,
};
const limitNames: ReadonlySet<string> = new Set(Object.keys(defaultLimits));

/**
 * Serves services as a function from `Request` to `Response`: for Workers (`export default { fetch }`), `Deno.serve`,
 * `Bun.serve`, Next.js route handlers, Hono, SvelteKit. Connect and gRPC-Web; gRPC is refused by name (505), for a
 * `Response` has no trailers. Streams go out as they are made. A bidirectional stream is half-duplex where the platform
 * gives the response out after the request only. A caller that gives up aborts the call's signal, where the platform
 * aborts `request.signal` or cancels the body of the response.
 *
 * What the platform passes behind the request (`env`, `ctx`) reaches `fallback`, `values` and `peerAddress`.
 * @throws RpcError `already_exists` for a service given twice, `invalid_argument` for options.
 * @throws TypeError for an option that does not exist, and for a service without `implement`.
 */
export function createFetchHandler<P extends readonly unknown[] = readonly unknown[]>(
  services: readonly Implementation[],
  options: FetchHandlerOptions<P> = {},
): FetchHandler<P> {
  checkOptionNames("createFetchHandler", options, optionNames);
  const { prefix = "", fallback, values, peerAddress, limits: own = {}, ...handling } = options;
  checkOptionNames("createFetchHandler's limits", own, limitNames);
  const limits = { ...defaultLimits, ...own };
  checkSettings(prefix, limits);
  const stallTimeoutMs = Number.isFinite(limits.stallTimeoutMs) ? limits.stallTimeoutMs : 0;
  const partial = new PartialMessages(limits.partialMessageBytes);
  const accept = requestHandler(services, handling, limits);
  return async (request, ...platform) => {
    const target = targetOf(request.url, prefix);
    if (fallback !== undefined && (target === undefined || !accept.handles(target))) {
      return fallback(request, ...platform);
    }
    const headers = headersOf(request.headers);
    const refusal = refusalOf(headers, limits);
    if (refusal !== undefined) return refusal;
    const known = (): RequestKnowledge => {
      if (request.bodyUsed || request.body?.locked === true) throw bodyTaken();
      const address = peerAddress?.(request, ...platform) ?? "unknown";
      return { peer: { address, tls: undefined }, values: values?.(request, ...platform) };
    };
    const of = { target: target ?? "/", headers };
    const stream = open(accept, known, (each) => {
      return new FetchServerStream(request, { ...of, ...each }, stallTimeoutMs, partial);
    });
    return stream.response;
  };
}

type RequestKnowledge = Pick<RequestInfo, "peer" | "values">;

/** Begins a call; what the options' functions throw is answered as the error of a middleware is. */
function open(
  accept: RequestHandler,
  known: () => RequestKnowledge,
  streamOf: (known: RequestKnowledge) => FetchServerStream,
): FetchServerStream {
  let stream: FetchServerStream;
  try {
    stream = streamOf(known());
  } catch (error) {
    stream = streamOf({ peer: { address: "unknown", tls: undefined }, values: undefined });
    accept.refuse(stream, error);
    stream.deliver(undefined);
    return stream;
  }
  stream.deliver(accept(stream));
  return stream;
}

function requestHandler(
  services: readonly Implementation[],
  options: HandlerOptions,
  { receivedMessageBytes, headerFieldBytes }: Limits,
): RequestHandler {
  const { compression } = options;
  return createRequestHandler({
    codecs: [binaryCodec, jsonCodec],
    ...options,
    services,
    compression: { ...compression, algorithms: compression?.algorithms ?? builtinCompressions() },
    receivedMessageBytes,
    headerFieldBytes,
  });
}

/** Path and query below the prefix; `undefined` for what is elsewhere. */
function targetOf(url: string, prefix: string): string | undefined {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.indexOf("#", start);
  const target = end < 0 ? url.slice(start) : url.slice(start, end);
  if (prefix === "") return target;
  return target.startsWith(`${prefix}/`) ? target.slice(prefix.length) : undefined;
}

function headersOf(headers: Headers): Metadata {
  const fields: string[] = [];
  headers.forEach((value, name) => fields.push(name, value));
  return Metadata.fromWire(fields);
}

/** The answer to a request that is refused before anybody looks at what it calls. */
function refusalOf(headers: Metadata, limits: Limits): Response | undefined {
  const { headerListBytes, headerFieldBytes } = limits;
  for (const [name, value] of headers) {
    if (name.length + value.length <= headerFieldBytes) continue;
    return text(431, `header ${name} is past the limit of ${headerFieldBytes} bytes`);
  }
  if (listBytes(headers) > headerListBytes) {
    return text(431, `the headers are past the limit of ${headerListBytes} bytes`);
  }
  if (/^application\/grpc(?:$|[+; ])/i.test(headers.get("content-type") ?? "")) {
    return text(
      505,
      "gRPC ends with trailers, which a fetch handler cannot send; speak Connect or gRPC-Web, or serve with @bowline/node",
    );
  }
  return undefined;
}

function bodyTaken(): RpcError {
  return new RpcError(
    "internal",
    "the body of the request was read before the call got it; pass the request on as it came, or a clone of it to who else reads it",
    { reason: "BOWLINE_BODY_TAKEN" },
  );
}

function text(status: number, message: string): Response {
  const headers = { "content-type": "text/plain; charset=utf-8" };
  return new Response(`${message}\n`, { status, headers });
}

function checkSettings(prefix: string, limits: Limits): void {
  if (typeof prefix !== "string" || !/^(?:\/[^/?#%\\]+)*$/.test(prefix)) {
    throw unusable(
      `prefix must be a path such as "/rpc", without a slash at its end; it is ${quote(prefix)}`,
    );
  }
  for (const [name, value] of Object.entries(limits)) {
    const isNone = name === "stallTimeoutMs" && (value === 0 || value === Infinity);
    if (isNone || (Number.isSafeInteger(value) && value > 0)) continue;
    throw unusable(`limits.${name} must be a whole number, 1 or more; it is ${quote(value)}`);
  }
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_OPTION" });
}
