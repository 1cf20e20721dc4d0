import { createServer, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { StreamFailure } from "@bowline/rpc/internal";
import { callFallback, type HttpServer, type RequestEntry } from "../http-server.js";
import type { TransportLimits } from "../server-limits.js";
import { oversizedField } from "./header-limit.js";
import { RequestMessage } from "./request-message.js";
import { Http1ServerStream } from "./server-stream.js";

/** How often connections that have become idle are looked for while the server stops. */
const idleSweepMs = 20;

/** HTTP/1.1 on `node:http`. */
export class Http1Server implements HttpServer {
  draining = false;
  readonly #entry: RequestEntry;
  readonly #limits: TransportLimits;
  readonly #server: Server<typeof RequestMessage>;
  readonly #active = new Set<Http1ServerStream>();
  /** Responses that the fallback makes. */
  readonly #foreign = new Set<ServerResponse>();
  #idleSweep: NodeJS.Timeout | undefined;

  constructor(entry: RequestEntry, limits: TransportLimits) {
    this.#entry = entry;
    this.#limits = limits;
    this.#server = createServer(nodeOptions(limits), (request, response) =>
      this.#request(request, response, false),
    );
    this.#server.on("checkContinue", (request, response) => this.#request(request, response, true));
    this.#server.maxHeadersCount = 0;
    this.#server.timeout = limits.stallTimeoutMs;
    this.#server.on("timeout", (socket) => this.#endStalled(socket));
    // It never listens itself; this is when Node begins to look after the time limits of its connections.
    this.#server.emit("listening");
  }

  get streams(): number {
    return this.#active.size + this.#foreign.size;
  }

  take(socket: Socket): void {
    this.#server.emit("connection", socket);
  }

  drain(): void {
    this.draining = true;
    this.#server.closeIdleConnections();
    this.#idleSweep ??= setInterval(() => this.#server.closeIdleConnections(), idleSweepMs);
  }

  abort(): void {
    for (const stream of this.#active) stream.interrupt(stopped);
    this.#server.closeAllConnections();
  }

  close(): void {
    clearInterval(this.#idleSweep);
    this.#server.close();
  }

  #request(request: RequestMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const { accept, fallback, handles } = this.#entry;
    if (fallback !== undefined && !handles(request.url as string)) {
      if (awaitsContinue) response.writeContinue();
      this.#foreign.add(response);
      response.on("close", () => this.#foreign.delete(response));
      if (this.draining) response.shouldKeepAlive = false;
      callFallback(fallback, request, response);
      return;
    }
    const { queuedReplyBytes, headerFieldBytes } = this.#limits;
    const stream = new Http1ServerStream(request, response, this, queuedReplyBytes);
    this.#active.add(stream);
    response.on("close", () => {
      this.#active.delete(stream);
      if (!response.writableFinished) stream.interrupt(gone(stream));
    });
    const refused = refuseField(stream, request.rawHeaders, headerFieldBytes);
    const receiver = refused ? undefined : accept(stream);
    if (receiver === undefined) stream.discard();
    else stream.deliver(receiver, awaitsContinue);
  }

  /** A connection on which nothing moved for the time limit: stalled in a request or a response, or idle. */
  #endStalled(socket: Socket): void {
    for (const stream of this.#active) {
      if (stream.socket !== socket) continue;
      if (!stream.awaitsPeer) return; // The handler works; its deadline is its own affair.
      const message = `nothing of the request came for ${this.#limits.stallTimeoutMs} ms`;
      stream.interrupt({ kind: "stalled", message });
    }
    for (const response of this.#foreign) {
      if (response.socket !== socket) continue;
      if (response.req.complete && response.writableLength === 0) return;
    }
    socket.destroySoon();
  }
}

function nodeOptions(limits: TransportLimits) {
  return {
    IncomingMessage: RequestMessage,
    maxHeaderSize: limits.headerListBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs || 1_000),
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

const stopped: StreamFailure = {
  kind: "shutdown",
  message: "the server stops, and the time to finish is over",
};

function gone(stream: Http1ServerStream): StreamFailure {
  return { kind: "lost", message: `the caller ${stream.peer.address} is gone` };
}
