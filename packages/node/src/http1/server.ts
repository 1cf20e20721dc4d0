import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { RequestAcceptor, StreamFailure } from "@bowline/rpc/internal";
import { oversizedField } from "./header-limit.js";
import { Http1ServerStream } from "./server-stream.js";

/** Bounds of the transport. */
export interface Http1ServerLimits {
  readonly connections: number;
  readonly headerListBytes: number;
  readonly headerFieldBytes: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** HTTP/1.1 on `node:http`. */
export interface Http1Server {
  readonly server: Server;
  /** Answers what is under way and closes each connection behind its answer. Resolves when all are closed. */
  drain(): Promise<void>;
  /** Ends what is under way, now. */
  abort(): void;
}

/** Makes a server that is not listening yet. */
export function createHttp1Server(accept: RequestAcceptor, limits: Http1ServerLimits): Http1Server {
  const active = new Set<Http1ServerStream>();
  let draining = false;
  const handle = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean) => {
    const stream = new Http1ServerStream(request, response, () => draining);
    active.add(stream);
    response.on("close", () => {
      active.delete(stream);
      if (!response.writableFinished) stream.interrupt(gone(stream));
    });
    const refused = refuseField(stream, request.rawHeaders, limits.headerFieldBytes);
    const receiver = refused ? undefined : accept(stream);
    if (receiver === undefined) return stream.discard();
    if (awaitsContinue) response.writeContinue();
    stream.deliver(receiver);
  };
  const server = createServer(nodeOptions(limits), (request, response) =>
    handle(request, response, false),
  );
  server.on("checkContinue", (request, response) => handle(request, response, true));
  server.maxConnections = limits.connections;
  server.maxHeadersCount = 0;
  server.timeout = limits.stallTimeoutMs;
  server.on("timeout", (socket) => endStalled(socket, active, limits));
  const drain = async () => {
    draining = true;
    // `close` ends the connections that are idle now; those that answered before, and become idle later, are ours.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    clearInterval(sweep);
  };
  const abort = () => {
    for (const stream of active) stream.interrupt(stopped);
    server.closeAllConnections();
  };
  return { server, drain, abort };
}

function nodeOptions(limits: Http1ServerLimits) {
  return {
    maxHeaderSize: limits.headerListBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
    noDelay: true,
  };
}

/** Refuses a request with a field that is too large; whether it did. */
function refuseField(
  stream: Http1ServerStream,
  rawHeaders: readonly string[],
  limit: number,
): boolean {
  const name = oversizedField(rawHeaders, limit);
  if (name === undefined) return false;
  stream.body.append(
    new TextEncoder().encode(`header ${name} is past the limit of ${limit} bytes`),
  );
  stream.respond(431, ["content-type", "text/plain; charset=utf-8"]);
  return true;
}

/** A connection on which nothing moved for the time limit: stalled in a request or a response, or idle. */
function endStalled(
  socket: Socket,
  active: ReadonlySet<Http1ServerStream>,
  limits: Http1ServerLimits,
): void {
  for (const stream of active) {
    if (stream.socket !== socket) continue;
    if (stream.received && !stream.sending) return; // The handler works; its deadline is its own affair.
    const message = `nothing of the request came for ${limits.stallTimeoutMs} ms`;
    stream.interrupt({ kind: "stalled", message });
  }
  socket.destroySoon();
}

const stopped: StreamFailure = {
  kind: "shutdown",
  message: "the server stops, and the time to finish is over",
};

function gone(stream: Http1ServerStream): StreamFailure {
  return { kind: "lost", message: `the caller ${stream.peer.address} is gone` };
}
