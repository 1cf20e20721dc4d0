import type { Socket } from "node:net";
import type {
  Connection,
  ConnectionDescription,
  ConnectionListener,
  RefusedRequests,
} from "@bowline/balancer";
import {
  ClientConnection,
  type ConnectionError,
  ErrorCode,
  type FieldList,
  FieldPrefix,
  type Goaway,
  type Stream,
  type StreamEnd,
  type StreamReceiver,
} from "@bowline/http2";
import type {
  ClientStream,
  RequestHead,
  ResponseReceiver,
  StreamFailure,
} from "@bowline/rpc/internal";
import { bornWith, type ConnectionLife, timesOf } from "../keepalive.js";
import { poolOf } from "../process-memory.js";
import type { Http2ClientSettings } from "./client.js";
import {
  describeGoaway,
  describeReset,
  describeSessionError,
  describeUnready,
} from "./client-failure.js";
import { EngineClientStream } from "./engine-client-stream.js";
import { EngineSocket } from "./engine-socket.js";
import { longestBlockBytes, sendableHeaderBytes } from "./request-limit.js";
import { Ticker } from "./ticker.js";

/**
 * Begins HTTP/2 on a socket that is connected, on Bowline's engine. The connection is ready when the peer's first SETTINGS
 * came: then it does speak HTTP/2, and says how many streams it takes.
 * @returns gives up, until it is ready.
 */
export function startEngine(
  socket: Socket,
  settings: Http2ClientSettings,
  listener: ConnectionListener,
): () => void {
  const connection = new EngineConnection(socket, settings, listener);
  return () => connection.abandon();
}

/** Bytes that a server may send ahead on a stream. */
const streamWindowBytes = 1_048_576;
/** Beginnings of header blocks that a connection remembers: by what they share, and by path. */
const mostShared = 16;
const mostPaths = 1_024;

/** From one look after a silent server to the next: what servers tolerate by default. */
const probeEveryMs = 300_000;

/** A connection on `@bowline/http2`. While no stream is open it does not keep the process alive. */
export class EngineConnection implements Connection {
  readonly httpVersion = "2";
  readonly refusesStreams = true;
  readonly settings: Http2ClientSettings;
  readonly #socket: Socket;
  readonly #host: EngineSocket;
  readonly #connection: ClientConnection;
  #listener: ConnectionListener | undefined;
  #ready = false;
  #openStreams = 0;
  #maxStreams = 0;
  #goaway: Goaway | undefined;
  /** What this side found wrong with the peer. */
  #fault: ConnectionError | undefined;
  #closed = false;
  /** How requests begin, by the fields that they share and by path. */
  readonly #prefixes = new Map<FieldList, Map<string, FieldPrefix>>();
  #lastShared: FieldList | undefined;
  #lastPrefixes: Map<string, FieldPrefix> | undefined;
  readonly #life: ConnectionLife;
  /** Often while streams are open, else now and then. */
  readonly #ticker: Ticker;
  #isAwake = false;
  #probedAt = -Infinity;
  /** Until a server that is suspected to be gone has answered, or has not. */
  #probe: NodeJS.Timeout | undefined;

  constructor(socket: Socket, settings: Http2ClientSettings, listener: ConnectionListener) {
    const { headerListBytes, headersTimeoutMs, stallTimeoutMs, partialMessageBytes } = settings;
    this.settings = settings;
    this.#life = bornWith(settings.life.current);
    this.#socket = socket;
    this.#listener = listener;
    this.#host = new EngineSocket(socket, false);
    this.#connection = new ClientConnection(
      this.#host,
      {
        settings: ({ maxConcurrentStreams }) => this.#settings(maxConcurrentStreams),
        goaway: (goaway) => this.#left(goaway),
        draining: () => this.#over(),
        closed: (error) => this.#ended(error),
      },
      {
        headerListBytes,
        headerFieldBytes: headerListBytes / 2,
        streamWindowBytes,
        partialBytes: partialMessageBytes,
        pool: poolOf(settings.processPartialMessageBytes),
        headersTimeoutMs,
        stallTimeoutMs,
        idleTimeoutMs: settings.http2IdleTimeoutMs,
        ...this.#life,
        ...settings.frames,
      },
    );
    const connection = this.#connection;
    const { keepaliveWhenIdle } = this.#life;
    const asks = () => this.#openStreams > 0 || keepaliveWhenIdle;
    this.#ticker = new Ticker({
      tick: () => this.#tick(),
      get dueMs() {
        return asks() ? connection.keepaliveDueMs : Infinity;
      },
    });
    socket.unref();
    this.#host.carry(this.#connection);
  }

  get hasRoom(): boolean {
    const { takesStreams } = this.#connection;
    return this.#listener !== undefined && this.#openStreams < this.#maxStreams && takesStreams;
  }

  /** The largest header list of a request that is sent. */
  get headerListBytes(): number {
    const { maxHeaderListBytes } = this.#connection.peerSettings;
    return Math.min(sendableHeaderBytes(maxHeaderListBytes), longestBlockBytes);
  }

  /** Whether a stream can begin now; one that cannot was never sent. */
  get mayBegin(): boolean {
    return this.#connection.capacity > 0;
  }

  open(head: RequestHead, receiver: ResponseReceiver): ClientStream {
    if (this.#openStreams++ === 0) this.#wake();
    return new EngineClientStream(this, head, receiver, undefined);
  }

  openWhole(head: RequestHead, receiver: ResponseReceiver, refused: RefusedRequests): ClientStream {
    if (this.#openStreams++ === 0) this.#wake();
    return new EngineClientStream(this, head, receiver, refused);
  }

  /** The fields that a POST begins with. */
  prefixOf(path: string, shared: FieldList): FieldPrefix {
    if (shared !== this.#lastShared || this.#lastPrefixes === undefined) {
      this.#lastPrefixes = this.#prefixesOf(shared);
      this.#lastShared = shared;
    }
    const prefixes = this.#lastPrefixes;
    let prefix = prefixes.get(path);
    if (prefix === undefined) {
      if (prefixes.size >= mostPaths) prefixes.clear();
      prefix = new FieldPrefix([...this.pseudoFields("POST", path), ...shared]);
      prefixes.set(path, prefix);
    }
    return prefix;
  }

  #prefixesOf(shared: FieldList): Map<string, FieldPrefix> {
    let prefixes = this.#prefixes.get(shared);
    if (prefixes === undefined) {
      if (this.#prefixes.size >= mostShared) this.#prefixes.clear();
      prefixes = new Map();
      this.#prefixes.set(shared, prefixes);
    }
    return prefixes;
  }

  pseudoFields(method: string, path: string): FieldList {
    const { scheme, authority } = this.settings;
    return [":method", method, ":scheme", scheme, ":path", path, ":authority", authority];
  }

  createStream(receiver: StreamReceiver, isHead: boolean): Stream {
    return this.#connection.createStream(receiver, isHead);
  }

  /** How often something came. */
  get reads(): number {
    return this.#host.reads;
  }

  /**
   * A stream was given up, most often because its deadline has passed, and nothing came over the connection while it was
   * open. The server may be gone without a word: it is asked, once in a while, and given up if it does not answer.
   */
  suspect(): void {
    const now = this.#host.now();
    if (now - this.#probedAt < probeEveryMs || this.#connection.isClosed) return;
    this.#probedAt = now;
    this.#connection.ping();
    const { reads } = this;
    this.#probe = setTimeout(() => {
      if (this.reads > reads || this.#connection.isClosed) return;
      this.#connection.abort(ErrorCode.noError, "the peer does not answer pings");
    }, this.#life.keepaliveTimeoutMs);
    this.#probe.unref();
  }

  /** A stream is over and makes room for another. */
  release(): void {
    const wasFull = this.#openStreams >= this.#maxStreams;
    if (--this.#openStreams === 0) this.#rest();
    if (wasFull && this.hasRoom) this.#listener?.room();
  }

  close(): void {
    this.#closed = true;
    this.#listener = undefined;
    this.#end("the channel is closed");
  }

  /** Gives up before it is ready. */
  abandon(): void {
    if (!this.#ready) this.close();
  }

  describe(): ConnectionDescription {
    const { roundTripMs } = this.#connection;
    const known = roundTripMs === undefined ? {} : { roundTripMs };
    return { httpVersion: "2", openStreams: this.#openStreams, engine: "@bowline/http2", ...known };
  }

  /** Why a stream ended that did not end by itself. */
  describeEnd({ cause, code, message, fault }: StreamEnd): StreamFailure {
    this.#fault ??= fault;
    switch (cause) {
      case "reset":
        return describeReset(code);
      case "refused":
        return {
          kind: "refused",
          message: "the server refused the call before it looked at it",
        };
      case "limit":
        return { kind: "limit", message: `the response: ${message} (headerListBytes)` };
      case "stalled": {
        const { stallTimeoutMs } = this.settings;
        const what = `the server took nothing of the request for ${stallTimeoutMs} ms`;
        return { kind: "stalled", message: what };
      }
      case "malformed":
        return { kind: "malformed", message: `the server broke the rules of HTTP: ${message}` };
      default:
        return this.#describeLost();
    }
  }

  #describeLost(): StreamFailure {
    if (this.#closed) return { kind: "shutdown", message: "the channel is closed" };
    const { code } = this.#goaway ?? { code: 0 };
    return code === 0 ? describeSessionError(this.#error) : describeGoaway(code);
  }

  /** Why the connection ended, in the terms of `node:http2`. */
  get #error(): Error | undefined {
    const fault = this.#fault;
    if (fault === undefined) return this.#host.error;
    // A peer that does not answer is one that is gone.
    const code = fault.code === ErrorCode.noError ? "ECONNRESET" : "ERR_HTTP2_ERROR";
    return Object.assign(new Error(fault.message, { cause: fault }), { code });
  }

  #settings(maxConcurrentStreams: number): void {
    this.#maxStreams = maxConcurrentStreams;
    if (!this.#ready) {
      this.#ready = true;
      this.#listener?.ready(this);
    } else if (this.hasRoom) this.#listener?.room();
  }

  #left(goaway: Goaway): void {
    this.#goaway = goaway;
    if (goaway.debug === "too_many_pings") this.#askLess();
    this.#over();
  }

  #ended(error: ConnectionError | undefined): void {
    this.#fault ??= error;
    this.#ticker.stop();
    clearTimeout(this.#probe);
    // Behind what the streams are told; on an error of the socket, behind the event that says which.
    queueMicrotask(() => this.#over());
  }

  #over(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener === undefined) return;
    if (this.#ready) listener.over();
    else {
      this.#end("the connection is given up");
      listener.failed(describeUnready(this.#error, this.#goaway?.code));
    }
  }

  #end(message: string): void {
    this.#connection.abort(ErrorCode.noError, message);
    this.#host.close();
    this.#socket.unref();
  }

  /** The server finds that it is asked too often: the connections after this one ask half as often. */
  #askLess(): void {
    const { life } = this.settings;
    const keepaliveMs = Math.max(life.current.keepaliveMs, this.#life.keepaliveMs * 2);
    life.current = { ...life.current, keepaliveMs };
  }

  #wake(): void {
    this.#socket.ref();
    if (this.#isAwake) return;
    this.#isAwake = true;
    const { headersTimeoutMs, stallTimeoutMs } = this.settings;
    const times = [headersTimeoutMs, stallTimeoutMs, ...timesOf(this.#life)];
    this.#watch(Math.max(5, Math.min(4_000, ...times) / 4));
  }

  #watch(everyMs: number): void {
    if (!this.#connection.isClosed) this.#ticker.every(everyMs);
  }

  #tick(): void {
    this.#connection.tick();
    if (this.#openStreams > 0 || !this.#isAwake || this.#connection.isClosed) return;
    this.#isAwake = false;
    const { ageMs, keepaliveWhenIdle } = this.#life;
    const asks = keepaliveWhenIdle ? timesOf(this.#life) : [ageMs];
    const times = [this.settings.http2IdleTimeoutMs, ...asks].filter((each) => each > 0);
    this.#watch(Math.max(5, Math.min(60_000, ...times) / 4));
  }

  #rest(): void {
    this.#socket.unref();
  }
}
