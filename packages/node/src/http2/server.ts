import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import type { RequestAcceptor } from "@bowline/rpc/internal";
import type { HttpServer } from "../http-server.js";
import type { TransportLimits } from "../server-limits.js";
import { Http2ServerConnection } from "./server-connection.js";
import { sweepMs } from "./sweep.js";

/** HTTP/2 on `node:http2`. */
export class Http2Server implements HttpServer {
  readonly #accept: RequestAcceptor;
  readonly #limits: TransportLimits;
  readonly #connections = new Set<Http2ServerConnection>();
  #timer: NodeJS.Timeout | undefined;

  constructor(accept: RequestAcceptor, limits: TransportLimits) {
    this.#accept = accept;
    this.#limits = limits;
  }

  get streams(): number {
    let streams = 0;
    for (const connection of this.#connections) streams += connection.streams;
    return streams;
  }

  take(socket: Socket): void {
    const now = performance.now();
    const connection = new Http2ServerConnection(socket, this.#accept, this.#limits, now, () =>
      this.#connections.delete(connection),
    );
    this.#connections.add(connection);
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs(this.#limits)).unref();
  }

  drain(): void {
    for (const connection of this.#connections) connection.drain();
  }

  abort(): void {
    const message = "the server stops, and the time to finish is over";
    for (const connection of this.#connections) connection.abort({ kind: "shutdown", message });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sweep(): void {
    const now = performance.now();
    for (const connection of this.#connections) connection.sweep(now);
  }
}
