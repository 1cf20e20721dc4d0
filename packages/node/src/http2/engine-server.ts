import type { Socket } from "node:net";
import {
  type ConnectionOptions,
  ErrorCode,
  type PingPolicy,
  type RequestHead,
  ServerConnection,
  type ServerListener,
  type Stream,
  type StreamReceiver,
} from "@bowline/http2";
import { decisiveHeaders, type RequestAcceptor, type StreamPeer } from "@bowline/rpc/internal";
import type { HttpServer } from "../http-server.js";
import { bornWith, type ConnectionLife, pingPolicy, timesOf } from "../keepalive.js";
import { peerOf } from "../peer.js";
import { poolOf, repliesOf } from "../process-memory.js";
import type { TransportLimits } from "../server-limits.js";
import { EngineRequest, EngineServerStream } from "./engine-server-stream.js";
import { EngineSocket } from "./engine-socket.js";
import { sweepMs } from "./sweep.js";

const stopping = "the server stops, and the time to finish is over";

/** What a server is asked about its HTTP/2 connections, beside the limits. */
export interface Http2ServerOptions {
  readonly life?: ConnectionLife;
  readonly pings?: PingPolicy;
  readonly frames?: Partial<ConnectionOptions>;
}

/** How connections of a server live that is not told otherwise. */
export const serverLife: ConnectionLife = {
  keepaliveMs: 7_200_000,
  keepaliveTimeoutMs: 20_000,
  keepaliveWhenIdle: true,
  ageMs: 0,
  drainTimeoutMs: 0,
};

/** HTTP/2 on `@bowline/http2`. */
export class EngineServer implements HttpServer {
  readonly #accept: RequestAcceptor;
  readonly #options: Partial<ConnectionOptions>;
  readonly #life: ConnectionLife;
  readonly #sweepMs: number;
  readonly #connections = new Set<ServerConnection>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    accept: RequestAcceptor,
    limits: TransportLimits,
    { life = serverLife, pings = pingPolicy(), frames = {} }: Http2ServerOptions = {},
  ) {
    this.#accept = accept;
    this.#options = { ...connectionOptions(limits), ...frames, pings, ...life };
    this.#life = life;
    this.#sweepMs = sweepMs(limits, timesOf(life));
  }

  get streams(): number {
    let streams = 0;
    for (const connection of this.#connections) streams += connection.streams;
    return streams;
  }

  take(socket: Socket): void {
    const host = new EngineSocket(socket, true);
    const listener = new Served(this.#accept, peerOf(socket), this.#connections);
    // Most share all their options.
    const life = bornWith(this.#life);
    const options = life === this.#life ? this.#options : { ...this.#options, ...life };
    const connection = new ServerConnection(host, listener, options);
    listener.connection = connection;
    this.#connections.add(connection);
    this.#timer ??= setInterval(() => this.#sweep(), this.#sweepMs).unref();
    host.carry(connection);
  }

  drain(): void {
    for (const connection of this.#connections) connection.drain();
  }

  abort(): void {
    for (const connection of this.#connections) {
      connection.interruptAll(stopping);
      setImmediate(() => connection.abort(ErrorCode.noError, stopping));
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sweep(): void {
    for (const connection of this.#connections) connection.tick();
  }
}

/** What the connection of a socket tells its server. */
class Served implements ServerListener {
  connection: ServerConnection | undefined;
  readonly decisiveFields = decisiveHeaders;
  readonly #accept: RequestAcceptor;
  readonly #peer: StreamPeer;
  readonly #connections: Set<ServerConnection>;

  constructor(accept: RequestAcceptor, peer: StreamPeer, connections: Set<ServerConnection>) {
    this.#accept = accept;
    this.#peer = peer;
    this.#connections = connections;
  }

  request(stream: Stream, head: RequestHead): StreamReceiver | undefined {
    const call = new EngineServerStream(stream, head, this.#peer);
    const receiver = this.#accept(call);
    if (receiver === undefined) return undefined;
    call.wantContent();
    return new EngineRequest(stream, receiver, this.#peer);
  }

  closed(): void {
    if (this.connection !== undefined) this.#connections.delete(this.connection);
  }
}

function connectionOptions(limits: TransportLimits): Partial<ConnectionOptions> {
  return {
    headerListBytes: limits.headerListBytes,
    headerFieldBytes: limits.headerFieldBytes,
    streams: limits.streams,
    queuedBytes: limits.queuedReplyBytes,
    partialBytes: limits.partialMessageBytes,
    pool: poolOf(limits.processPartialMessageBytes),
    replies: repliesOf(limits.processQueuedReplyBytes),
    headersTimeoutMs: limits.headersTimeoutMs,
    stallTimeoutMs: limits.stallTimeoutMs,
    idleTimeoutMs: limits.http2IdleTimeoutMs,
  };
}
