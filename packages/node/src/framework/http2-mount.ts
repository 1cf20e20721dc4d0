import { constants, type Http2Session, type ServerHttp2Stream } from "node:http2";
import { performance } from "node:perf_hooks";
import type { ContextValues } from "@bowline/rpc";
import type { HeaderFields, RequestAcceptor, StreamFailure } from "@bowline/rpc/internal";
import { refuseHeaders } from "../http1/header-limit.js";
import { ReplyQueue } from "../http2/reply-queue.js";
import { resetFailure } from "../http2/server-connection.js";
import { oversizedBlock, parseBlock } from "../http2/server-headers.js";
import { Http2ServerStream, type StreamConnection } from "../http2/server-stream.js";
import { sweepMs } from "../http2/sweep.js";
import { peerOf } from "../peer.js";
import type { TransportLimits } from "../server-limits.js";
import { joinFields } from "./middleware-fields.js";

/** Calls on the HTTP/2 connections of a framework's server. */
export class Http2Mount {
  readonly #limits: TransportLimits;
  readonly #connections = new WeakMap<Http2Session, StreamConnection>();
  readonly #active = new Set<Http2ServerStream>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: TransportLimits) {
    this.#limits = limits;
  }

  /**
   * Performs a call on a stream that the framework announced.
   * @param raw the header block; @param fields what the framework wants in the response's headers.
   */
  perform(
    stream: ServerHttp2Stream,
    raw: readonly string[],
    target: string,
    fields: HeaderFields,
    accept: RequestAcceptor,
    values?: ContextValues,
  ): void {
    const { session } = stream;
    if (session === undefined || stream.destroyed || stream.closed) return;
    const connection = this.#connectionOf(session);
    // The framework's response would answer what the call is asked: for trailers.
    stream.removeAllListeners("wantTrailers");
    const call = new MountedStream(stream, { ...parseBlock(raw), target }, connection);
    call.fields = fields;
    call.values = values;
    this.#watch(call);
    stream.on("close", () => {
      this.#active.delete(call);
      call.closed(() => failureOf(stream, connection));
    });
    const refusal = oversizedBlock(raw, Infinity, this.#limits.headerFieldBytes);
    if (refusal !== undefined) refuseHeaders(call, refusal);
    const receiver = refusal === undefined ? accept(call) : undefined;
    if (receiver === undefined) call.discard();
    else call.deliver(receiver);
  }

  #connectionOf(session: Http2Session): StreamConnection {
    let connection = this.#connections.get(session);
    if (connection === undefined) {
      const replies = new ReplyQueue(this.#limits.queuedReplyBytes);
      connection = { peer: peerOf(session.socket), replies };
      this.#connections.set(session, connection);
    }
    return connection;
  }

  #watch(call: Http2ServerStream): void {
    this.#active.add(call);
    if (this.#limits.stallTimeoutMs === 0) return;
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs(this.#limits)).unref();
  }

  #sweep(): void {
    const { stallTimeoutMs } = this.#limits;
    const now = performance.now();
    for (const call of this.#active) {
      if (call.stalledFor(now) < stallTimeoutMs) continue;
      const message = `the caller ${call.peer.address} sent, or took, nothing for ${stallTimeoutMs} ms`;
      call.stall({ kind: "stalled", message });
    }
    if (this.#active.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** A stream whose response carries what the framework's middleware set, too. */
class MountedStream extends Http2ServerStream {
  values: ContextValues | undefined;
  fields: HeaderFields = [];

  override respond(status: number, headers: HeaderFields, trailers?: HeaderFields): void {
    super.respond(status, joinFields(this.fields, headers), trailers);
  }

  override start(status: number, headers: HeaderFields): void {
    super.start(status, joinFields(this.fields, headers));
  }
}

function failureOf(stream: ServerHttp2Stream, { peer }: StreamConnection): StreamFailure {
  if (stream.session?.destroyed ?? true) {
    return { kind: "lost", message: `the caller ${peer.address} is gone` };
  }
  return resetFailure(peer.address, stream.rstCode ?? constants.NGHTTP2_CANCEL);
}
