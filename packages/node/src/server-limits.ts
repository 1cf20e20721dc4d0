import { RpcError } from "@bowline/rpc";
import { checkOptionNames, quote } from "@bowline/rpc/internal";
import { processPartialMessageBytes, processQueuedReplyBytes } from "./process-memory.js";

/** Bounds of a server. Each is on by default; a time of 0 or `Infinity` is none. */
export interface ServerLimits {
  /** Bytes of a request message. Default 4 MiB; more is `resource_exhausted`, decided before it is buffered. */
  readonly receivedMessageBytes?: number;
  /** Bytes of a request's header list. Default 16 KiB; more is HTTP status 431. */
  readonly headerListBytes?: number;
  /** Bytes of one header field, name and value. Default 8 KiB; more is HTTP status 431. */
  readonly headerFieldBytes?: number;
  /** Connections at a time, over all listeners. Default 10,000; more are closed at once. */
  readonly connections?: number;
  /**
   * Requests at a time on one connection. Default 250; more are refused on HTTP/2, and close an HTTP/1.1 connection, on
   * which there are several only where a peer does not wait for answers.
   */
  readonly streams?: number;
  /**
   * Bytes of replies that one connection may owe its peer. Default 1 MiB; past it streams are told to wait, and on
   * HTTP/2 further requests of the connection wait too.
   */
  readonly queuedReplyBytes?: number;
  /**
   * Bytes of replies that peers have not taken yet, over all HTTP/2 connections of the process. Default 512 MiB, or a
   * quarter of the heap limit if that is less. Past it replies end with `resource_exhausted`: first those of peers that take
   * nothing. A value of its own is an account of its own, for all that say the same.
   */
  readonly processQueuedReplyBytes?: number;
  /**
   * Bytes of messages of which a part has come, on one connection. Default 64 MiB; past it the largest of them is ended with
   * `resource_exhausted`. Content that a handler has not read counts too: then the connection is not read on.
   */
  readonly partialMessageBytes?: number;
  /**
   * The same over all connections of the process, servers and channels. Default 512 MiB, or a quarter of the heap limit if
   * that is less. A value of its own is an account of its own, for all that say the same.
   */
  readonly processPartialMessageBytes?: number;
  /**
   * Milliseconds until a TLS handshake, the preface of HTTP/2, and a request's headers on either version are complete,
   * each. Default 10,000.
   */
  readonly headersTimeoutMs?: number;
  /** Milliseconds until an HTTP/1.1 request is complete, however steadily it trickles. Default 300,000. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds without a byte while a request or response is under way. Default 60,000. */
  readonly stallTimeoutMs?: number;
  /** Milliseconds that an idle HTTP/1.1 connection is kept. Default 65,000: longer than the usual proxies keep theirs. */
  readonly idleTimeoutMs?: number;
  /** Milliseconds that an idle HTTP/2 connection is kept; then it gets GOAWAY. Default 3,600,000, an hour. */
  readonly http2IdleTimeoutMs?: number;
}

/** The bounds that transports keep, each with a value. A time of 0 is none. */
export type TransportLimits = Required<Omit<ServerLimits, "receivedMessageBytes">>;

const defaults: TransportLimits = {
  headerListBytes: 16_384,
  headerFieldBytes: 8_192,
  connections: 10_000,
  streams: 250,
  queuedReplyBytes: 1_048_576,
  processQueuedReplyBytes,
  partialMessageBytes: 67_108_864,
  processPartialMessageBytes,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 300_000,
  stallTimeoutMs: 60_000,
  idleTimeoutMs: 65_000,
  http2IdleTimeoutMs: 3_600_000,
};

const limitNames: ReadonlySet<string> = new Set<string>([
  "receivedMessageBytes" satisfies keyof ServerLimits,
  ...Object.keys(defaults),
]);

/**
 * Checks limits and fills in the defaults.
 * @throws RpcError `invalid_argument` for a value that is no number of 0 or more.
 * @throws TypeError for a limit that does not exist.
 */
export function transportLimits(limits: ServerLimits): TransportLimits {
  checkOptionNames("serve's limits", limits, limitNames);
  const found: Record<string, number> = { ...defaults };
  for (const [name, value] of Object.entries(limits) as [string, unknown][]) {
    if (value === undefined) continue;
    if (typeof value !== "number" || !(value >= 0)) throw notANumber(name, value);
    // Node's timers take no Infinity; for them no limit is 0.
    if (name in defaults) found[name] = name.endsWith("Ms") && value === Infinity ? 0 : value;
  }
  return found as unknown as TransportLimits;
}

function notANumber(name: string, value: unknown): RpcError {
  return new RpcError(
    "invalid_argument",
    `limits.${name} must be a number, 0 or more; it is ${quote(value)}`,
    { reason: "BOWLINE_OPTION" },
  );
}
