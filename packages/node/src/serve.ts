import type { ErrorHook, Implementation } from "@bowline/rpc";
import { binaryCodec, RpcError } from "@bowline/rpc";
import {
  checkOptionNames,
  createRequestHandler,
  defaultReceivedMessageBytes,
  quote,
  reportError,
} from "@bowline/rpc/internal";
import { jsonCodec } from "@bowline/rpc/json";
import { bindHost } from "./host.js";
import { createHttp1Server, type Http1Server, type Http1ServerLimits } from "./http1/server.js";
import { listen, urlOf } from "./listen.js";
import { stopOnSigterm } from "./signals.js";

/** Bounds of a server. Each is on by default. */
export interface ServerLimits {
  /** Bytes of a request message. Default 4 MiB; more is `resource_exhausted`, decided before it is buffered. */
  readonly receivedMessageBytes?: number;
  /** Bytes of a request's header list. Default 16 KiB; more is HTTP status 431. */
  readonly headerListBytes?: number;
  /** Bytes of one header field, name and value. Default 8 KiB; more is HTTP status 431. */
  readonly headerFieldBytes?: number;
  /** Connections at a time. Default 10,000; more are closed at once. */
  readonly connections?: number;
  /** Milliseconds until a request's headers are complete. Default 10,000. */
  readonly headersTimeoutMs?: number;
  /** Milliseconds until a request is complete, however steadily it trickles. Default 300,000. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds without a byte while a request or response is under way. Default 60,000. */
  readonly stallTimeoutMs?: number;
  /** Milliseconds that an idle connection is kept. Default 65,000: longer than the usual proxies keep theirs. */
  readonly idleTimeoutMs?: number;
}

/** Options of {@link serve}. */
export interface ServeOptions {
  /** What is served: `implement(GreetService, { … })`. */
  readonly services: readonly Implementation[];
  /** 0 takes a free port; `server.url` says which. */
  readonly port: number;
  /** The address to bind. Default: this machine only, or with `plaintext: true` every address. */
  readonly host?: string;
  /** Serve other machines without TLS. Default false. */
  readonly plaintext?: boolean;
  /** Drain and exit on SIGTERM. Default true. */
  readonly signals?: boolean;
  readonly limits?: ServerLimits;
  /** Is told what callers see as `internal`. Default: written to standard error. */
  readonly onError?: ErrorHook;
}

const optionNames: ReadonlySet<string> = new Set<keyof ServeOptions>([
  "services",
  "port",
  "host",
  "plaintext",
  "signals",
  "limits",
  "onError",
]);
const limitNames: ReadonlySet<string> = new Set<keyof ServerLimits>([
  "receivedMessageBytes",
  "headerListBytes",
  "headerFieldBytes",
  "connections",
  "headersTimeoutMs",
  "requestTimeoutMs",
  "stallTimeoutMs",
  "idleTimeoutMs",
]);

/** A server that is listening. */
export interface RpcServer extends AsyncDisposable {
  /** Where it is reached from this machine, `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops accepting, lets the calls under way finish, then closes. Calls that take longer than `graceMs` (default
   * 10,000, well within what Kubernetes allows) are ended and their signals aborted. Further calls wait for the first.
   */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Serves services over Connect, binary and JSON, on HTTP/1.1. Without `plaintext: true` it binds loopback only.
 * Disposing of the server (`await using`) stops it.
 * @throws RpcError `failed_precondition` if the port cannot be bound (reason `BOWLINE_PORT_TAKEN` if it is in use),
 * `invalid_argument` for options, `already_exists` for a service given twice.
 * @throws TypeError for an option that does not exist, and for a service without `implement`.
 */
export async function serve(options: ServeOptions): Promise<RpcServer> {
  checkOptionNames("serve", options, optionNames);
  checkPort(options.port);
  const { plaintext = false, signals = true, limits = {} } = options;
  checkLimits(limits);
  const host = bindHost(options.host, plaintext);
  const accept = createRequestHandler({
    services: options.services,
    codecs: [binaryCodec, jsonCodec],
    receivedMessageBytes: limits.receivedMessageBytes ?? defaultReceivedMessageBytes,
    onError: options.onError ?? reportError,
  });
  const http1 = createHttp1Server(accept, http1Limits(limits));
  const address = await listen(http1.server, options.port, host);
  return new NodeServer(http1, urlOf(address), address.port, signals);
}

class NodeServer implements RpcServer {
  readonly url: string;
  readonly port: number;
  readonly #http1: Http1Server;
  readonly #releaseSignal: (() => void) | undefined;
  #stopped: Promise<void> | undefined;

  constructor(http1: Http1Server, url: string, port: number, signals: boolean) {
    this.#http1 = http1;
    this.url = url;
    this.port = port;
    this.#releaseSignal = signals ? stopOnSigterm(() => this.stop()) : undefined;
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
    const timer = setTimeout(() => this.#http1.abort(), graceMs);
    await this.#http1.drain();
    clearTimeout(timer);
  }
}

function http1Limits(limits: ServerLimits): Http1ServerLimits {
  return {
    connections: limits.connections ?? 10_000,
    headerListBytes: limits.headerListBytes ?? 16_384,
    headerFieldBytes: limits.headerFieldBytes ?? 8_192,
    headersTimeoutMs: limits.headersTimeoutMs ?? 10_000,
    requestTimeoutMs: limits.requestTimeoutMs ?? 300_000,
    stallTimeoutMs: limits.stallTimeoutMs ?? 60_000,
    idleTimeoutMs: limits.idleTimeoutMs ?? 65_000,
  };
}

function checkLimits(limits: ServerLimits): void {
  checkOptionNames("serve's limits", limits, limitNames);
  for (const [name, value] of Object.entries(limits) as [string, unknown][]) {
    if (value === undefined || (typeof value === "number" && value >= 0)) continue;
    throw new RpcError(
      "invalid_argument",
      `limits.${name} must be a number, 0 or more; it is ${quote(value)}`,
      { reason: "BOWLINE_OPTION" },
    );
  }
}

function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return;
  throw new RpcError(
    "invalid_argument",
    `port must be a whole number from 0 to 65535; it is ${quote(port)}`,
    {
      reason: "BOWLINE_OPTION",
    },
  );
}
