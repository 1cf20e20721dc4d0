import { RpcError } from "@bowline/rpc";
import { quote } from "@bowline/rpc/internal";

/** Where services are. */
export interface BaseUrl {
  /** What paths of methods are appended to: `https://api.example.com/rpc`. */
  readonly prefix: string;
  /** Who is called, for messages: `api.example.com`. */
  readonly authority: string;
  readonly origin: string;
}

/**
 * Reads the URL below which services are: absolute, or a path of the origin of the page.
 * @throws RpcError `invalid_argument` (reason `BOWLINE_TARGET`) for what is no such URL.
 * @throws TypeError for what is neither a string nor a URL.
 */
export function parseBaseUrl(baseUrl: string | URL): BaseUrl {
  if (typeof baseUrl !== "string" && !(baseUrl instanceof URL)) {
    throw new TypeError(
      `the base URL of a channel must be a string such as "https://api.example.com"; it is ${quote(baseUrl)}`,
    );
  }
  const text = String(baseUrl);
  const url = /^\/(?!\/)/.test(text) ? ofPage(text) : absolute(text);
  if (url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "") {
    throw unusable(`${shown(text)} says more than origin and path; leave out user, query and hash`);
  }
  const prefix = url.origin + url.pathname.replace(/\/+$/, "");
  return { prefix, authority: url.host, origin: url.origin };
}

function absolute(text: string): URL {
  if (/^https?:\/\//i.test(text)) {
    try {
      return new URL(text);
    } catch {
      throw unusable(`${shown(text)} is not a URL`);
    }
  }
  throw unusable(
    `the base URL ${shown(text)} does not say where the services are. Write ${suggestion(text)}`,
  );
}

function suggestion(text: string): string {
  const choices =
    "https://host, http://host for HTTP without TLS, or in a page a path such as /rpc";
  return /^[\w.[\]:-]+$/.test(text)
    ? `https://${text}, or http://${text} for HTTP without TLS`
    : choices;
}

function ofPage(path: string): URL {
  const origin = pageOrigin();
  if (origin !== undefined) return new URL(path, origin);
  throw unusable(
    `the base URL ${shown(path)} is a path, and there is no page whose origin it could be on; write https://host${path}`,
  );
}

/** The origin of the page or worker that this runs in. */
export function pageOrigin(): string | undefined {
  const origin = globalThis.location?.origin;
  return origin === undefined || origin === "null" ? undefined : origin;
}

/** As messages show it: they end in logs, where a password does not belong. */
function shown(text: string): string {
  return JSON.stringify(text.replace(/\/\/[^/]*@/, "//[redacted]@"));
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_TARGET" });
}
