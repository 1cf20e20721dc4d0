import { Agent, type ClientRequestArgs } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Connection, ConnectionDescription, ConnectionListener } from "@bowline/balancer";
import type {
  ClientStream,
  RequestHead,
  ResponseReceiver,
  StreamFailure,
} from "@bowline/rpc/internal";
import { DialError, describeConnectFailure, timedOut } from "../dial/failure.js";
import { dialSocket, type SocketSettings } from "../dial/socket.js";
import { Http1ClientStream } from "./client-stream.js";

/** What a pool needs of its channel. */
export interface Http1PoolSettings extends SocketSettings {
  /** Sockets at a time. */
  readonly connections: number;
  readonly headerListBytes: number;
  /** Milliseconds that the server may take nothing of a request that it was sent. */
  readonly stallTimeoutMs: number;
  readonly partialMessageBytes: number;
  readonly processPartialMessageBytes: number;
}

/**
 * Makes a pool of HTTP/1.1 sockets to one target, `first` among them, and tells the listener that it is ready. Idle
 * sockets are kept and do not keep the process alive.
 *
 * To its subchannel the pool is one connection. It is ready as long as sockets can be made, also while it has none open,
 * for HTTP/1.1 servers close idle ones as a matter of course; it is over as soon as one cannot be made. Requests that are
 * under way then go on.
 */
export function createHttp1Pool(
  first: Socket,
  settings: Http1PoolSettings,
  listener: ConnectionListener,
): void {
  const pool = new Http1Pool(first, settings, listener);
  listener.ready(pool);
  pool.dropUnused();
}

/** A pool, as its streams see it. */
export class Http1Pool implements Connection {
  readonly httpVersion = "1.1";
  readonly refusesStreams = false;
  readonly agent: Agent;
  readonly settings: Http1PoolSettings;
  readonly #listener: ConnectionListener;
  readonly #dials = new Set<() => void>();
  #first: Socket | undefined;
  #openStreams = 0;
  #over = false;
  #closed = false;

  constructor(first: Socket, settings: Http1PoolSettings, listener: ConnectionListener) {
    this.#first = first.on("error", ignore);
    this.settings = settings;
    this.#listener = listener;
    const { connections } = settings;
    this.agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: "lifo" });
    const createConnection: CreateConnection = (_options, done) => this.#connect(done);
    Object.assign(this.agent, { createConnection });
  }

  get hasRoom(): boolean {
    return !this.#over && this.#openStreams < this.settings.connections;
  }

  /** Whether the channel was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  open(head: RequestHead, receiver: ResponseReceiver): ClientStream {
    this.#openStreams++;
    return new Http1ClientStream(this, head, receiver);
  }

  /** A stream is over and makes room for another. */
  release(): void {
    const wasFull = this.#openStreams-- >= this.settings.connections;
    if (wasFull && this.hasRoom) this.#listener.room();
  }

  /** Closes the first socket if no request wanted it: nobody would notice that the server closes it. */
  dropUnused(): void {
    this.#first?.destroy();
    this.#first = undefined;
  }

  close(): void {
    this.#over = true;
    this.#closed = true;
    this.dropUnused();
    for (const stop of this.#dials) stop();
    this.agent.destroy();
  }

  describe(): ConnectionDescription {
    return { httpVersion: "1.1", openStreams: this.#openStreams };
  }

  #connect(done: SocketDone): Socket | undefined {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined && !first.destroyed) return first.ref();
    const { connectTimeoutMs } = this.settings;
    const finish = (failure: StreamFailure | undefined, socket?: Socket) => {
      clearTimeout(timer);
      this.#dials.delete(stop);
      if (failure === undefined) return done(null, socket?.on("error", ignore));
      done(new DialError(failure));
      this.#unreachable(failure);
    };
    const cancel = dialSocket(this.settings, ["http/1.1"], true, {
      connected: ({ socket }) => finish(undefined, socket),
      failed: (failure) => finish(failure),
    });
    const timer = setTimeout(() => {
      cancel();
      finish(describeConnectFailure(timedOut(connectTimeoutMs)));
    }, connectTimeoutMs);
    const stop = () => {
      clearTimeout(timer);
      cancel();
      done(new DialError({ kind: "shutdown", message: "the channel is closed" }));
    };
    this.#dials.add(stop);
    return undefined;
  }

  #unreachable(failure: StreamFailure): void {
    if (this.#over) return;
    this.#over = true;
    this.agent.maxFreeSockets = 0;
    for (const sockets of Object.values(this.agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
    this.#listener.over(failure);
  }
}

type SocketDone = (error: Error | null, socket?: Duplex) => void;
type CreateConnection = (options: ClientRequestArgs, done: SocketDone) => Socket | undefined;

function ignore(): void {}
