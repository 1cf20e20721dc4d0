import { constants, type ServerHttp2Stream, type ServerStreamResponseOptions } from "node:http2";
import {
  ChunkSink,
  type HeaderFields,
  type ReadonlyMetadata,
  type RequestReceiver,
  type ServerStream,
  type StreamFailure,
  type StreamPeer,
} from "@bowline/rpc/internal";
import { OutgoingBody } from "./outgoing.js";
import type { ReplyQueue, WaitingStream } from "./reply-queue.js";
import { type RequestBlock, sendFields } from "./server-headers.js";

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants;

/** Bodies up to this size leave in one piece, which copies them; larger ones leave as they are. */
const joinedBytes = 16_384;
/** How long to wait before looking again whether the end of a response has left. */
const freeAgainMs = 20;

/** The connection of a stream, as the stream needs it. */
export interface StreamConnection {
  readonly peer: StreamPeer;
  /** What the peer is owed. */
  readonly replies: ReplyQueue;
}

/** One request of `node:http2`, as the RPC layer sees it. */
export class Http2ServerStream implements ServerStream, WaitingStream {
  readonly httpVersion = "2";
  readonly method: string;
  readonly target: string;
  readonly headers: ReadonlyMetadata;
  readonly body: ChunkSink = new ChunkSink();
  readonly #stream: ServerHttp2Stream;
  readonly #connection: StreamConnection;
  readonly #outgoing: OutgoingBody;
  #receiver: RequestReceiver | undefined;
  #trailers: HeaderFields | undefined;
  #awaitsContinue: boolean;
  #paused = false;
  /** The request's body is complete. */
  #received = false;
  /** What is in the body leaves at the end of this tick. */
  #flushing = false;
  /** The response's end was handed over, or there will be none. */
  #answered = false;
  /** The response's end was handed over. */
  #isComplete = false;
  /** Whether a byte went either way since {@link stalledFor} looked last. */
  #moved = true;
  #quietSince = 0;

  constructor(stream: ServerHttp2Stream, block: RequestBlock, connection: StreamConnection) {
    this.#stream = stream;
    this.#connection = connection;
    this.method = block.method;
    this.target = block.target;
    this.headers = block.headers;
    this.#awaitsContinue = block.awaitsContinue;
    this.#outgoing = new OutgoingBody(stream, (bytes) => {
      this.#moved = true;
      connection.replies.remove(this, bytes, this.#isComplete);
    });
    stream.on("wantTrailers", () => {
      sendFields(this.#trailers ?? [], (trailers) => stream.sendTrailers(trailers));
    });
  }

  get peer(): StreamPeer {
    return this.#connection.peer;
  }

  /** Delivers the body to a receiver, from now on. */
  deliver(receiver: RequestReceiver): void {
    this.#receiver = receiver;
    this.#stream.on("data", (chunk: Buffer) => {
      this.#moved = true;
      if (!this.#answered) receiver.data(chunk, 0, chunk.length);
    });
    this.#stream.on("end", () => this.#ended());
    if (!this.#paused) this.#continue();
  }

  /** Reads on without a receiver, for a request that was answered on its headers. */
  discard(): void {
    this.#stream.on("end", () => {
      this.#received = true;
    });
    this.#stream.resume();
  }

  respond(status: number, headers: HeaderFields, trailers?: HeaderFields): void {
    if (!this.#begin()) return;
    const { length } = this.body;
    if (trailers === undefined || trailers.length === 0) {
      this.#sendHead(status, headers, length === 0 ? { endStream: true } : undefined, length);
    } else {
      this.#trailers = trailers;
      this.#sendHead(status, headers, { waitForTrailers: true });
    }
    this.#write();
    this.#finish();
  }

  start(status: number, headers: HeaderFields): void {
    if (this.#answered || this.#stream.destroyed || this.#stream.closed) return;
    this.#sendHead(status, headers, { waitForTrailers: true });
  }

  flush(): boolean {
    // What one tick brings leaves as one piece: a handler may yield a hundred small messages in a row.
    if (this.body.length >= joinedBytes) this.#write();
    else if (!this.#flushing) {
      this.#flushing = true;
      process.nextTick(() => {
        this.#flushing = false;
        if (!this.#answered) this.#write();
      });
    }
    return this.#connection.replies.hasRoom(this);
  }

  end(trailers?: HeaderFields): void {
    if (!this.#begin()) return;
    this.#trailers = trailers;
    this.#write();
    this.#finish();
  }

  reset(): void {
    this.#answered = true;
    this.#drop();
    // Not `close`, which would send END_STREAM first where it can; and not while `node:http2` closes another stream, where
    // a reset makes it send empty DATA frames for ever.
    setImmediate(() => this.#stream.destroy(new Error("the stream was reset")));
  }

  pause(): void {
    this.#paused = true;
    this.#stream.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#moved = true;
    this.#continue();
    this.#stream.resume();
  }

  get queued(): number {
    return this.#outgoing.queued;
  }

  /** There is room again. */
  drained(): void {
    if (!this.#answered) this.#receiver?.drained();
  }

  /** The exchange cannot go on. Says so to the receiver if it still waits or works. */
  interrupt(failure: StreamFailure): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    if (!this.#answered) receiver?.interrupted(failure);
  }

  /** The stream is closed. `failure` says why, in case that the exchange was not over. */
  closed(failure: () => StreamFailure): void {
    this.#drop();
    // What came while the body was paused; a handler that never finishes would keep it with the stream.
    this.#stream.removeAllListeners("data").read();
    if (this.#answered) return;
    const interruption = failure();
    this.interrupt(interruption);
    this.#answered = true;
  }

  /**
   * Milliseconds for which the peer has neither taken what it is owed nor sent what it owes; 0 while it is not its turn.
   * @param now of a clock that only goes forward.
   */
  stalledFor(now: number): number {
    const waits = this.#outgoing.queued > 0 || this.#awaitsBody;
    if (this.#moved || !waits) {
      this.#moved = false;
      this.#quietSince = now;
      return 0;
    }
    return now - this.#quietSince;
  }

  /** Ends the exchange of a peer that stalls: the receiver may still answer, the stream is reset behind that. */
  stall(failure: StreamFailure): void {
    const late = this.#outgoing.queued > 0;
    this.interrupt(failure);
    if (late || !this.#answered) {
      this.#drop();
      if (!this.#stream.destroyed) this.#stream.close(NGHTTP2_CANCEL);
    }
    this.#answered = true;
  }

  get #awaitsBody(): boolean {
    if (this.#received || this.#paused || this.#answered) return false;
    return this.#receiver?.isResting?.() !== true;
  }

  #ended(): void {
    // A reset with NO_ERROR looks like an end to Node, but only END_STREAM is one.
    if (this.#stream.closed && !this.#answered) return;
    this.#received = true;
    this.#moved = true;
    if (!this.#answered) this.#receiver?.end();
  }

  #continue(): void {
    if (!this.#awaitsContinue || this.#answered) return;
    this.#awaitsContinue = false;
    if (!this.#stream.headersSent && !this.#stream.destroyed && !this.#stream.closed) {
      this.#stream.additionalHeaders({ ":status": 100 });
    }
  }

  /** Begins the end of the response; `false` if there is nobody to send it to. */
  #begin(): boolean {
    if (this.#answered) return false;
    this.#answered = true;
    if (!this.#stream.destroyed && !this.#stream.closed) return true;
    this.body.clear();
    return false;
  }

  #sendHead(
    status: number,
    headers: HeaderFields,
    options: ServerStreamResponseOptions | undefined,
    contentLength = 0,
  ): void {
    sendFields(headers, (fields) => {
      fields[":status"] = status;
      if (contentLength > 0) fields["content-length"] = contentLength;
      this.#stream.respond(fields, options);
    });
  }

  #write(): void {
    const { length } = this.body;
    if (length === 0) return;
    if (this.#stream.destroyed || this.#stream.closed) {
      this.body.clear();
      return;
    }
    this.#connection.replies.add(length);
    this.#outgoing.write(length <= joinedBytes ? [this.body.takeBytes()] : this.body.takeChunks());
  }

  #finish(): void {
    this.#isComplete = true;
    this.#connection.replies.complete(this.#outgoing.queued);
    this.#outgoing.end();
    if (this.#received) return;
    this.#stream.once("finish", () => setTimeout(() => this.#free(), freeAgainMs).unref());
    this.#stream.resume();
  }

  /**
   * Tells a peer that sends on that nobody reads it, once the response's end has left: without that it may wait for
   * ever for its window to open; before that it would lose the response (RFC 9113, section 8.1).
   */
  #free(): void {
    const stream = this.#stream;
    if (this.#received || stream.destroyed || stream.closed) return;
    if (stream.state.localClose === 1) stream.close(NGHTTP2_NO_ERROR);
    else setTimeout(() => this.#free(), freeAgainMs).unref();
  }

  #drop(): void {
    const { replies } = this.#connection;
    replies.forget(this);
    replies.remove(this, this.#outgoing.drop(), this.#isComplete);
  }
}
