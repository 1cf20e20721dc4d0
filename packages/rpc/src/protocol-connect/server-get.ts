import { findCompression } from "../compression/negotiate.js";
import { RpcError } from "../rpc-error.js";
import type { HandlerSettings } from "../server/options.js";
import type { Route } from "../server/router.js";
import type { RequestReceiver, ServerStream } from "../transport/server-stream.js";
import { parseGetQuery } from "./get-query.js";
import { unknownCompression } from "./headers.js";
import { notImplemented } from "./server.js";
import { UnaryExchange } from "./server-unary.js";
import { parseTimeout } from "./timeout.js";

/**
 * Decides on a GET request for a method without side effects: the message is in the query. Connect: "Unary-Get-Request".
 * @throws RpcError for what is refused with the status of its code.
 */
export function acceptGet(
  route: Route,
  stream: ServerStream,
  settings: HandlerSettings,
): RequestReceiver | undefined {
  const { target, headers } = stream;
  const at = target.indexOf("?");
  const query = parseGetQuery(at < 0 ? "" : target.slice(at + 1));
  checkVersion(query.version, settings.requireConnectProtocolVersion);
  const codec = settings.codecs.find((each) => each.name === query.encoding);
  if (codec === undefined) throw unknownCodec(query.encoding, settings);
  const name = query.compression;
  const compression = name === undefined ? undefined : findCompression(settings.compressions, name);
  if (name !== undefined && name !== "identity" && compression === undefined) {
    throw unknownCompression("compression", name, settings.compressions);
  }
  const timeoutMs = parseTimeout(headers.get("connect-timeout-ms"));
  if (route.handler === undefined) throw notImplemented(route);
  const { message } = query;
  const exchange = new UnaryExchange(
    stream,
    route,
    settings,
    codec,
    compression,
    timeoutMs,
    message,
  );
  return exchange.admit() ? exchange : undefined;
}

function checkVersion(version: string | undefined, isRequired: boolean): void {
  if (version === "v1" || (version === undefined && !isRequired)) return;
  const got = version === undefined ? "missing" : JSON.stringify(version.slice(0, 40));
  throw new RpcError("invalid_argument", `the query must say connect=v1; it is ${got}`, {
    reason: "BOWLINE_PROTOCOL_VERSION",
  });
}

function unknownCodec(encoding: string, { codecs }: HandlerSettings): RpcError {
  const accepted = codecs.map(({ name }) => name).join(", ");
  return new RpcError(
    "unimplemented",
    `the query asks for encoding ${JSON.stringify(encoding.slice(0, 40))}; accepted: ${accepted}`,
    { reason: "BOWLINE_CONTENT_TYPE" },
  );
}
