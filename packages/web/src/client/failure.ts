import type { StreamFailure } from "@bowline/rpc/internal";
import { type BaseUrl, pageOrigin } from "./base-url.js";

/** What Node and Bun say of a connection that did not come about; nothing was sent then. */
const unreachable =
  /^(?:ECONNREFUSED|ConnectionRefused|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_\w+)$/;

/** Why there is no response, or no more of it, as far as the platform says. */
export function describeFailure(error: unknown, base: BaseUrl, isCut: boolean): StreamFailure {
  if (!isCut) return describeNoResponse(error, base);
  const message = `the response broke off before its end: ${detailsOf(error).text}`;
  return { kind: "lost", message, cause: error };
}

/** Browsers tell pages next to nothing, on purpose. */
function describeNoResponse(error: unknown, { authority, origin }: BaseUrl): StreamFailure {
  const { code, text } = detailsOf(error);
  if (code === "UND_ERR_HEADERS_OVERFLOW") {
    return { kind: "limit", message: "the headers of the response are past a limit", cause: error };
  }
  if (code !== undefined && unreachable.test(code)) {
    const message = `${authority} cannot be reached: ${text}. Is the server running, and is the address right?`;
    return { kind: "unreachable", message, cause: error };
  }
  if (code?.startsWith("HPE_")) {
    return { kind: "malformed", message: `the answer is no HTTP: ${text}`, cause: error };
  }
  const page = pageOrigin();
  const hint =
    page === undefined || page === origin
      ? "Is the server running, and is the address right?"
      : `Is the server running, and does its CORS let ${page} call? The browser's console may say more`;
  return { kind: "lost", message: `fetch got no response: ${text}. ${hint}`, cause: error };
}

interface Details {
  readonly code: string | undefined;
  readonly text: string;
}

/** Node's `fetch` says why in the cause of its error, others in the error. */
function detailsOf(error: unknown): Details {
  const { cause, message, code } = (error ?? {}) as {
    readonly cause?: unknown;
    readonly message?: unknown;
    readonly code?: unknown;
  };
  const own = typeof code === "string" ? code : undefined;
  if (cause === undefined || cause === null) return { code: own, text: String(message ?? error) };
  const inner = detailsOf(cause);
  const text = inner.text === "" ? (inner.code ?? String(message)) : inner.text;
  return { code: inner.code ?? own, text };
}
