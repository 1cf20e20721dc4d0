import type { Server, Socket } from "node:net";
import type { HandlerOptions, Implementation } from "@bowline/rpc";
import { checkOptionNames, handlerOptionNames } from "@bowline/rpc/internal";
import { Connections } from "./connections.js";
import type { FallbackHandler, RequestEntry } from "./http-server.js";
import { Http1Server } from "./http1/server.js";
import { chosenEngine, createHttp2Server, engineName, type Http2Engine } from "./http2/engine.js";
import { warnOfEngineOptions } from "./http2/engine-options.js";
import { serverLife } from "./http2/engine-server.js";
import { type FrameOptions, frameOptions } from "./http2/frame-options.js";
import {
  type ConnectionAgeOptions,
  connectionLife,
  type KeepaliveOptions,
  type PingPolicyOptions,
  pingPolicy,
} from "./keepalive.js";
import { type ListenerAddress, listen } from "./listen.js";
import {
  type Listener,
  type ListenerOptions,
  type PortListener,
  resolveListeners,
} from "./listener.js";
import { nodeRequestHandler } from "./request-handler.js";
import { type ServerLimits, transportLimits } from "./server-limits.js";
import { stopOnSigterm } from "./signals.js";

/** Options of {@link serve}. Where it listens: either `port` and what belongs to it, or `listeners`. */
export interface ServeOptions extends Partial<PortListener>, HandlerOptions {
  /** What is served: `implement(GreetService, { … })`. */
  readonly services: readonly Implementation[];
  /** Several ports and Unix sockets. None: the server has the connections that `inject` gives it. */
  readonly listeners?: readonly ListenerOptions[];
  /** Drain and exit on SIGTERM. Default true. */
  readonly signals?: boolean;
  readonly limits?: ServerLimits;
  /**
   * When clients on HTTP/2 are asked whether they are still there. Default: after 2 hours without a byte, 20 seconds for
   * the answer. This, `pings`, `connectionAge` and `http2` are of this library's engine; on `node:http2` they do nothing,
   * and a warning says so.
   */
  readonly keepalive?: KeepaliveOptions;
  /** How often clients on HTTP/2 may ask the same. */
  readonly pings?: PingPolicyOptions;
  /** How long HTTP/2 connections are used. Default: no bound. */
  readonly connectionAge?: ConnectionAgeOptions;
  /**
   * What clients on HTTP/2 may do that costs more here than there, and how often. For this library's engine: Node's has
   * bounds of its own.
   */
  readonly http2?: FrameOptions;
  /**
   * Answers requests for paths that no service has: an Express application, a health check, a page. Its requests are
   * those of `node:http`, over HTTP/2 too, and its body limits its own. Default: 404.
   */
  readonly fallback?: FallbackHandler;
}

const optionNames: ReadonlySet<string> = new Set<string>([
  "services",
  "port",
  "host",
  "tls",
  "plaintext",
  "listeners",
  "signals",
  "limits",
  "keepalive",
  "pings",
  "connectionAge",
  "http2",
  "fallback",
  ...handlerOptionNames,
] satisfies (keyof ServeOptions)[]);

const engineOptions: readonly (keyof ServeOptions)[] = [
  "keepalive",
  "pings",
  "connectionAge",
  "http2",
];

/** What a server has at hand, and what serves it. */
export interface ServerCounters {
  /** Connections that are open, those included whose handshake is under way, and those that wait for a slow reader. */
  readonly connections: number;
  /** Requests under way. */
  readonly streams: number;
  /** What speaks HTTP/2: this library's engine, or Node's if the environment says `BOWLINE_HTTP2=node`. */
  readonly http2: "@bowline/http2" | "node:http2";
}

/** A server that is listening. */
export interface RpcServer extends AsyncDisposable {
  /** Where it is reached from this machine, `http://127.0.0.1:8080`: its first listener. Empty without one. */
  readonly url: string;
  /** The port of the first listener; 0 if that is a Unix socket. */
  readonly port: number;
  /** Where each listener is reached, in the order of the options. */
  readonly addresses: readonly ListenerAddress[];
  /**
   * Serves a connection that something else accepted: cleartext, or a `TLSSocket` whose handshake is over. HTTP/2 and
   * HTTP/1.1 are told apart as on a listener (with TLS, by ALPN). The server owns the socket from then on.
   */
  inject(socket: Socket): void;
  /** What is under way now; counts are zero once `stop` is done. */
  describe(): ServerCounters;
  /**
   * Stops accepting, lets the calls under way finish and their answers leave, then closes. HTTP/2 connections are told to
   * go away and finish their streams. Calls that take longer than `graceMs` (default 10,000, well within what Kubernetes allows) are ended
   * and their signals aborted. Further calls wait for the first.
   */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Serves services over HTTP/1.1 and HTTP/2 on one port: on cleartext a connection's first bytes decide (HTTP/2 by prior
 * knowledge), with `tls` ALPN does. Without `tls` or `plaintext: true` it binds loopback only. Disposing of the server
 * (`await using`) stops it.
 * @throws RpcError `failed_precondition` if the port cannot be bound (reason `BOWLINE_PORT_TAKEN` if it is in use),
 * `invalid_argument` for options, `already_exists` for a service given twice.
 * @throws TypeError for an option that does not exist, and for a service without `implement`.
 */
export async function serve(options: ServeOptions): Promise<RpcServer> {
  checkOptionNames("serve", options, optionNames);
  const limits = transportLimits(options.limits ?? {});
  const listeners = resolveListeners(options, limits.headersTimeoutMs);
  const accept = nodeRequestHandler(options);
  const entry: RequestEntry = { accept, fallback: options.fallback, handles: accept.handles };
  const engine = chosenEngine();
  warnOfEngineOptions("serve", options, engineOptions, engine);
  const life = connectionLife(options, serverLife);
  const http2 = createHttp2Server(entry, limits, engine, {
    life,
    pings: pingPolicy(options.pings),
    frames: frameOptions(options.http2),
  });
  const connections = new Connections(new Http1Server(entry, limits), http2, limits);
  const server = new NodeServer(connections, engine);
  try {
    for (const listener of listeners) await server.listen(listener);
  } catch (error) {
    await server.stop({ graceMs: 0 });
    throw error;
  }
  if (options.signals ?? true) server.stopOnSignals();
  return server;
}

class NodeServer implements RpcServer {
  readonly addresses: ListenerAddress[] = [];
  readonly #connections: Connections;
  readonly #engine: Http2Engine;
  readonly #servers: Server[] = [];
  #releaseSignal: (() => void) | undefined;
  #stopped: Promise<void> | undefined;

  constructor(connections: Connections, engine: Http2Engine) {
    this.#connections = connections;
    this.#engine = engine;
  }

  get url(): string {
    return this.addresses[0]?.url ?? "";
  }

  get port(): number {
    return this.addresses[0]?.port ?? 0;
  }

  async listen(listener: Listener): Promise<void> {
    const server = this.#connections.createServer(listener.tls);
    this.addresses.push(await listen(server, listener));
    // What goes wrong with accepting later (too many open files) is no reason to end.
    server.on("error", () => {});
    this.#servers.push(server);
  }

  stopOnSignals(): void {
    this.#releaseSignal = stopOnSigterm(() => this.stop());
  }

  inject(socket: Socket): void {
    this.#connections.take(socket);
  }

  describe(): ServerCounters {
    const { size: connections, streams } = this.#connections;
    return { connections, streams, http2: engineName(this.#engine) };
  }

  stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(options.graceMs ?? 10_000);
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(graceMs: number): Promise<void> {
    this.#releaseSignal?.();
    const timer = setTimeout(() => this.#connections.abort(), graceMs);
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    await this.#connections.drain();
    await Promise.all(closed);
    clearTimeout(timer);
  }
}
