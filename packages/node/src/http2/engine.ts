import { RpcError } from "@bowline/rpc";
import { quote } from "@bowline/rpc/internal";
import type { HttpServer, RequestEntry } from "../http-server.js";
import type { TransportLimits } from "../server-limits.js";
import { Http2Server } from "./server.js";

/**
 * Makes the HTTP/2 side of a server. The engine is Node's; the environment variable `BOWLINE_HTTP2` names it.
 * @throws RpcError `invalid_argument` for an engine that does not exist.
 */
export function createHttp2Server(entry: RequestEntry, limits: TransportLimits): HttpServer {
  const engine = process.env.BOWLINE_HTTP2 ?? "node";
  if (engine === "node") return new Http2Server(entry, limits);
  throw new RpcError(
    "invalid_argument",
    `the environment variable BOWLINE_HTTP2 must be "node" or unset; it is ${quote(engine)}`,
    { reason: "BOWLINE_OPTION" },
  );
}
