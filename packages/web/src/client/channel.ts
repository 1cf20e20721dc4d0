import { type Channel, type ChannelOptions, RpcError } from "@bowline/rpc";
import {
  channelOptionNames,
  checkOptionNames,
  createTransportChannel,
  quote,
} from "@bowline/rpc/internal";
import { parseBaseUrl } from "./base-url.js";
import type { FetchFunction, FetchSettings } from "./exchange.js";
import { describeFailure } from "./failure.js";
import { FetchTransport } from "./transport.js";

/** Options of {@link createFetchChannel}. */
export interface FetchChannelOptions extends ChannelOptions, FetchOptions {}

/** How requests are made by `fetch`. */
export interface FetchOptions {
  /**
   * What is called in place of `globalThis.fetch`, with the URL as a string and all members: to add members of a
   * platform's own, to measure, to answer in tests.
   */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Whether cookies go along; `"include"` for other origins, whose CORS has to say so too. Default: the platform's. */
  readonly credentials?: "include" | "omit" | "same-origin";
  /** How the browser's cache is used; it holds answers to GET requests only, see `useHttpGet`. Default: the platform's. */
  readonly cache?: "default" | "force-cache" | "no-cache" | "no-store" | "reload";
  readonly limits?: {
    /** Bytes of a response's header list. Default 16 KiB, as everywhere. */
    readonly headerListBytes?: number;
  };
}

const fetchOptionNames: readonly (keyof FetchOptions)[] = [
  "fetch",
  "credentials",
  "cache",
  "limits",
];
const optionNames: ReadonlySet<string> = new Set([...channelOptionNames, ...fetchOptionNames]);
const limitNames: ReadonlySet<string> = new Set<keyof NonNullable<FetchOptions["limits"]>>([
  "headerListBytes",
]);

/**
 * Makes a channel that calls by `fetch`: in browsers, Workers, Deno, Bun and Node. Connect (the default) and gRPC-Web,
 * unary calls and server streams. Calls that send a stream fail before anything is sent (`unimplemented`, reason
 * `BOWLINE_REQUEST_STREAM`): `fetch` sends a request as a whole.
 *
 * Cancellation reaches the server: the request is aborted. A deadline travels in a header and is kept here too.
 * A server of another origin has to allow the page by CORS, `cors: { origins: [...] }` of Bowline's servers.
 *
 * @param baseUrl where the services are, `https://api.example.com`, with a path below which they are if there is one. In
 * a page also a path of its own origin, `/rpc`. `http://` is HTTP without TLS, which browsers allow pages without TLS only.
 * @throws RpcError `invalid_argument` for a base URL and for options, `unimplemented` for the protocol `grpc`, whose
 * trailers `fetch` does not show.
 * @throws TypeError for an option that does not exist.
 */
export function createFetchChannel(
  baseUrl: string | URL,
  options: FetchChannelOptions = {},
): Channel {
  checkOptionNames("createFetchChannel", options, optionNames);
  const { fetch: _, credentials: __, cache: ___, limits: ____, ...rest } = options;
  const { protocol } = rest;
  if (protocol === "grpc") throw noTrailers();
  const settings = fetchSettings(baseUrl, options);
  return createTransportChannel(settings.base.prefix, new FetchTransport(settings), rest);
}

function fetchSettings(baseUrl: string | URL, options: FetchOptions): FetchSettings {
  const { fetch, credentials, cache, limits = {} } = options;
  checkOptionNames("createFetchChannel's limits", limits, limitNames);
  if (fetch !== undefined && typeof fetch !== "function") {
    throw unusable(`fetch must be a function; it is ${quote(fetch)}`);
  }
  const { headerListBytes = 16_384 } = limits;
  if (!Number.isSafeInteger(headerListBytes) || headerListBytes < 1) {
    throw unusable(
      `limits.headerListBytes must be a whole number, 1 or more; it is ${quote(headerListBytes)}`,
    );
  }
  return {
    base: parseBaseUrl(baseUrl),
    fetch: fetch ?? platformFetch,
    init: {
      ...(credentials === undefined ? {} : { credentials }),
      ...(cache === undefined ? {} : { cache }),
    },
    headerListBytes,
    describe: describeFailure,
  };
}

/** Looked up for each request: tests and tools replace it. */
const platformFetch: FetchFunction = (url, init) => globalThis.fetch(url, init);

function noTrailers(): RpcError {
  return new RpcError(
    "unimplemented",
    'gRPC ends with trailers, which fetch does not show; use protocol "connect" or "grpc-web", or createChannel of @bowline/node',
    { reason: "BOWLINE_HTTP_VERSION" },
  );
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_OPTION" });
}
