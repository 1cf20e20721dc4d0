import { constants } from "node:http2";
import type { StreamFailure } from "@bowline/rpc/internal";
import { describeConnectFailure, describeFailure } from "../dial/failure.js";

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(constants)
    .filter(([name]) =>
      /^NGHTTP2_(?!ERR_|FLAG_|HCAT_|NV_|SESSION_|STREAM_STATE_|SETTINGS_(?!TIMEOUT)|DEFAULT_)/.test(
        name,
      ),
    )
    .map(([name, code]) => [code as number, name.slice("NGHTTP2_".length)]),
);

/** What it means that a peer reset a stream, by the table of gRPC's HTTP/2 mapping (PROTOCOL-HTTP2, "Errors"). */
export function describeReset(code: number): StreamFailure {
  const name = names.get(code) ?? `0x${code.toString(16)}`;
  switch (code) {
    case constants.NGHTTP2_REFUSED_STREAM:
      return { kind: "refused", message: "the server refused the call before it looked at it" };
    case constants.NGHTTP2_CANCEL:
      return { kind: "canceled", message: "the server gave the call up (RST_STREAM(CANCEL))" };
    case constants.NGHTTP2_ENHANCE_YOUR_CALM:
      return {
        kind: "exhausted",
        message:
          "the server asks for fewer calls (ENHANCE_YOUR_CALM), or the response's headers are past the limit (headerListBytes)",
      };
    case constants.NGHTTP2_INADEQUATE_SECURITY:
      return { kind: "denied", message: "the server finds the connection not secure enough" };
    case constants.NGHTTP2_NO_ERROR:
      return {
        kind: "malformed",
        message: "the server ended the call before the response was complete",
      };
    default:
      return { kind: "malformed", message: `the call was ended with an error of HTTP/2: ${name}` };
  }
}

/** What it means for a stream that the peer ended the whole connection with an error. */
export function describeGoaway(code: number): StreamFailure {
  const known = describeReset(code);
  if (known.kind === "exhausted" || known.kind === "denied") return known;
  const name = names.get(code) ?? `0x${code.toString(16)}`;
  return { kind: "lost", message: `the server closed the connection: GOAWAY(${name})` };
}

/** What it means for a stream that its connection ended. */
export function describeSessionError(error: Error | undefined): StreamFailure {
  if (error === undefined) {
    return { kind: "lost", message: "the connection was closed before the response was complete" };
  }
  if ((error as NodeJS.ErrnoException).code === "ERR_HTTP2_ERROR") {
    const message = `the server broke the rules of HTTP/2: ${error.message}`;
    return { kind: "malformed", message, cause: error };
  }
  return describeFailure(error);
}

/** Why a connection that was established did not become one of HTTP/2. */
export function describeUnready(
  error: Error | undefined,
  goawayCode: number | undefined,
): StreamFailure {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (goawayCode !== undefined && goawayCode !== 0) return describeGoaway(goawayCode);
  if (code === "ERR_HTTP2_ERROR") {
    const message = "the server does not speak HTTP/2 here: what it sent first is something else";
    return { kind: "unsupported", message, cause: error };
  }
  if (error !== undefined && code !== "ECONNRESET") return describeConnectFailure(error);
  return {
    kind: "unreachable",
    message:
      "the server closed the connection before it said anything. Does it speak HTTP/2 on this port, and is http:// or https:// right?",
    cause: error,
  };
}
