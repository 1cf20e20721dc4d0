import type { StreamFailure } from "@bowline/rpc/internal";

const noCertificate = "the server wants a client certificate. Give it as tls.cert and tls.key";

/** What errors of Node's mean while a connection is being made. */
const connecting: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused. Is the server running, and is the port right?",
  ENOENT: "there is no such socket. Is the server running, and is the path right?",
  EACCES: "this process may not open the socket",
  ENOTFOUND: "no such host. Is the name right?",
  EAI_AGAIN: "the name could not be looked up. Is there a network?",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ETIMEDOUT: "no connection came about in time. Does a firewall drop the packets?",
  ECONNRESET: "the connection was closed while it was being made",
  EPROTO: "TLS failed. Does the server speak TLS on this port?",
  ERR_SSL_WRONG_VERSION_NUMBER: "the server does not speak TLS on this port. Is http:// meant?",
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "the server's certificate is self-signed. Give it as tls.ca if it is the right one",
  SELF_SIGNED_CERT_IN_CHAIN:
    "the server's certificate comes from an unknown authority. Give the authority's certificate as tls.ca",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the server's certificate comes from an unknown authority. Give the authority's certificate as tls.ca",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "the server's certificate comes from an unknown authority. Give the authority's certificate as tls.ca",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: noCertificate,
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the server's certificate is for another name. Is the host right, or is tls.serverName needed?",
};

/** What they mean once there is one. */
const connected: Readonly<Record<string, readonly [kind: StreamFailure["kind"], text: string]>> = {
  ECONNRESET: ["lost", "the connection was closed before the response was complete"],
  EPIPE: ["lost", "the connection was closed before the request was complete"],
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: ["lost", noCertificate],
  HPE_HEADER_OVERFLOW: ["limit", "the response headers are past the limit (headerListBytes)"],
};

/** The error of a connection that takes too long. */
export function timedOut(timeoutMs: number): Error {
  const error = new Error(`no connection within ${timeoutMs} ms`);
  return Object.assign(error, { code: "ETIMEDOUT" });
}

/** Says why no connection came about; who was called is said by the RPC layer. */
export function describeConnectFailure(error: Error): StreamFailure {
  const code = codeOf(error);
  const known = Object.hasOwn(connecting, code) ? connecting[code] : undefined;
  if (code.endsWith("ALERT_NO_APPLICATION_PROTOCOL")) {
    const message = "the server speaks none of the HTTP versions that were offered to it (ALPN)";
    return { kind: "unsupported", message, cause: error };
  }
  const message = known ?? `no connection came about (${code === "" ? error.message : code})`;
  return { kind: "unreachable", message, cause: error };
}

/** Says what an error on a connection means for a call. */
export function describeFailure(error: Error): StreamFailure {
  const code = codeOf(error);
  const known = Object.hasOwn(connected, code) ? connected[code] : undefined;
  if (known !== undefined) return { kind: known[0], message: known[1], cause: error };
  const malformed = code.startsWith("HPE_");
  const text = malformed ? "the answer is not valid HTTP/1.1" : "the connection failed";
  return {
    kind: malformed ? "malformed" : "lost",
    message: `${text} (${code === "" ? error.message : code})`,
    cause: error,
  };
}

function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? "" : String(code);
}

/** A socket that could not be made, where Node's interfaces want an `Error`. */
export class DialError extends Error {
  readonly failure: StreamFailure;

  constructor(failure: StreamFailure) {
    super(failure.message);
    this.failure = failure;
  }
}
