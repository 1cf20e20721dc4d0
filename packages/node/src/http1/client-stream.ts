import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { PartialMessages } from "@bowline/http2";
import {
  ChunkSink,
  type ClientStream,
  Metadata,
  type RequestHead,
  type ResponseReceiver,
  type StreamFailure,
} from "@bowline/rpc/internal";
import { DialError, describeFailure } from "../dial/failure.js";
import { poolOf } from "../process-memory.js";
import type { Http1Pool } from "./client.js";
import { oversizedField } from "./header-limit.js";

/** What the buffers of a connection take without the peer; a request that is not larger cannot stall. */
const unstallableBytes = 65_536;

/** A request on `node:http`. */
export class Http1ClientStream implements ClientStream {
  readonly httpVersion = "1.1";
  readonly body: ChunkSink = new ChunkSink();
  /** Bytes of a message that wait for its rest. */
  partialBytes = 0;
  #partial: PartialMessages | undefined;
  readonly #pool: Http1Pool;
  readonly #head: RequestHead;
  readonly #receiver: ResponseReceiver;
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  #paused = false;
  #isWatched = false;
  #over = false;

  constructor(pool: Http1Pool, head: RequestHead, receiver: ResponseReceiver) {
    this.#pool = pool;
    this.#head = head;
    this.#receiver = receiver;
  }

  send(): void {
    const body = this.body.takeBytes();
    this.#open("content-length", String(body.length))?.end(body);
    if (body.length > unstallableBytes) this.#watchStall();
  }

  start(): void {
    const request = this.#open("transfer-encoding", "chunked");
    if (request === undefined) return;
    request.on("drain", () => {
      if (!this.#over) this.#receiver.drained();
    });
    // The head travels with the first piece of the body if that is handed over in this tick.
    queueMicrotask(() => {
      if (!this.#over) request.flushHeaders();
    });
  }

  flush(): boolean {
    if (this.body.length === 0) return true;
    const bytes = this.body.takeBytes();
    if (this.#over || this.#request === undefined) return true;
    const hasRoom = this.#request.write(bytes);
    if (!hasRoom) this.#watchStall();
    return hasRoom;
  }

  end(): void {
    this.flush();
    if (!this.#over) this.#request?.end();
  }

  reset(): void {
    if (this.#over) return;
    this.#finish();
    this.#request?.destroy();
  }

  pause(): void {
    this.#paused = true;
    this.#response?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#response?.resume();
  }

  /** Ends the request if the server takes nothing of it for too long; that it takes its time to answer is its affair. */
  #watchStall(): void {
    const request = this.#request;
    if (this.#isWatched || this.#over || request === undefined) return;
    this.#isWatched = true;
    const { stallTimeoutMs } = this.#pool.settings;
    request.setTimeout(stallTimeoutMs, () => {
      if (request.writableLength === 0 && !request.socket?.writableLength) return;
      const message = `the server took nothing of the request for ${stallTimeoutMs} ms`;
      this.#interrupt({ kind: "stalled", message });
      request.destroy();
    });
  }

  /** Sends the head. `undefined` if the request cannot be sent; then the receiver will know. */
  #open(framing: string, value: string): ClientRequest | undefined {
    if (this.#over) return undefined;
    const { method, path, headers, requiresHttp2 } = this.#head;
    const { target, headerListBytes: maxHeaderSize } = this.#pool.settings;
    if (requiresHttp2) return this.#refuse(needsHttp2(target.secure));
    const fields = ["host", target.authority, ...headers, framing, value] as unknown as string[];
    const { agent } = this.#pool;
    try {
      this.#request = request({ agent, method, path, maxHeaderSize, headers: fields });
    } catch (error) {
      const message = `the request cannot be sent: ${(error as Error).message}`;
      return this.#refuse({ kind: "malformed", message, cause: error });
    }
    this.#request.on("response", (response) => this.#respond(response));
    this.#request.on("error", (error) => this.#requestFailed(error));
    // Node closes the connection of a response that it has no use for, such as 101, and says nothing else.
    this.#request.on("close", () => {
      if (this.#response === undefined) this.#fail(cutResponse());
    });
    return this.#request;
  }

  #refuse(failure: StreamFailure): undefined {
    queueMicrotask(() => this.#interrupt(failure));
  }

  #respond(response: IncomingMessage): void {
    if (this.#over) return;
    this.#response = response;
    const { headerListBytes } = this.#pool.settings;
    const oversized = oversizedField(response.rawHeaders, headerListBytes / 2);
    if (oversized !== undefined) {
      this.#request?.destroy();
      const message = `the response's header ${oversized} is past the limit of ${headerListBytes / 2} bytes (headerListBytes)`;
      return this.#interrupt({ kind: "limit", message });
    }
    response.on("data", (chunk: Buffer) => {
      if (!this.#over) this.#take(chunk);
    });
    response.on("end", () => this.#responded(response));
    response.on("error", (error) => this.#fail(error));
    if (this.#paused) response.pause();
    this.#receiver.head(response.statusCode ?? 0, Metadata.fromWire(response.rawHeaders));
  }

  #take(chunk: Buffer): void {
    this.#receiver.data(chunk, 0, chunk.length);
    const bytes = this.#over ? 0 : (this.#receiver.partialBytes?.() ?? 0);
    if (bytes !== this.partialBytes) this.#count(bytes);
  }

  #count(bytes: number): void {
    const { partialMessageBytes, processPartialMessageBytes } = this.#pool.settings;
    this.#partial ??= new PartialMessages(partialMessageBytes, poolOf(processPartialMessageBytes));
    this.#partial.count(this, bytes);
  }

  /** There is no memory to wait for the rest of a message. */
  exhausted(message: string): void {
    if (this.#receiver.exhausted === undefined) this.reset();
    else this.#receiver.exhausted(message);
  }

  #responded(response: IncomingMessage): void {
    if (this.#over) return;
    if (!response.complete) return this.#fail(cutResponse());
    // Nobody waits for the rest of a request that has been answered; the connection cannot carry another one.
    if (!this.#request?.writableEnded) this.#request?.destroy();
    this.#finish();
    this.#receiver.end(Metadata.fromWire(response.rawTrailers));
  }

  /** A server may answer and close before it has read the whole request: a response that came whole stands. */
  #requestFailed(error: Error): void {
    if (this.#response?.complete !== true) this.#fail(error);
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#request?.destroy();
    if (this.#pool.closed) this.#interrupt({ kind: "shutdown", message: "the channel is closed" });
    else if (error instanceof DialError) this.#interrupt(error.failure);
    else if (this.#isSilentClose(error)) this.#interrupt(silentClose(error));
    else this.#interrupt(describeFailure(error));
  }

  /** Whether a connection without TLS ended before anything came over it. */
  #isSilentClose(error: NodeJS.ErrnoException): boolean {
    const { secure } = this.#pool.settings.target;
    return !secure && error.code === "ECONNRESET" && this.#request?.socket?.bytesRead === 0;
  }

  #interrupt(failure: StreamFailure): void {
    if (this.#over) return;
    this.#finish();
    this.#receiver.interrupted(failure);
  }

  #finish(): void {
    this.#over = true;
    if (this.partialBytes > 0) this.#count(0);
    this.#pool.release();
  }
}

function needsHttp2(secure: boolean): StreamFailure {
  const message = secure
    ? "the call needs HTTP/2, and the server picked HTTP/1.1 (ALPN)"
    : 'the call needs HTTP/2, and the channel speaks HTTP/1.1; set httpVersion: "2" if the server speaks HTTP/2 without TLS';
  return { kind: "unsupported", message };
}

function silentClose(cause: Error): StreamFailure {
  const message =
    "the server closed the connection without an answer. Does it speak HTTP without TLS on this port?";
  return { kind: "lost", message, cause };
}

function cutResponse(): Error {
  return Object.assign(new Error("the response ended early"), { code: "ECONNRESET" });
}
