import { RpcError } from "@bowline/rpc";
import { quote } from "@bowline/rpc/internal";
import type { HttpServer, RequestEntry } from "../http-server.js";
import type { TransportLimits } from "../server-limits.js";
import { EngineServer } from "./engine-server.js";
import { Http2Server } from "./server.js";

/** The engines of HTTP/2. */
export type Http2Engine = "node" | "bowline";

/**
 * Which engine the environment variable `BOWLINE_HTTP2` names: Node's by default, or Bowline's own.
 * @throws RpcError `invalid_argument` for one that does not exist.
 */
export function chosenEngine(): Http2Engine {
  const engine = process.env.BOWLINE_HTTP2 ?? "node";
  if (engine === "node" || engine === "bowline") return engine;
  throw new RpcError(
    "invalid_argument",
    `the environment variable BOWLINE_HTTP2 must be "node", "bowline" or unset; it is ${quote(engine)}`,
    { reason: "BOWLINE_OPTION" },
  );
}

/**
 * Makes the HTTP/2 side of a server. A fallback answers with objects of `node:http2`, so with one it is Node's engine.
 * @throws RpcError `invalid_argument` for an engine that does not exist.
 */
export function createHttp2Server(
  entry: RequestEntry,
  limits: TransportLimits,
  engine: Http2Engine = chosenEngine(),
): HttpServer {
  const isOwn = engine === "bowline" && entry.fallback === undefined;
  return isOwn ? new EngineServer(entry, limits) : new Http2Server(entry, limits);
}
