import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { Socket } from "node:net";
import type { Connection, ConnectionDescription, ConnectionListener } from "@bowline/balancer";
import type { ConnectionOptions } from "@bowline/http2";
import type {
  ClientStream,
  RequestHead,
  ResponseReceiver,
  StreamFailure,
} from "@bowline/rpc/internal";
import type { ConnectionLife } from "../keepalive.js";
import { describeGoaway, describeSessionError, describeUnready } from "./client-failure.js";
import { StallWatch } from "./client-stall.js";
import { Http2ClientStream } from "./client-stream.js";
import { longestBlockBytes, sendableHeaderBytes } from "./request-limit.js";
import { SilenceWatch } from "./silence-watch.js";

/** What HTTP/2 connections to a target have in common. */
export interface Http2ClientSettings {
  readonly authority: string;
  readonly scheme: "http" | "https";
  readonly headerListBytes: number;
  /** Milliseconds until what a peer began to say of headers is complete; Bowline's engine keeps it. */
  readonly headersTimeoutMs: number;
  /** Milliseconds that a peer may take nothing of a stream's request. */
  readonly stallTimeoutMs: number;
  readonly partialMessageBytes: number;
  readonly processPartialMessageBytes: number;
  /** Milliseconds that a connection without streams is kept. */
  readonly http2IdleTimeoutMs: number;
  /** How connections live; the channel's, so that what one learns holds for the next. */
  readonly life: { current: ConnectionLife };
  /** What Bowline's engine lets a peer do. */
  readonly frames: Partial<ConnectionOptions>;
}

/** Bytes that a peer may send ahead on a stream, and on all streams of a connection. */
const streamWindow = 1_048_576;
const connectionWindow = 16_777_216;
/**
 * Time from one PING that looks for a silent server to the next, in stall timeouts: with the default of 60 s the five
 * minutes that servers tolerate by default.
 */
const probeInterval = 5;
/** Milliseconds that a closed connection has to write what it still holds. */
const farewellMs = 1_000;

/**
 * Begins HTTP/2 on a socket that is connected. The connection is ready when the peer's first SETTINGS came: then it does
 * speak HTTP/2, and says how many streams it takes.
 * @returns gives up, until it is ready.
 */
export function startHttp2(
  socket: Socket,
  settings: Http2ClientSettings,
  listener: ConnectionListener,
): () => void {
  const connection = new Http2Connection(socket, settings, listener);
  return () => connection.abandon();
}

/** A connection on `node:http2`. While no stream is open it does not keep the process alive. */
export class Http2Connection implements Connection {
  readonly httpVersion = "2";
  readonly refusesStreams = true;
  readonly settings: Http2ClientSettings;
  readonly stalls: StallWatch;
  readonly #socket: Socket;
  readonly #session: ClientHttp2Session;
  #listener: ConnectionListener | undefined;
  #ready = false;
  #openStreams = 0;
  #openedStreams = 0;
  #maxStreams = 0;
  /** The largest header list of a request that is sent. */
  headerListBytes: number = longestBlockBytes;
  #goaway: { readonly code: number; readonly lastStream: number } | undefined;
  #error: Error | undefined;
  #closed = false;
  readonly #silence: SilenceWatch;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(socket: Socket, settings: Http2ClientSettings, listener: ConnectionListener) {
    this.#socket = socket;
    this.settings = settings;
    this.stalls = new StallWatch(settings.stallTimeoutMs);
    this.#listener = listener;
    this.#session = connect(`${settings.scheme}://${settings.authority}`, {
      createConnection: () => socket,
      maxHeaderListPairs: Math.ceil(settings.headerListBytes / 32),
      settings: {
        enablePush: false,
        initialWindowSize: streamWindow,
        maxHeaderListSize: settings.headerListBytes,
      },
    });
    const { stallTimeoutMs: quietMs } = settings;
    const limits = { quietMs, intervalMs: probeInterval * quietMs };
    this.#silence = new SilenceWatch(this.#session, socket, limits, performance.now());
    this.#listen();
  }

  get hasRoom(): boolean {
    return this.#listener !== undefined && this.#openStreams < this.#maxStreams;
  }

  open(head: RequestHead, receiver: ResponseReceiver): ClientStream {
    if (this.#openStreams++ === 0) this.#session.ref();
    this.#openedStreams++;
    return new Http2ClientStream(this, head, receiver);
  }

  /** @throws what `node:http2` finds wrong with the headers, or with the state of the session. */
  request(headers: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream {
    return this.#session.request(headers, { endStream });
  }

  /** A stream is over and makes room for another. */
  release(): void {
    const wasFull = this.#openStreams >= this.#maxStreams;
    if (--this.#openStreams === 0) this.#session.unref();
    if (wasFull && this.hasRoom) this.#listener?.room();
  }

  /** Why streams end that did not end by themselves: the connection's end, if it has ended. */
  failureOf(streamId: number | undefined, error: Error | undefined): StreamFailure | undefined {
    const goaway = this.#goaway;
    if (goaway !== undefined && (streamId === undefined || streamId > goaway.lastStream)) {
      const message = "the server closed the connection before it took the call (GOAWAY)";
      return { kind: "refused", message };
    }
    if (!this.#session.destroyed) return undefined;
    if (this.#closed) return { kind: "shutdown", message: "the channel is closed" };
    if (goaway !== undefined && goaway.code !== 0) return describeGoaway(goaway.code);
    return describeSessionError(error ?? this.#error);
  }

  /** Bytes that came over the connection. */
  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  /** Streams that are open, and that ever were: together they tell whether a stream was alone all the time. */
  get streams(): { readonly open: number; readonly ever: number } {
    return { open: this.#openStreams, ever: this.#openedStreams };
  }

  /**
   * Ends a connection that refuses streams by itself: after an error of the peer's on the connection `node:http2` says
   * GOAWAY and then neither reads nor ends it.
   */
  giveUp(): void {
    this.#error ??= Object.assign(new Error("an invalid frame"), { code: "ERR_HTTP2_ERROR" });
    this.#end();
    this.#over();
  }

  /** Whether new streams are out of the question, so that one which could not begin was never sent. */
  get isOver(): boolean {
    return this.#listener === undefined || this.#session.closed || this.#session.destroyed;
  }

  close(): void {
    this.#closed = true;
    this.#listener = undefined;
    this.#end();
  }

  /** Gives up before it is ready. */
  abandon(): void {
    if (!this.#ready) this.close();
  }

  describe(): ConnectionDescription {
    return { httpVersion: "2", openStreams: this.#openStreams, engine: "node:http2" };
  }

  /**
   * Ends the session. What is still to be written has a moment, and does not keep the process alive. Not at once, because
   * this may run while `node:http2` closes a stream: a reset of another then makes it send empty DATA frames for ever.
   */
  #end(): void {
    clearInterval(this.#watch);
    setImmediate(() => this.#session.destroy());
    this.#socket.unref();
    if (!this.#socket.destroyed) setTimeout(() => this.#socket.destroy(), farewellMs).unref();
  }

  #listen(): void {
    const session = this.#session;
    session.unref();
    session.once("connect", () => session.setLocalWindowSize(connectionWindow));
    session.on("remoteSettings", ({ maxConcurrentStreams = 2 ** 32 - 1, maxHeaderListSize }) => {
      this.#maxStreams = maxConcurrentStreams;
      this.headerListBytes = Math.min(
        sendableHeaderBytes(maxHeaderListSize ?? longestBlockBytes),
        longestBlockBytes,
      );
      if (!this.#ready) this.#becomeReady();
      else if (this.hasRoom) this.#listener?.room();
    });
    session.on("goaway", (code, lastStream) => {
      this.#goaway = { code, lastStream };
      queueMicrotask(() => this.#over());
    });
    session.on("error", (error) => {
      this.#error = error;
    });
    session.on("close", () => {
      clearInterval(this.#watch);
      this.#over();
    });
    // The session's own events wait for the socket to finish writing, which after an error of TLS it may never do.
    this.#socket.on("error", (error) => {
      this.#error ??= error;
      this.#socket.destroy();
      this.#over();
    });
  }

  /** Looks whether a peer from which streams wait for something is still there. */
  #look(): void {
    if (this.#openStreams === 0 || !this.#silence.isDead(performance.now(), true)) return;
    this.#error ??= silent();
    this.giveUp();
  }

  #becomeReady(): void {
    this.#ready = true;
    const { stallTimeoutMs } = this.settings;
    if (stallTimeoutMs > 0) {
      const delay = Math.min(stallTimeoutMs / 4, 2 ** 31 - 1);
      this.#watch = setInterval(() => this.#look(), delay);
      this.#watch.unref();
    }
    this.#listener?.ready(this);
  }

  #over(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener === undefined) return;
    if (this.#ready) listener.over();
    else {
      this.#end();
      listener.failed(describeUnready(this.#error, this.#goaway?.code));
    }
  }
}

/** Told as a lost connection: what was under way may have been done. */
function silent(): Error {
  const error = new Error("nothing came from the peer, and it does not answer a PING");
  return Object.assign(error, { code: "ECONNRESET" });
}
