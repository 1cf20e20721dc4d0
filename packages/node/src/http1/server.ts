import { createServer, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { StreamFailure } from "@bowline/rpc/internal";
import { callFallback, type HttpServer, type RequestEntry } from "../http-server.js";
import type { TransportLimits } from "../server-limits.js";
import { refuseField } from "./header-limit.js";
import { RequestMessage } from "./request-message.js";
import { Http1Connection } from "./server-connection.js";
import { Http1ServerStream } from "./server-stream.js";

/** How often connections that have become idle are looked for while the server stops. */
const idleSweepMs = 20;
/** How often connections that have become busy are looked for, to bound how long they may stall; at most. */
const stallSweepMs = 1_000;

/** HTTP/1.1 on `node:http`. */
export class Http1Server implements HttpServer {
  draining = false;
  readonly #entry: RequestEntry;
  readonly #limits: TransportLimits;
  readonly #server: Server<typeof RequestMessage>;
  readonly #connections = new Map<Socket, Http1Connection>();
  #stallSweep: NodeJS.Timeout | undefined;
  #idleSweep: NodeJS.Timeout | undefined;

  constructor(entry: RequestEntry, limits: TransportLimits) {
    this.#entry = entry;
    this.#limits = limits;
    this.#server = createServer(nodeOptions(limits), (request, response) =>
      this.#request(request, response, false),
    );
    this.#server.on("checkContinue", (request, response) => this.#request(request, response, true));
    this.#server.maxHeadersCount = 0;
    this.#server.on("timeout", (socket) => {
      this.#connections.get(socket)?.stalled(limits.stallTimeoutMs);
    });
    if (limits.stallTimeoutMs > 0) this.#watchStalls(limits.stallTimeoutMs);
    // It never listens itself; this is when Node begins to look after the time limits of its connections.
    this.#server.emit("listening");
  }

  get streams(): number {
    let streams = 0;
    for (const each of this.#connections.values()) streams += each.requests;
    return streams;
  }

  take(socket: Socket): void {
    const connection = new Http1Connection(socket, this.#limits);
    this.#connections.set(socket, connection);
    socket.on("close", () => {
      this.#connections.delete(socket);
      connection.lost();
    });
    this.#server.emit("connection", socket);
  }

  drain(): void {
    this.draining = true;
    this.#closeIdle();
    this.#idleSweep ??= setInterval(() => this.#closeIdle(), idleSweepMs);
  }

  /** Closes what waits for a request. Node would close those, too, whose answer is made but has not left yet. */
  #closeIdle(): void {
    const owing = [...this.#connections.keys()].filter(({ writableLength }) => writableLength > 0);
    for (const socket of owing) socket.destroy = () => socket;
    this.#server.closeIdleConnections();
    for (const socket of owing) Reflect.deleteProperty(socket, "destroy");
  }

  abort(): void {
    for (const connection of this.#connections.values()) connection.interrupt(stopped);
    this.#server.closeAllConnections();
  }

  close(): void {
    clearInterval(this.#idleSweep);
    clearInterval(this.#stallSweep);
    this.#server.close();
  }

  #watchStalls(stallTimeoutMs: number): void {
    const sweep = () => {
      for (const connection of this.#connections.values()) connection.watch(stallTimeoutMs);
    };
    this.#stallSweep = setInterval(sweep, Math.min(stallSweepMs, stallTimeoutMs / 4));
    this.#stallSweep.unref();
  }

  #request(request: RequestMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const { accept, fallback, handles } = this.#entry;
    const connection = this.#connections.get(request.socket) as Http1Connection;
    const { queuedReplyBytes, headerFieldBytes, streams } = this.#limits;
    // Nobody who waits for answers sends so many requests ahead. What the parser still holds is not looked at.
    if (connection.requests >= streams) request.socket.destroy();
    if (request.socket.destroyed) return;
    if (fallback !== undefined && !handles(request.url as string)) {
      if (awaitsContinue) response.writeContinue();
      connection.foreign.add(response);
      response.on("close", () => connection.foreign.delete(response));
      if (this.draining) response.shouldKeepAlive = false;
      callFallback(fallback, request, response);
      return;
    }
    const stream = new Http1ServerStream(request, response, connection, this, queuedReplyBytes);
    const refused = refuseField(stream, request.rawHeaders, headerFieldBytes);
    const receiver = refused ? undefined : accept(stream);
    if (receiver === undefined) stream.discard();
    else stream.deliver(receiver, awaitsContinue);
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

const stopped: StreamFailure = {
  kind: "shutdown",
  message: "the server stops, and the time to finish is over",
};
