import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ContextValues } from "@bowline/rpc";
import {
  ChunkSink,
  type HeaderFields,
  Metadata,
  type ReadonlyMetadata,
  type RequestReceiver,
  type ServerStream,
  type StreamFailure,
  type StreamPeer,
} from "@bowline/rpc/internal";
import { peerOf } from "../peer.js";
import type { BodyTarget } from "./request-message.js";
import type { Http1Connection } from "./server-connection.js";

/** How much of a request that is answered already is still read, so that the peer gets to see the answer. */
const drainBytes = 4 * 1024 * 1024;
const drainMs = 5_000;
/** What is beyond that is not read any more, and so long the peer has to read the answer, before the connection ends. */
const lingerMs = 500;
/** Pieces of a streamed body up to this size leave as one chunk, which copies them; larger ones leave as they are. */
const joinedBytes = 16_384;
/** Bodies up to this size leave as part of the text that Node makes of the head: one piece to write instead of three. */
const inlineBytes = 4_096;

/** Node's fast way from bytes to the text that is written as these bytes; it takes any `Uint8Array`. */
const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array): string;
};

/** A request as this stream needs it: a `RequestMessage`, or what reads one that a framework announced. */
export interface IncomingRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly rawHeaders: string[];
  readonly socket: Socket;
  /** All of the request has come. */
  readonly complete: boolean;
  /** Who takes the body. */
  target: BodyTarget | undefined;
  /** Lets the body come, again. */
  readOn(): void;
}

/** One request of `node:http`, as the RPC layer sees it. */
export class Http1ServerStream implements ServerStream, BodyTarget {
  readonly httpVersion = "1.1";
  readonly method: string;
  readonly target: string;
  readonly headers: ReadonlyMetadata;
  readonly body: ChunkSink = new ChunkSink();
  readonly values: ContextValues | undefined;
  /** Bytes of a message that wait for its rest. */
  partialBytes = 0;
  readonly #request: IncomingRequest;
  readonly #response: ServerResponse;
  readonly #connection: Http1Connection;
  readonly #server: { readonly draining: boolean };
  readonly #queuedReplyBytes: number;
  #receiver: RequestReceiver | undefined;
  #awaitsContinue = false;
  #paused = false;
  /** A `flush` said that there is no room. */
  #full = false;
  /** What is in the body leaves at the end of this tick. */
  #flushing = false;
  #answered = false;
  #drained = 0;
  /** Ends the disposal of a request's rest. */
  #disposed: (() => void) | undefined;

  constructor(
    request: IncomingRequest,
    response: ServerResponse,
    connection: Http1Connection,
    server: { readonly draining: boolean },
    queuedReplyBytes: number,
    values?: ContextValues,
  ) {
    this.#request = request;
    this.#response = response;
    this.#connection = connection;
    this.#server = server;
    this.#queuedReplyBytes = queuedReplyBytes;
    this.method = request.method as string;
    this.target = request.url as string;
    this.headers = Metadata.fromWire(request.rawHeaders);
    this.values = values;
    connection.streams.push(this);
  }

  get peer(): StreamPeer {
    return peerOf(this.#request.socket);
  }

  /** Whether it is the peer's turn: to send more of the request, or to take more of the response. */
  get awaitsPeer(): boolean {
    if (this.#response.writableLength > 0) return true;
    if (this.#request.complete || this.#paused) return false;
    return this.#receiver?.isResting?.() !== true;
  }

  /** Delivers the body to a receiver, from now on; with the go-ahead first where the peer waits for it. */
  deliver(receiver: RequestReceiver, awaitsContinue: boolean): void {
    this.#receiver = receiver;
    this.#awaitsContinue = awaitsContinue;
    this.#request.target = this;
    if (this.#paused) return;
    this.#continue();
    this.#request.readOn();
  }

  /** Reads on without a receiver, for a request that was answered on its headers. */
  discard(): void {
    this.#request.target = this;
    this.#request.readOn();
  }

  take(chunk: Buffer): boolean {
    if (this.#answered) this.#drain(chunk.length);
    else {
      const receiver = this.#receiver;
      receiver?.data(chunk, 0, chunk.length);
      if (receiver?.partialBytes !== undefined) this.#count(receiver.partialBytes());
    }
    return !this.#paused;
  }

  /** There is no memory to wait for the rest of a message. */
  exhausted(message: string): void {
    if (this.#receiver?.exhausted === undefined) this.reset();
    else this.#receiver.exhausted(message);
  }

  #count(bytes: number): void {
    const partial = this.#answered ? 0 : bytes;
    if (partial !== this.partialBytes) this.#connection.partial.count(this, partial);
  }

  complete(): void {
    this.#disposed?.();
    this.#count(0);
    if (!this.#answered) this.#receiver?.end();
  }

  /** The exchange cannot go on. Says so to the receiver if it still waits or works. */
  interrupt(failure: StreamFailure): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    this.#count(0);
    if (!this.#answered) receiver?.interrupted(failure);
  }

  respond(status: number, headers: HeaderFields): void {
    if (this.#answered) return;
    this.#settle();
    const response = this.#response;
    if (response.destroyed) return;
    const body = this.body.toBytes();
    if (this.#server.draining || this.#outlastsDrain()) response.shouldKeepAlive = false;
    const fields = [...headers, "content-length", String(body.length)];
    this.writeHead(response, status, fields);
    sendWhole(response, body);
    if (!this.#request.complete) this.#dispose();
  }

  start(status: number, headers: HeaderFields): void {
    const response = this.#response;
    if (this.#answered || response.destroyed) return;
    if (this.#server.draining) response.shouldKeepAlive = false;
    this.writeHead(response, status, headers);
    response.on("drain", () => {
      if (!this.#full) return;
      this.#full = false;
      if (!this.#answered) this.#receiver?.drained();
    });
    // With the first message, if there is one soon; alone otherwise.
    setImmediate(() => {
      if (!this.#answered && !response.destroyed) response.flushHeaders();
    });
  }

  flush(): boolean {
    // What one tick brings leaves as one chunk: a handler may yield a hundred small messages in a row.
    if (this.body.length >= joinedBytes) this.#write();
    else if (!this.#flushing) {
      this.#flushing = true;
      process.nextTick(() => {
        this.#flushing = false;
        if (!this.#answered) this.#write();
      });
    }
    const { writableNeedDrain, writableLength } = this.#response;
    this.#full = writableNeedDrain && writableLength > this.#queuedReplyBytes;
    return !this.#full;
  }

  end(): void {
    if (this.#answered) return;
    this.#write();
    this.#settle();
    if (this.#response.destroyed) return;
    this.#response.end();
    if (!this.#request.complete) this.#dispose();
  }

  reset(): void {
    this.#settle();
    this.body.clear();
    this.#request.socket.destroy();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    if (!this.#answered) this.#continue();
    this.#request.readOn();
  }

  /** Hands the head to Node. */
  protected writeHead(response: ServerResponse, status: number, fields: HeaderFields): void {
    response.writeHead(status, fields as unknown as string[]);
  }

  /** Whatever happens from now on is no affair of the call's. */
  #settle(): void {
    this.#answered = true;
    this.#count(0);
    this.#connection.remove(this);
  }

  #continue(): void {
    if (!this.#awaitsContinue) return;
    this.#awaitsContinue = false;
    if (!this.#response.headersSent && !this.#response.destroyed) this.#response.writeContinue();
  }

  #write(): void {
    const { body } = this;
    if (body.length === 0) return;
    if (this.#response.destroyed || this.#answered) body.clear();
    else if (body.length <= joinedBytes) this.#response.write(body.takeBytes());
    else for (const chunk of body.takeChunks()) this.#response.write(chunk);
  }

  /** Whether the connection may have to be closed on the rest of the request: then the answer says so. */
  #outlastsDrain(): boolean {
    if (this.#request.complete) return false;
    if (this.headers.get("transfer-encoding") !== undefined) return true;
    return Number(this.headers.get("content-length")) > drainBytes;
  }

  #drain(length: number): void {
    this.#drained += length;
    if (this.#drained <= drainBytes || this.#paused) return;
    // Closed at once, on unread bytes, the connection would be reset, and the answer lost to a peer that still sends.
    this.#paused = true;
    const { socket } = this.#request;
    setTimeout(() => socket.destroy(), lingerMs).unref();
  }

  /** Reads what is left of the request, for a while: a connection that is closed on unread bytes loses the answer. */
  #dispose(): void {
    const { socket } = this.#request;
    // Answered because the caller is gone: `close`, which ends the wait, is under way or over.
    if (socket.destroyed) return;
    this.#paused = false;
    this.#request.readOn();
    const timer = setTimeout(() => socket.destroy(), drainMs);
    timer.unref();
    // `node:http` closes a connection that is not kept as soon as the answer is written: wait for the request's end.
    let closing = false;
    socket.destroySoon = () => {
      closing = true;
      socket.end();
    };
    // Neither the timer nor the connection, which may live long, shall keep the exchange.
    const done = () => {
      clearTimeout(timer);
      socket.off("close", done);
      Reflect.deleteProperty(socket, "destroySoon");
      if (closing) socket.destroySoon();
    };
    socket.once("close", done);
    this.#disposed = done;
  }
}

/** Sends a body behind the head, and ends the response. */
function sendWhole(response: ServerResponse, body: Uint8Array): void {
  const { socket } = response;
  if (body.length === 0 || body.length > inlineBytes || socket === null) {
    response.end(body);
    return;
  }
  const text = latin1Slice.call(body);
  // Uncorked before `end`, which would add an empty piece of its own to what is held.
  socket.cork();
  response.write(text, "latin1");
  socket.uncork();
  response.end();
}
