import { type HeaderFields, Metadata, type ReadonlyMetadata } from "../metadata.js";
import { ChunkSink } from "../transport/byte-sink.js";
import type { ClientStream, RequestHead, ResponseReceiver } from "../transport/client-stream.js";
import type { RequestAcceptor, RequestReceiver, ServerStream } from "../transport/server-stream.js";
import type { StreamFailure } from "../transport/stream-failure.js";
import { listBytes, oversizedField, receivedFields } from "./fields.js";
import { MemoryPipe } from "./memory-pipe.js";
import type { Turns } from "./turn.js";

/** Bounds of the transport, the same in both directions. */
export interface MemoryLimits {
  readonly headerListBytes: number;
  readonly headerFieldBytes: number;
}

/** What the streams of one transport share. */
export interface MemoryConnection {
  readonly accept: RequestAcceptor;
  readonly turns: Turns;
  readonly limits: MemoryLimits;
  readonly isClosed: boolean;
  /** Keeps a stream until it is over, to end it when the transport is closed. */
  readonly open: Set<MemoryClientStream>;
}

/** The client's end of a stream in memory. */
export class MemoryClientStream implements ClientStream {
  readonly httpVersion = "2";
  readonly body: ChunkSink = new ChunkSink();
  readonly #connection: MemoryConnection;
  readonly #head: RequestHead;
  readonly #request: MemoryPipe;
  readonly #response: MemoryPipe;
  readonly #server: MemoryServerStream;
  #started = false;
  #ended = false;

  constructor(connection: MemoryConnection, head: RequestHead, receiver: ResponseReceiver) {
    const { turns } = connection;
    this.#connection = connection;
    this.#head = head;
    this.#request = new MemoryPipe(turns, () => {
      if (!this.#response.isOver) receiver.drained();
    });
    this.#response = new MemoryPipe(turns, () => this.#server.drained());
    this.#server = new MemoryServerStream(connection, head, this.#request, this.#response);
    this.#response.readBy({
      head: (status, fields) => this.#receiveHead(status, fields, receiver),
      data: (bytes, start, end) => receiver.data(bytes, start, end),
      end: (trailers) => this.#receiveEnd(trailers, receiver),
      interrupted: (failure) => {
        connection.open.delete(this);
        receiver.interrupted(failure);
      },
    });
  }

  send(): void {
    this.start();
    this.end();
  }

  start(): void {
    if (this.#started || this.#response.isOver) return;
    this.#started = true;
    const headers = receivedFields(this.#head.headers);
    if (this.#connection.isClosed) return this.#response.fail(closed);
    this.#connection.open.add(this);
    this.#request.head(0, headers);
  }

  flush(): boolean {
    return !this.#started || this.#request.write(this.body);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.flush();
    this.#request.end(new Metadata());
  }

  reset(): void {
    if (this.#response.isOver) return;
    this.#leave({ kind: "canceled", message: "the caller gave the request up" });
  }

  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  /** The transport was closed. */
  close(): void {
    this.#server.interrupt({ kind: "lost", message: "the caller is gone" });
    this.#response.fail(closed);
  }

  #leave(failure: StreamFailure): void {
    this.#connection.open.delete(this);
    this.#response.drop();
    this.#server.interrupt(failure);
  }

  #receiveHead(status: number, fields: ReadonlyMetadata, receiver: ResponseReceiver): void {
    if (this.#isTooLarge(fields)) this.#refuse("headers", receiver);
    else receiver.head(status, fields);
  }

  #receiveEnd(trailers: ReadonlyMetadata, receiver: ResponseReceiver): void {
    this.#connection.open.delete(this);
    if (this.#isTooLarge(trailers)) this.#refuse("trailers", receiver);
    else receiver.end(trailers);
  }

  #isTooLarge(fields: ReadonlyMetadata): boolean {
    return fields.size > 0 && listBytes(fields) > this.#connection.limits.headerListBytes;
  }

  #refuse(what: string, receiver: ResponseReceiver): void {
    const message = `the ${what} of the response are past the limit of ${this.#connection.limits.headerListBytes} bytes`;
    this.#leave({ kind: "canceled", message });
    receiver.interrupted({ kind: "limit", message });
  }
}

const closed: StreamFailure = { kind: "shutdown", message: "the transport is closed" };

/** The server's end of a stream in memory. */
class MemoryServerStream implements ServerStream {
  readonly httpVersion = "2";
  readonly method: string;
  readonly target: string;
  readonly peer = { address: "memory", tls: undefined };
  readonly body: ChunkSink = new ChunkSink();
  headers: ReadonlyMetadata = new Metadata();
  readonly #request: MemoryPipe;
  readonly #response: MemoryPipe;
  readonly #connection: MemoryConnection;
  #receiver: RequestReceiver | undefined;
  #started = false;
  /** The response's end was handed over, or there will be none. */
  #answered = false;

  constructor(
    connection: MemoryConnection,
    head: RequestHead,
    request: MemoryPipe,
    response: MemoryPipe,
  ) {
    this.#connection = connection;
    this.method = head.method;
    this.target = head.path;
    this.#request = request;
    this.#response = response;
    request.readBy({
      head: (_, headers) => this.#accept(headers),
      data: (bytes, start, end) => this.#receiver?.data(bytes, start, end),
      end: () => this.#receiver?.end(),
      interrupted: () => {}, // `interrupt` says it, whatever waits to be read.
    });
  }

  #accept(headers: ReadonlyMetadata): void {
    this.headers = headers;
    const { accept, limits } = this.#connection;
    const refusal = refusedFields(headers, limits);
    if (refusal !== undefined) return this.#refuseHeaders(refusal);
    this.#receiver = accept(this);
    if (this.#receiver === undefined || this.#answered) this.#finish();
  }

  respond(status: number, headers: HeaderFields, trailers?: HeaderFields): void {
    if (this.#answered) return;
    this.start(status, headers);
    this.end(trailers);
  }

  start(status: number, headers: HeaderFields): void {
    if (this.#started || this.#answered) return;
    const fields = receivedFields(headers);
    this.#started = true;
    this.#response.head(status, fields);
  }

  flush(): boolean {
    return this.#response.write(this.body);
  }

  end(trailers: HeaderFields = []): void {
    if (this.#answered) return;
    const fields = receivedFields(trailers);
    this.flush();
    this.#finish();
    this.#response.end(fields);
  }

  reset(): void {
    this.#finish();
    this.#response.fail({ kind: "malformed", message: "the server reset the stream" });
  }

  pause(): void {
    this.#request.pause();
  }

  resume(): void {
    this.#request.resume();
  }

  /** There is room for more of the response. */
  drained(): void {
    if (!this.#answered) this.#receiver?.drained();
  }

  /** The exchange cannot go on. Says so to the receiver if it still waits or works. */
  interrupt(failure: StreamFailure): void {
    const receiver = this.#receiver;
    this.#finish();
    if (receiver !== undefined) this.#connection.turns.next(() => receiver.interrupted(failure));
  }

  #finish(): void {
    this.#answered = true;
    this.#receiver = undefined;
    this.#request.drop();
  }

  #refuseHeaders(text: string): void {
    this.body.append(new TextEncoder().encode(text));
    this.respond(431, ["content-type", "text/plain; charset=utf-8"]);
  }
}

function refusedFields(
  headers: ReadonlyMetadata,
  { headerListBytes, headerFieldBytes }: MemoryLimits,
): string | undefined {
  const name = oversizedField(headers, headerFieldBytes);
  if (name !== undefined) return `header ${name} is past the limit of ${headerFieldBytes} bytes`;
  if (listBytes(headers) <= headerListBytes) return undefined;
  return `the headers are past the limit of ${headerListBytes} bytes`;
}
