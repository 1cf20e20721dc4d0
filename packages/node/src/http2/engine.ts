import { RpcError } from "@bowline/rpc";
import { quote, type RequestAcceptor } from "@bowline/rpc/internal";
import type { HttpServer, RequestEntry } from "../http-server.js";
import type { TransportLimits } from "../server-limits.js";
import { EngineServer, type Http2ServerOptions } from "./engine-server.js";
import { FallbackBridge } from "./fallback-bridge.js";
import { Http2Server } from "./server.js";

/** The engines of HTTP/2. */
export type Http2Engine = "node" | "bowline";

/** What an engine is called where it is reported. */
export function engineName(engine: Http2Engine): "@bowline/http2" | "node:http2" {
  return engine === "bowline" ? "@bowline/http2" : "node:http2";
}

/**
 * Which engine the environment variable `BOWLINE_HTTP2` names: Bowline's own by default, or Node's.
 * @throws RpcError `invalid_argument` for one that does not exist.
 */
export function chosenEngine(): Http2Engine {
  const engine = process.env.BOWLINE_HTTP2 ?? "bowline";
  if (engine === "node" || engine === "bowline") return engine;
  throw new RpcError(
    "invalid_argument",
    `the environment variable BOWLINE_HTTP2 must be "node", "bowline" or unset; it is ${quote(engine)}`,
    { reason: "BOWLINE_OPTION" },
  );
}

/**
 * Makes the HTTP/2 side of a server.
 * @throws RpcError `invalid_argument` for an engine that does not exist.
 */
export function createHttp2Server(
  entry: RequestEntry,
  limits: TransportLimits,
  engine: Http2Engine = chosenEngine(),
  options: Http2ServerOptions = {},
): HttpServer {
  const accept = acceptorOf(entry);
  return engine === "bowline"
    ? new EngineServer(accept, limits, options)
    : new Http2Server(accept, limits);
}

/** Who decides on each request: the services, or for other targets the fallback, if there is one. */
function acceptorOf({ accept, fallback, handles }: RequestEntry): RequestAcceptor {
  if (fallback === undefined) return accept;
  const bridge = new FallbackBridge(fallback);
  return (stream) => (handles(stream.target) ? accept(stream) : bridge.accept(stream));
}
