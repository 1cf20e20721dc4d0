import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import type { RequestAcceptor, StreamFailure, StreamPeer } from "@bowline/rpc/internal";
import { peerOf } from "../peer.js";
import type { TransportLimits } from "../server-limits.js";
import { ConnectionProbe } from "./connection-probe.js";
import { ReplyQueue } from "./reply-queue.js";
import { oversizedBlock, parseBlock } from "./server-headers.js";
import { Http2ServerStream, type StreamConnection } from "./server-stream.js";

const {
  NGHTTP2_CANCEL,
  NGHTTP2_ENHANCE_YOUR_CALM,
  NGHTTP2_INADEQUATE_SECURITY,
  NGHTTP2_INTERNAL_ERROR,
  NGHTTP2_NO_ERROR,
  NGHTTP2_REFUSED_STREAM,
} = constants;

/** The window of a stream; 250 of them stay below the 64 MiB that partial messages of a connection may take. */
const streamWindowBytes = 262_144;
const connectionWindowBytes = 1_048_576;
const sessionMemoryMegabytes = 64;
/** How long a peer may keep its side of a connection open after this side has ended. */
const lingerMs = 1_000;

/** One HTTP/2 connection of a server, on `node:http2`. */
export class Http2ServerConnection implements StreamConnection {
  readonly peer: StreamPeer;
  readonly replies: ReplyQueue;
  /** Requests under way. */
  streams = 0;
  readonly #session: ServerHttp2Session;
  readonly #socket: Socket;
  readonly #accept: RequestAcceptor;
  readonly #limits: TransportLimits;
  readonly #active = new Set<Http2ServerStream>();
  #lost = false;
  /** The client's own SETTINGS came: the last part of its preface. */
  #greeted = false;
  readonly #probe: ConnectionProbe;
  #idleSince: number;
  #endedSince: number | undefined;

  constructor(
    socket: Socket,
    accept: RequestAcceptor,
    limits: TransportLimits,
    now: number,
    closed: () => void,
  ) {
    this.peer = peerOf(socket);
    this.replies = new ReplyQueue(limits.queuedReplyBytes);
    this.#socket = socket;
    this.#accept = accept;
    this.#limits = limits;
    this.#idleSince = now;
    socket.allowHalfOpen = false;
    // Before the session's own listener, which resets every stream as a peer would have.
    socket.prependListener("close", () => {
      this.#lost = true;
    });
    this.#session = performServerHandshake(socket, sessionOptions(limits));
    this.#probe = new ConnectionProbe(this.#session, socket);
    this.#listen(closed);
  }

  /**
   * Sends GOAWAY, lets the streams finish, closes. Requests that cross the GOAWAY are above the id that it names: their
   * callers know that they were not processed. (Node cannot announce the end first and still take those.)
   */
  drain(): void {
    if (!this.#session.destroyed && !this.#session.closed) this.#session.close();
  }

  /** Ends everything: receivers are told, may answer, and the connection is closed behind that. */
  abort(failure: StreamFailure): void {
    for (const stream of this.#active) stream.interrupt(failure);
    setImmediate(() => {
      if (!this.#session.destroyed) this.#session.destroy();
      this.#socket.destroy();
    });
  }

  /** Looks after what the peer owes: its greeting, the rest of a header block, bodies, room for replies. */
  sweep(now: number): void {
    const { headersTimeoutMs, stallTimeoutMs, http2IdleTimeoutMs } = this.#limits;
    if (this.#session.destroyed) {
      this.#endedSince ??= now;
      if (now - this.#endedSince >= lingerMs) this.#socket.destroy();
      return;
    }
    const isLate = this.#greeted
      ? this.#probe.isStuck(now, headersTimeoutMs, stallTimeoutMs)
      : now - this.#idleSince >= headersTimeoutMs;
    if (headersTimeoutMs > 0 && isLate) {
      this.#session.destroy(undefined, NGHTTP2_ENHANCE_YOUR_CALM);
      this.#socket.destroy();
      return;
    }
    if (stallTimeoutMs > 0) this.#endStalled(now, stallTimeoutMs);
    if (this.streams > 0) this.#idleSince = now;
    else if (http2IdleTimeoutMs > 0 && now - this.#idleSince >= http2IdleTimeoutMs) {
      this.#session.close();
    }
  }

  #listen(closed: () => void): void {
    const session = this.#session;
    // The peer broke the rules. It gets the time to read the GOAWAY that says so.
    session.on("error", () => setTimeout(() => this.#socket.destroy(), lingerMs).unref());
    session.on("frameError", ignore);
    session.on("close", () => {
      closed();
      this.#socket.destroy();
    });
    session.once("remoteSettings", () => {
      this.#greeted = true;
    });
    session.setLocalWindowSize(connectionWindowBytes);
    session.on(
      "stream",
      (stream: ServerHttp2Stream, _headers: IncomingHttpHeaders, _flags: number, raw: string[]) =>
        this.#request(stream, raw),
    );
  }

  #request(stream: ServerHttp2Stream, raw: string[]): void {
    this.#probe.requested(stream.id as number);
    this.streams++;
    stream.on("error", ignore);
    const open = () => this.#open(stream, raw);
    stream.on("close", () => {
      this.streams--;
      this.replies.withdraw(open);
    });
    this.replies.whenRead(open);
  }

  #open(stream: ServerHttp2Stream, raw: string[]): void {
    if (stream.destroyed || stream.closed) return;
    const { headerListBytes, headerFieldBytes } = this.#limits;
    const block = parseBlock(raw);
    const refusal = oversizedBlock(raw, headerListBytes, headerFieldBytes);
    const call = new Http2ServerStream(stream, block, this);
    this.#active.add(call);
    stream.on("close", () => {
      this.#active.delete(call);
      call.closed(() => this.#failureOf(stream));
    });
    if (refusal !== undefined) refuse(call, refusal);
    const receiver = refusal === undefined ? this.#accept(call) : undefined;
    if (receiver === undefined) call.discard();
    else call.deliver(receiver);
  }

  #endStalled(now: number, stallTimeoutMs: number): void {
    for (const stream of this.#active) {
      if (stream.stalledFor(now) < stallTimeoutMs) continue;
      const message = `the caller ${this.peer.address} sent, or took, nothing for ${stallTimeoutMs} ms`;
      stream.stall({ kind: "stalled", message });
    }
  }

  #failureOf(stream: ServerHttp2Stream): StreamFailure {
    const { address } = this.peer;
    if (this.#lost || this.#session.destroyed) {
      return { kind: "lost", message: `the caller ${address} is gone` };
    }
    return resetFailure(address, stream.rstCode ?? NGHTTP2_CANCEL);
  }
}

const resetKinds: ReadonlyMap<number, StreamFailure["kind"]> = new Map([
  [NGHTTP2_NO_ERROR, "canceled"],
  [NGHTTP2_CANCEL, "canceled"],
  [NGHTTP2_INTERNAL_ERROR, "lost"],
  [NGHTTP2_REFUSED_STREAM, "refused"],
  [NGHTTP2_ENHANCE_YOUR_CALM, "exhausted"],
  [NGHTTP2_INADEQUATE_SECURITY, "denied"],
]);

/** What a reset stream means for its call. */
export function resetFailure(address: string, code: number): StreamFailure {
  return { kind: resetKinds.get(code) ?? "malformed", message: resetMessage(address, code) };
}

function resetMessage(address: string, code: number): string {
  return code === NGHTTP2_CANCEL || code === NGHTTP2_NO_ERROR
    ? `the caller ${address} gave the call up`
    : `the stream of the caller ${address} was reset (HTTP/2 error code ${code})`;
}

function refuse(call: Http2ServerStream, text: string): void {
  call.body.append(new TextEncoder().encode(text));
  call.respond(431, ["content-type", "text/plain; charset=utf-8"]);
}

function sessionOptions(limits: TransportLimits) {
  return {
    maxSessionMemory: sessionMemoryMegabytes,
    // Node resets a stream past what it advertises; up to twice the limit the request gets an answer that says why.
    settings: {
      maxHeaderListSize: Math.min(limits.headerListBytes * 2, 2 ** 24 - 1),
      maxConcurrentStreams: limits.streams,
      initialWindowSize: streamWindowBytes,
    },
  };
}

function ignore(): void {}
