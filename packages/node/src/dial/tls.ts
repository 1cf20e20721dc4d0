import { isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect, createSecureContext, type TLSSocket } from "node:tls";
import { RpcError } from "@bowline/rpc";
import { checkOptionNames, quote } from "@bowline/rpc/internal";
import type { Target } from "../target.js";
import { areAuthorities, noAuthority } from "../tls/authorities.js";

/** How a channel's connections are encrypted. */
export interface ClientTlsOptions {
  /** Certificates (PEM) of the authorities that may vouch for the server, instead of those of the system. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** The certificate (PEM, chain included) that is shown to a server that asks for one. Needs `key`. */
  readonly cert?: string | Uint8Array;
  /** The private key (PEM) of `cert`. */
  readonly key?: string | Uint8Array;
  /** The passphrase of `key`. */
  readonly passphrase?: string;
  /** The name that the server's certificate must carry, and that is asked for (SNI). Default: the target's host. */
  readonly serverName?: string;
  /**
   * `false` connects to whoever answers, whatever certificate it shows: encrypted, but not protected from somebody in
   * between. Default `true`.
   */
  readonly rejectUnauthorized?: boolean;
}

const tlsNames: ReadonlySet<string> = new Set<keyof ClientTlsOptions>([
  "ca",
  "cert",
  "key",
  "passphrase",
  "serverName",
  "rejectUnauthorized",
]);

/** Begins TLS on a socket that is connected; `alpn` is what is offered. The handshake goes on after this call. */
export type TlsStarter = (socket: Socket, alpn: readonly string[]) => TLSSocket;

/**
 * Reads a channel's TLS options, once for all of its connections.
 * @throws RpcError `invalid_argument` for certificates and keys that are not usable, or one without the other.
 * @throws TypeError for an option that does not exist.
 */
export function tlsStarter(target: Target, options: ClientTlsOptions = {}): TlsStarter {
  checkOptionNames("createChannel's tls", options, tlsNames);
  const { ca, cert, key, passphrase, serverName, rejectUnauthorized = true } = options;
  if ((cert === undefined) !== (key === undefined)) {
    throw unusable(
      `cert and key go together; there is only ${cert === undefined ? "key" : "cert"}`,
    );
  }
  if (typeof rejectUnauthorized !== "boolean") {
    throw unusable(`rejectUnauthorized must be true or false; it is ${quote(rejectUnauthorized)}`);
  }
  if (ca !== undefined && !areAuthorities(ca)) throw unusable(`ca ${noAuthority}`);
  const secureContext = context({ ca, cert, key, passphrase } as ConnectionOptions);
  const host = serverName ?? ("host" in target.place ? target.place.host : "localhost");
  const named = isIP(host) === 0 ? { servername: host } : {};
  return (socket, alpn) =>
    connect({
      socket,
      secureContext,
      host,
      ...named,
      rejectUnauthorized,
      ALPNProtocols: [...alpn],
    });
}

function context(options: ConnectionOptions): ReturnType<typeof createSecureContext> {
  try {
    return createSecureContext(options);
  } catch (cause) {
    throw unusable(`a certificate or key is not usable: ${(cause as Error).message}`, cause);
  }
}

function unusable(message: string, cause?: unknown): RpcError {
  return new RpcError("invalid_argument", `tls: ${message}`, { cause, reason: "BOWLINE_OPTION" });
}
