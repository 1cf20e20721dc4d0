import type { StreamFailure } from "@bowline/rpc/internal";

const texts: Readonly<Record<string, readonly [kind: StreamFailure["kind"], text: string]>> = {
  ECONNREFUSED: [
    "unreachable",
    "connection refused. Is the server running, and is the port right?",
  ],
  ENOTFOUND: ["unreachable", "no such host. Is the name right?"],
  EAI_AGAIN: ["unreachable", "the name could not be looked up. Is there a network?"],
  EHOSTUNREACH: ["unreachable", "no route to the host"],
  ENETUNREACH: ["unreachable", "no route to the network"],
  ETIMEDOUT: ["unreachable", "no connection came about in time. Does a firewall drop the packets?"],
  ECONNRESET: ["lost", "the connection was closed before the response was complete"],
  EPIPE: ["lost", "the connection was closed before the request was complete"],
  HPE_HEADER_OVERFLOW: ["limit", "the response headers are past the limit (headerListBytes)"],
};

/** The error of a connection that takes too long. */
export function connectTimeout(connectTimeoutMs: number): Error {
  const error = new Error(`no connection within ${connectTimeoutMs} ms`);
  return Object.assign(error, { code: "ETIMEDOUT" });
}

/** Says what an error of Node's means for a call; who was called is said by the RPC layer. */
export function describeFailure(error: Error): StreamFailure {
  const code = String((error as NodeJS.ErrnoException).code);
  const known = Object.hasOwn(texts, code) ? texts[code] : undefined;
  if (known !== undefined) {
    return { kind: known[0], message: known[1], cause: error };
  }
  const malformed = code.startsWith("HPE_");
  const text = malformed ? "the answer is not valid HTTP/1.1" : "the connection failed";
  return {
    kind: malformed ? "malformed" : "lost",
    message: `${text} (${code === "undefined" ? error.message : code})`,
    cause: error,
  };
}
