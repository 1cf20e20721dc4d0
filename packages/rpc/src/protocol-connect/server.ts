import { RpcError } from "../rpc-error.js";
import type { HandlerSettings } from "../server/options.js";
import type { Route } from "../server/router.js";
import { openExchange } from "../server/stream-exchange.js";
import type { RequestReceiver, ServerStream } from "../transport/server-stream.js";
import { codecOf, unaryCodec, unaryContentType } from "./content-type.js";
import { checkProtocolVersion, requestCompression } from "./headers.js";
import { respondWithText } from "./refusal.js";
import { acceptGet } from "./server-get.js";
import { UnaryExchange } from "./server-unary.js";
import { createStreamWire } from "./server-wire.js";
import { parseTimeout } from "./timeout.js";

/**
 * Decides on a Connect request by its headers: method, content type, version, encoding, deadline, announced size.
 * Returns who takes the body, or `undefined` if the request has been answered.
 * @throws RpcError for what is refused with the status of its code.
 */
export function acceptConnect(
  route: Route,
  stream: ServerStream,
  settings: HandlerSettings,
): RequestReceiver | undefined {
  const { method } = route;
  if (stream.method === "GET" && method.kind === "unary") {
    if (method.idempotency === "no_side_effects") return acceptGet(route, stream, settings);
  }
  if (stream.method !== "POST") return refuseMethod(route, stream);
  return method.kind === "unary"
    ? acceptUnary(route, stream, settings)
    : acceptStream(route, stream, settings);
}

function acceptUnary(
  route: Route,
  stream: ServerStream,
  settings: HandlerSettings,
): RequestReceiver | undefined {
  const { headers } = stream;
  const codec = unaryCodec(settings.codecs, headers.get("content-type"));
  if (codec === undefined) return refuseContentType(route, stream, settings);
  checkProtocolVersion(headers, settings.requireConnectProtocolVersion);
  const compression = requestCompression(settings.compressions, headers, "content-encoding");
  const timeoutMs = parseTimeout(headers.get("connect-timeout-ms"));
  if (route.handler === undefined) throw notImplemented(route);
  const exchange = new UnaryExchange(stream, route, settings, codec, compression, timeoutMs);
  return exchange.admit() ? exchange : undefined;
}

function acceptStream(
  route: Route,
  stream: ServerStream,
  settings: HandlerSettings,
): RequestReceiver | undefined {
  const { headers } = stream;
  const codec = codecOf(settings.codecs, headers.get("content-type"), true);
  if (codec === undefined) return refuseContentType(route, stream, settings);
  checkProtocolVersion(headers, settings.requireConnectProtocolVersion);
  const wire = createStreamWire(stream, codec, settings);
  const timeoutMs = parseTimeout(headers.get("connect-timeout-ms"));
  if (route.handler === undefined) throw notImplemented(route);
  const exchange = openExchange(stream, route, settings, wire, timeoutMs);
  return exchange.admit() ? exchange : undefined;
}

/** Nobody has implemented the method: schemas may grow before their servers. */
export function notImplemented({ method }: Route): RpcError {
  return new RpcError("unimplemented", `${method.path} is not implemented by this server`, {
    reason: "BOWLINE_NO_HANDLER",
  });
}

function refuseMethod({ method }: Route, stream: ServerStream): undefined {
  const gets = method.kind === "unary" && method.idempotency === "no_side_effects";
  const allowed = gets ? "GET, POST" : "POST";
  const text = `${stream.method} is not supported here; use ${gets ? "GET or POST" : "POST"}`;
  return respondWithText(stream, 405, text, ["allow", allowed]);
}

function refuseContentType(
  { method }: Route,
  stream: ServerStream,
  { codecs }: HandlerSettings,
): undefined {
  const forms =
    method.kind === "unary"
      ? codecs.map(unaryContentType)
      : codecs.map(({ name }) => `application/connect+${name}`);
  const accepted = forms.join(", ");
  const got = stream.headers.get("content-type");
  const what =
    got === undefined ? "no content-type" : `content-type ${JSON.stringify(got.slice(0, 80))}`;
  const kind = method.kind === "unary" ? "" : "the method streams, ";
  return respondWithText(stream, 415, `${what}; ${kind}accepted: ${accepted}`, [
    "accept-post",
    accepted,
  ]);
}
