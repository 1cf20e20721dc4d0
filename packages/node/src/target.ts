import { RpcError } from "@bowline/rpc";
import { quote } from "@bowline/rpc/internal";

/** Where a channel connects to. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** `host:port` as written in URLs and messages. */
  readonly authority: string;
}

const scheme = /^([a-z][a-z0-9+.-]*):/i;
const later = ["https", "unix", "dns", "static", "file", "lookaside"];

/**
 * Reads a channel's target: `http://host:port`, HTTP without TLS.
 * @throws RpcError `invalid_argument` for a target without a scheme or with parts that mean nothing here,
 * `unimplemented` for a scheme that this version does not connect to.
 * @throws TypeError for what is no string.
 */
export function parseTarget(target: string): Target {
  if (typeof target !== "string") {
    throw new TypeError(
      `the target of a channel must be a string such as "http://localhost:8080"; it is ${quote(target)}`,
    );
  }
  const name = scheme.exec(target)?.[1]?.toLowerCase();
  if (name !== undefined && later.includes(name)) throw unsupported(target, name);
  if (!/^http:\/\//i.test(target)) throw withoutScheme(target);
  const url = parse(target);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "") {
    throw unusable(`${target} says more than http://host:port; leave out user, path and query`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? 80 : Number(url.port);
  return { host, port, authority: `${url.hostname}:${port}` };
}

function parse(target: string): URL {
  try {
    return new URL(target);
  } catch (cause) {
    throw unusable(`${JSON.stringify(target)} is not a URL of the form http://host:port`, cause);
  }
}

function withoutScheme(target: string): RpcError {
  const suggestion = /^[\w.[\]:-]+$/.test(target) ? target : "host:port";
  return unusable(
    `the target ${JSON.stringify(target)} does not say how to connect. Write http://${suggestion} for HTTP without TLS; https://, unix: and the gRPC schemes (dns:, static:, file:, lookaside:) are names that later versions connect to`,
  );
}

function unsupported(target: string, name: string): RpcError {
  return new RpcError(
    "unimplemented",
    `the target ${JSON.stringify(target)} asks for ${name}:, which this version does not connect to; use http://host:port`,
    { reason: "BOWLINE_TARGET" },
  );
}

function unusable(message: string, cause?: unknown): RpcError {
  return new RpcError("invalid_argument", message, { cause, reason: "BOWLINE_TARGET" });
}
