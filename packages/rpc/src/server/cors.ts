import { checkOptionNames, quote } from "../option-names.js";
import { respondWithText } from "../protocol-connect/refusal.js";
import { RpcError } from "../rpc-error.js";
import type { ServerStream } from "../transport/server-stream.js";
import { CorsStream } from "./cors-stream.js";

/** Which pages of other origins may call, and what they may send and read (Fetch standard, section 3.2). */
export interface CorsOptions {
  /**
   * The origins of the pages, as browsers send them: `https://app.example.com`, without a path. `"*"`: every page, which
   * excludes `credentials`. An origin that is not listed is answered without permission; no origin is ever taken over
   * from a request without being listed.
   */
  readonly origins: readonly string[] | "*";
  /** Whether browsers may send cookies and client certificates along. Default false. */
  readonly credentials?: boolean;
  /** Request headers that callers set, `authorization`, beside those of the protocols. Default none. */
  readonly allowHeaders?: readonly string[];
  /** Response headers and trailers that pages read, beside those of the protocols. Default none. */
  readonly exposeHeaders?: readonly string[];
  /** How long a browser may remember the permission. Default two hours, the longest that Chrome grants. */
  readonly maxAgeMs?: number;
}

const corsOptionNames: ReadonlySet<string> = new Set<keyof CorsOptions>([
  "origins",
  "credentials",
  "allowHeaders",
  "exposeHeaders",
  "maxAgeMs",
]);

/** The request headers that Connect and gRPC-Web set, and browsers do not allow by themselves. */
const protocolRequestHeaders = [
  "connect-accept-encoding",
  "connect-content-encoding",
  "connect-protocol-version",
  "connect-timeout-ms",
  "content-encoding",
  "content-type",
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-timeout",
  "x-grpc-web",
  "x-user-agent",
];

/** The response headers that they read. */
const protocolResponseHeaders = [
  "accept-post",
  "connect-content-encoding",
  "content-encoding",
  "grpc-encoding",
  "grpc-message",
  "grpc-status",
  "grpc-status-details-bin",
];

const fieldName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i;

/** Grants pages of other origins what the options say. */
export class Cors {
  readonly #origins: ReadonlySet<string> | "*";
  readonly #credentials: readonly string[];
  readonly #allowed: string;
  readonly #exposed: string;
  readonly #maxAge: string;

  /**
   * @throws RpcError `invalid_argument` for what is no origin, for `"*"` with credentials, and for values of no meaning.
   * @throws TypeError for an option that does not exist.
   */
  constructor(options: CorsOptions) {
    checkOptionNames("cors", options, corsOptionNames);
    const { credentials = false, maxAgeMs = 7_200_000 } = options;
    this.#origins = checkOrigins(options.origins, credentials);
    this.#credentials = credentials ? ["access-control-allow-credentials", "true"] : [];
    const exposed = checkNames("exposeHeaders", options.exposeHeaders);
    // Connect's unary calls carry trailers as headers with this prefix.
    const trailers = exposed.map((name) => `trailer-${name}`);
    this.#allowed = listOf(
      protocolRequestHeaders,
      checkNames("allowHeaders", options.allowHeaders),
    );
    this.#exposed = listOf(protocolResponseHeaders, [...exposed, ...trailers]);
    if (!(maxAgeMs >= 0)) {
      throw unusable(`cors.maxAgeMs must be milliseconds, 0 or more; it is ${quote(maxAgeMs)}`);
    }
    this.#maxAge = String(Math.floor(maxAgeMs / 1000));
  }

  /** The stream to answer on; `undefined` if the request was the browser's question, which is answered then. */
  admit(stream: ServerStream): ServerStream | undefined {
    const origin = stream.headers.get("origin");
    // Not of a page, and nothing that a cache keeps.
    if (origin === undefined && stream.method !== "GET") return stream;
    const fields = this.#fieldsFor(origin);
    const asks = stream.method === "OPTIONS" && origin !== undefined;
    if (!asks || !stream.headers.has("access-control-request-method")) {
      if (fields.length === 0) return stream;
      return new CorsStream(stream, [...fields, ...this.#exposedTo(fields)]);
    }
    if (!this.#allows(origin)) {
      const text = `origin ${JSON.stringify(origin.slice(0, 200))} may not call; see cors.origins`;
      return respondWithText(stream, 403, text, fields);
    }
    stream.respond(204, [
      ...fields,
      ...["access-control-allow-methods", "GET, POST"],
      ...["access-control-allow-headers", this.#allowed],
      ...["access-control-max-age", this.#maxAge],
    ]);
    return undefined;
  }

  #allows(origin: string | undefined): boolean {
    return origin !== undefined && (this.#origins === "*" || this.#origins.has(origin));
  }

  /** Caches have to know that answers depend on the origin, those to requests without one too. */
  #fieldsFor(origin: string | undefined): readonly string[] {
    const vary = this.#origins === "*" ? [] : ["vary", "origin"];
    if (!this.#allows(origin)) return vary;
    const allowed = this.#origins === "*" ? "*" : (origin as string);
    return [...vary, "access-control-allow-origin", allowed, ...this.#credentials];
  }

  #exposedTo(fields: readonly string[]): readonly string[] {
    if (!fields.includes("access-control-allow-origin")) return [];
    return ["access-control-expose-headers", this.#exposed];
  }
}

function checkOrigins(
  origins: CorsOptions["origins"],
  credentials: boolean,
): ReadonlySet<string> | "*" {
  if (origins === "*") {
    if (!credentials) return "*";
    throw unusable(
      'cors.origins "*" with credentials would let every page act for its visitors; list the origins',
    );
  }
  if (!Array.isArray(origins)) {
    throw unusable(`cors.origins must be a list of origins, or "*"; it is ${quote(origins)}`);
  }
  for (const each of origins) {
    if (typeof each === "string" && isOrigin(each)) continue;
    throw unusable(
      `cors.origins must be origins such as "https://app.example.com", without a path; one is ${quote(each)}`,
    );
  }
  return new Set(origins);
}

/** Whether a browser could send it: scheme and authority in lower case, nothing behind them. */
function isOrigin(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s*A-Z]+$/.test(text);
}

function checkNames(option: string, names: readonly string[] = []): readonly string[] {
  if (!Array.isArray(names)) {
    throw unusable(`cors.${option} must be a list of header names; it is ${quote(names)}`);
  }
  for (const name of names) {
    if (typeof name === "string" && fieldName.test(name) && name !== "*") continue;
    throw unusable(`cors.${option} must be header names; one is ${quote(name)}`);
  }
  return names.map((name) => name.toLowerCase());
}

function listOf(own: readonly string[], further: readonly string[]): string {
  return [...new Set([...own, ...further])].join(", ");
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_OPTION" });
}
