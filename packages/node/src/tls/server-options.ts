import { createSecureContext, type SecureVersion, type TlsOptions } from "node:tls";
import { RpcError } from "@bowline/rpc";
import { checkOptionNames, quote } from "@bowline/rpc/internal";
import { areAuthorities, noAuthority } from "./authorities.js";

/** Certificates and keys: PEM as text or bytes, or several of them. */
export type Pem = string | Uint8Array | readonly (string | Uint8Array)[];

/** How a server does TLS. */
export interface ServerTlsOptions {
  /** The server's private key. */
  readonly key: Pem;
  /** The server's certificate, followed by what leads to the authority that its clients trust. */
  readonly cert: Pem;
  /** What decrypts the key, if it is encrypted. */
  readonly passphrase?: string;
  /** The authorities that client certificates are verified by. Needed to ask for those: the public ones vouch for anybody. */
  readonly ca?: Pem;
  /**
   * Whether clients show a certificate: `none` (default) does not ask, `request` asks and leaves an unverified caller
   * without identity, `require` closes the connection of a caller without a verified one. Handlers find it in
   * `call.peer`.
   */
  readonly clientCertificate?: "none" | "request" | "require";
  /** The oldest version that is spoken. Default `TLSv1.2`. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  /** Cipher suites in OpenSSL's form. Default: those of Node. */
  readonly ciphers?: string;
}

const names: ReadonlySet<string> = new Set<keyof ServerTlsOptions>([
  "key",
  "cert",
  "passphrase",
  "ca",
  "clientCertificate",
  "minVersion",
  "ciphers",
]);

/**
 * TLS options as Node takes them, checked. ALPN offers HTTP/2 and HTTP/1.1, in this order.
 * @param handshakeTimeoutMs 0 for none.
 * @throws RpcError `invalid_argument` for options that contradict one another, and for keys that are none.
 * @throws TypeError for an option that does not exist.
 */
export function nodeTlsOptions(tls: ServerTlsOptions, handshakeTimeoutMs: number): TlsOptions {
  checkOptionNames("tls", tls, names);
  const { key, cert, ca, passphrase, ciphers } = tls;
  const { clientCertificate = "none", minVersion = "TLSv1.2" } = tls;
  if (key === undefined || cert === undefined) throw refuse("tls needs key and cert, both as PEM");
  checkChoice("clientCertificate", clientCertificate, ["none", "request", "require"]);
  checkChoice("minVersion", minVersion, ["TLSv1.2", "TLSv1.3"]);
  const asks = clientCertificate !== "none";
  if (asks && ca === undefined) {
    throw refuse(
      `tls.clientCertificate is "${clientCertificate}", which needs tls.ca: the authority that the certificates of clients come from`,
    );
  }
  const secrets = {
    key: toNode(key),
    cert: toNode(cert),
    ...(ca === undefined ? {} : { ca: toNode(ca) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ciphers === undefined ? {} : { ciphers }),
    minVersion: minVersion as SecureVersion,
  };
  checkSecrets(secrets);
  if (ca !== undefined && !areAuthorities(ca)) throw refuse(`tls.ca ${noAuthority}`);
  return {
    ...secrets,
    ALPNProtocols: ["h2", "http/1.1"],
    // Node's own default where there is none: it takes no Infinity.
    handshakeTimeout: handshakeTimeoutMs > 0 ? handshakeTimeoutMs : 2 ** 31 - 1,
    requestCert: asks,
    rejectUnauthorized: clientCertificate === "require",
  };
}

function toNode(pem: Pem): string | Buffer | (string | Buffer)[] {
  if (typeof pem === "string") return pem;
  return pem instanceof Uint8Array ? toBuffer(pem) : pem.map((each) => toNode(each) as Buffer);
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  const known = choices.map((each) => `"${each}"`).join(", ");
  throw refuse(`tls.${name} must be one of ${known}; it is ${quote(value)}`);
}

/** Finds out now, not at the first handshake, that a key is none, or not that of the certificate. */
function checkSecrets(secrets: Parameters<typeof createSecureContext>[0]): void {
  try {
    createSecureContext(secrets);
  } catch (error) {
    throw refuse(
      `tls: key, cert or ca cannot be used (${(error as Error).message}). They are texts in PEM, not file names, and the key must be that of the certificate`,
      error,
    );
  }
}

function refuse(message: string, cause?: unknown): RpcError {
  return new RpcError("invalid_argument", message, { cause, reason: "BOWLINE_OPTION" });
}
