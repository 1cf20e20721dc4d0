import type { TransportDescription } from "@bowline/balancer";
import type { Channel, ChannelOptions } from "@bowline/rpc";
import {
  channelOptionNames,
  checkOptionNames,
  createTransportChannel,
} from "@bowline/rpc/internal";
import type { ClientTlsOptions } from "./dial/tls.js";
import type { FrameOptions } from "./http2/frame-options.js";
import type { ClientKeepaliveOptions, ConnectionAgeOptions } from "./keepalive.js";
import { createNodeTransport, defaultLimits } from "./transport.js";

/** Options of {@link createChannel}. */
export interface NodeChannelOptions extends ChannelOptions {
  /**
   * How connections are encrypted and who is trusted, for `https://` and Unix sockets. Default for `https://`: the
   * authorities that Node trusts, and the target's host as the name.
   */
  readonly tls?: ClientTlsOptions;
  /** Says in writing that a target is meant without TLS. `http://` says it by itself. */
  readonly plaintext?: boolean;
  /**
   * The HTTP version. Default: over TLS what the server picks (ALPN), HTTP/2 first; without TLS "1.1" for Connect and
   * gRPC-Web. gRPC is always HTTP/2. "2" without TLS means prior knowledge: the server must speak HTTP/2 on that port.
   */
  readonly httpVersion?: "1.1" | "2";
  /**
   * When servers on HTTP/2 are asked whether they are still there. Default: never, because servers in wide use close a
   * connection that asks more often than they expect (grpc-go: every 5 minutes). `{ timeMs: 10_000, timeoutMs: 5_000 }`
   * gives no more calls to a server that has vanished for 15 seconds; the server has to allow it. A server that finds it too
   * often is asked half as often from then on. Once in 5 minutes a server is asked anyway, when a call was given up (its
   * deadline had passed) and nothing had come over the connection since it began. This, `connectionAge` and `http2` are of
   * this library's engine; on `node:http2` they do nothing, and a warning says so.
   */
  readonly keepalive?: ClientKeepaliveOptions;
  /** How long HTTP/2 connections are used. Default: no bound. */
  readonly connectionAge?: ConnectionAgeOptions;
  /**
   * What servers on HTTP/2 may do that costs more here than there, and how often. For this library's engine: Node's has
   * bounds of its own.
   */
  readonly http2?: FrameOptions;
  readonly limits?: {
    /** HTTP/1.1 connections to the target at a time; calls beyond them wait. Default 256. */
    readonly connections?: number;
    /** Milliseconds to establish a connection. Default 20,000; of them 5,000 for one address, 10,000 for TLS. */
    readonly connectTimeoutMs?: number;
    /** Bytes of a response's header list, and twice those of one field. Default 16 KiB, as on servers. */
    readonly headerListBytes?: number;
    /**
     * Milliseconds until a header block, any frame but DATA, and the answer to our SETTINGS are complete, each; past it the
     * HTTP/2 connection is closed. Default 10,000, as on servers. For this library's engine.
     */
    readonly headersTimeoutMs?: number;
    /** Milliseconds that a server may take nothing of a request that it was sent. Default 60,000. */
    readonly stallTimeoutMs?: number;
    /**
     * Bytes of response messages of which a part has come, on one connection. Default 64 MiB; past it the call with the
     * largest of them ends with `resource_exhausted`.
     */
    readonly partialMessageBytes?: number;
    /** The same over all connections of the process, as in a server's limits. Default 512 MiB, or a quarter of the heap. */
    readonly processPartialMessageBytes?: number;
    /** Milliseconds that an HTTP/2 connection without calls is kept. Default 3,600,000, an hour. */
    readonly http2IdleTimeoutMs?: number;
    /** Calls that wait for a connection, or for room on one, at a time. Default 10,000. */
    readonly waitingCalls?: number;
  };
}

/** A channel over Node's sockets. */
export interface NodeChannel extends Channel {
  /** The state of its connections, for tests and tools. */
  describe(): TransportDescription;
}

const optionNames: ReadonlySet<string> = new Set<keyof NodeChannelOptions>([
  ...channelOptionNames,
  "tls",
  "plaintext",
  "httpVersion",
  "keepalive",
  "connectionAge",
  "http2",
  "limits",
]);
const limitNames: ReadonlySet<string> = new Set(Object.keys(defaultLimits));

/**
 * Makes a channel. Nothing is connected before the first call, connections are kept and shared, and idle ones do not keep
 * the process alive: a script that made its calls ends by itself.
 *
 * A target says its scheme: `http://localhost:8080`, `https://api.example.com`, `unix:/run/greet.sock`. A bare
 * `localhost:8080` is an error, because plaintext is a choice that is written down.
 *
 * After an attempt to connect that failed, calls fail at once with its reason until the backoff is over (1 s, then 1.6
 * times as long after each failure, up to 2 minutes); the first call after that connects again.
 * @throws RpcError `invalid_argument` or `unimplemented` for a target or a protocol, `invalid_argument` for options.
 * @throws TypeError for an option that does not exist, and for a target that is no string.
 */
export function createChannel(target: string, options: NodeChannelOptions = {}): NodeChannel {
  checkOptionNames("createChannel", options, optionNames);
  checkOptionNames("createChannel's limits", options.limits ?? {}, limitNames);
  const transport = createNodeTransport(target, options);
  const channel = createTransportChannel(target, transport, channelOptions(options));
  return Object.assign(channel, { describe: () => transport.describe() });
}

/** Those of the options that are the channel's, and not its connections'. */
function channelOptions(options: NodeChannelOptions): ChannelOptions {
  const own = channelOptionNames.map((name) => [name, options[name]]);
  return Object.fromEntries(own.filter(([, value]) => value !== undefined));
}
