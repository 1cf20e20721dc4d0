import type { TlsOptions } from "node:tls";
import { RpcError } from "@bowline/rpc";
import { checkOptionNames, quote } from "@bowline/rpc/internal";
import { bindHost } from "./host.js";
import { nodeTlsOptions, type ServerTlsOptions } from "./tls/server-options.js";

/** A TCP port that a server listens on. */
export interface PortListener {
  /** 0 takes a free one. */
  readonly port: number;
  /** The address to bind. Default: this machine only, or with `tls` or `plaintext: true` every address. */
  readonly host?: string;
  /** Serve HTTPS. HTTP/2 or HTTP/1.1, as the client prefers. */
  readonly tls?: ServerTlsOptions;
  /** Serve other machines without TLS. Default false. */
  readonly plaintext?: boolean;
}

/** A Unix socket that a server listens on. */
export interface PathListener {
  /** The file of the socket. One that a dead process left behind is replaced; it is removed when the server stops. */
  readonly path: string;
}

/** Where a server listens. */
export type ListenerOptions = PortListener | PathListener;

/** A listener whose options have been checked. */
export interface Listener {
  readonly path: string | undefined;
  readonly port: number;
  readonly host: string | undefined;
  readonly tls: TlsOptions | undefined;
}

const portNames: ReadonlySet<string> = new Set<keyof PortListener>([
  "port",
  "host",
  "tls",
  "plaintext",
]);
const pathNames: ReadonlySet<string> = new Set<keyof PathListener>(["path"]);
/** What an address of a Unix socket has room for; longer paths would be cut short without a word. */
const pathBytes = 107;

/** What of `serve`'s options says where to listen. */
export interface ListenOptions extends Partial<PortListener> {
  readonly listeners?: readonly ListenerOptions[];
}

/**
 * The listeners that `serve`'s options ask for: the one of `port`, or those of `listeners`.
 * @throws RpcError `invalid_argument` for values that cannot be, or that contradict one another.
 * @throws TypeError for an option that does not exist.
 */
export function resolveListeners(options: ListenOptions, handshakeTimeoutMs: number): Listener[] {
  const { listeners, port, host, tls, plaintext } = options;
  if (listeners === undefined) {
    if (port === undefined) {
      throw refuse("serve needs a port (0 takes a free one), or listeners for several");
    }
    const one = omitUndefined({ port, host, tls, plaintext }) as unknown as PortListener;
    return [resolvePort(one, "", handshakeTimeoutMs)];
  }
  const twice = Object.keys(omitUndefined({ port, host, tls, plaintext }));
  if (twice.length > 0) {
    throw refuse(`serve has listeners, so ${twice.join(", ")} must be said there, for each`);
  }
  if (!Array.isArray(listeners)) {
    throw refuse(`listeners must be an array; it is ${quote(listeners)}`);
  }
  return listeners.map((each: ListenerOptions, index) =>
    resolve(each, `listeners[${index}]`, handshakeTimeoutMs),
  );
}

function resolve(options: ListenerOptions, name: string, handshakeTimeoutMs: number): Listener {
  const isPath = typeof options === "object" && options !== null && "path" in options;
  checkOptionNames(name, options, isPath ? pathNames : portNames);
  if (!isPath) return resolvePort(options as PortListener, `${name}.`, handshakeTimeoutMs);
  const { path } = options;
  if (typeof path !== "string" || path === "") {
    throw refuse(`${name}.path must be the name of a file; it is ${quote(path)}`);
  }
  if (Buffer.byteLength(path) > pathBytes) {
    throw refuse(
      `${name}.path is longer than a Unix socket's may be: ${Buffer.byteLength(path)} bytes, the limit is ${pathBytes}`,
    );
  }
  return { path, port: 0, host: undefined, tls: undefined };
}

function resolvePort(options: PortListener, prefix: string, handshakeTimeoutMs: number): Listener {
  const { port, host, tls, plaintext = false } = options;
  checkPort(`${prefix}port`, port);
  if (tls !== undefined && plaintext) {
    throw refuse(`${prefix}tls and ${prefix}plaintext: true contradict one another; leave one out`);
  }
  return {
    path: undefined,
    port,
    host: bindHost(host, plaintext || tls !== undefined),
    tls: tls === undefined ? undefined : nodeTlsOptions(tls, handshakeTimeoutMs),
  };
}

function checkPort(name: string, port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return;
  throw refuse(`${name} must be a whole number from 0 to 65535; it is ${quote(port)}`);
}

function omitUndefined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function refuse(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_OPTION" });
}
