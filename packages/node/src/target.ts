import type { Address } from "@bowline/balancer";
import { RpcError } from "@bowline/rpc";
import { quote } from "@bowline/rpc/internal";

/** Where a channel connects to. */
export interface Target extends Address {
  /** Whether the connection is encrypted. */
  readonly secure: boolean;
  /** What is connected to. */
  readonly place: Place;
  /** `host:port` as requests carry it (`host`, `:authority`); `localhost` on a Unix socket. */
  readonly authority: string;
}

/** A TCP port of a host (a name, or an address without brackets), or the path of a Unix socket. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/** What a channel's options say of encryption. */
export interface TargetSecurity {
  /** Whether there are `tls` options. */
  readonly tls: boolean;
  /** `plaintext: true`. */
  readonly plaintext: boolean;
}

const scheme = /^([a-z][a-z0-9+.-]*):/i;
const later = ["dns", "static", "file", "lookaside"];
const choices =
  "http://host:port (HTTP without TLS), https://host:port (TLS) or unix:/path (a Unix socket)";

/**
 * Reads a channel's target: `http://host:port` (80 unless it says so), `https://host:port` (443), `unix:/path`.
 * @throws RpcError `invalid_argument` for a target without a scheme, with parts that mean nothing here, or whose scheme
 * contradicts the options; `unimplemented` for a scheme that this version does not connect to.
 * @throws TypeError for what is no string.
 */
export function parseTarget(
  target: string,
  security: TargetSecurity = { tls: false, plaintext: false },
): Target {
  if (typeof target !== "string") {
    throw new TypeError(
      `the target of a channel must be a string such as "http://localhost:8080"; it is ${quote(target)}`,
    );
  }
  const name = scheme.exec(target)?.[1]?.toLowerCase();
  if (name !== undefined && later.includes(name)) throw unsupported(target, name);
  if (security.tls && security.plaintext) {
    throw unusable(
      `${shown(target)} cannot have tls options and plaintext: true; leave one of them out`,
    );
  }
  if (name === "unix") return unixTarget(target, security.tls);
  if (!/^https?:\/\//i.test(target)) throw withoutScheme(target);
  return urlTarget(target, name === "https", security);
}

function urlTarget(target: string, secure: boolean, security: TargetSecurity): Target {
  if (!secure && security.tls) {
    throw unusable(
      `${shown(target)} is HTTP without TLS, and the channel has tls options; write https:// or leave tls out`,
    );
  }
  if (secure && security.plaintext) {
    throw unusable(
      `${shown(target)} uses TLS; write http:// instead of plaintext: true if that is meant`,
    );
  }
  const form = secure ? "https://host:port" : "http://host:port";
  const url = parse(target, form);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "") {
    throw unusable(`${shown(target)} says more than ${form}; leave out user, path and query`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const authority = `${url.hostname}:${port}`;
  return { name: authority, authority, secure, place: { host, port } };
}

function unixTarget(target: string, tls: boolean): Target {
  const path = target.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
  if (path === "" || path.startsWith("//") || path.includes("\0")) {
    throw unusable(`${JSON.stringify(shown(target))} does not name a socket; write unix:/path`);
  }
  return { name: `unix:${path}`, authority: "localhost", secure: tls, place: { path } };
}

function parse(target: string, form: string): URL {
  try {
    return new URL(target);
  } catch (cause) {
    throw unusable(`${JSON.stringify(shown(target))} is not a URL of the form ${form}`, cause);
  }
}

function withoutScheme(target: string): RpcError {
  const bare = /^[\w.[\]:-]+$/.test(target);
  const hint = bare
    ? `http://${target} for HTTP without TLS, https://${target}, unix:/path`
    : choices;
  return unusable(
    `the target ${JSON.stringify(shown(target))} does not say how to connect. Write ${hint}; the gRPC schemes (dns:, static:, file:, lookaside:) are names that later versions connect to`,
  );
}

function unsupported(target: string, name: string): RpcError {
  return new RpcError(
    "unimplemented",
    `the target ${JSON.stringify(shown(target))} asks for ${name}:, which this version does not connect to; use ${choices}`,
    { reason: "BOWLINE_TARGET" },
  );
}

/** A target as messages show it: they end in logs, where a password does not belong. */
function shown(target: string): string {
  return target.replace(/\/\/[^/]*@/, "//[redacted]@");
}

function unusable(message: string, cause?: unknown): RpcError {
  return new RpcError("invalid_argument", message, { cause, reason: "BOWLINE_TARGET" });
}
