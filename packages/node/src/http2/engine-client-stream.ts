import {
  ErrorCode,
  type FieldList,
  type ResponseHead,
  type Stream,
  type StreamEnd,
  type StreamReceiver,
} from "@bowline/http2";
import {
  type BodySink,
  type ClientStream,
  Metadata,
  type RequestHead,
  type ResponseReceiver,
  type StreamFailure,
} from "@bowline/rpc/internal";
import type { EngineConnection } from "./engine-client.js";
import { oversizedRequest } from "./request-limit.js";

/** A request on the engine. */
export class EngineClientStream implements ClientStream {
  readonly httpVersion = "2";
  readonly #connection: EngineConnection;
  readonly #head: RequestHead;
  readonly #response: EngineResponse;
  readonly #stream: Stream;

  constructor(connection: EngineConnection, head: RequestHead, receiver: ResponseReceiver) {
    this.#connection = connection;
    this.#head = head;
    this.#response = new EngineResponse(connection, receiver);
    this.#stream = connection.createStream(this.#response, head.method === "HEAD");
  }

  get body(): BodySink {
    return this.#stream.body;
  }

  send(): void {
    if (this.#mayBegin()) this.#attempt(() => this.#stream.respond(0, this.#fields()));
  }

  start(): void {
    if (this.#mayBegin()) this.#attempt(() => this.#stream.start(0, this.#fields()));
  }

  flush(): boolean {
    return this.#stream.flush();
  }

  end(): void {
    this.#stream.end();
  }

  reset(): void {
    this.#stream.reset(ErrorCode.cancel);
    this.#response.release();
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  #mayBegin(): boolean {
    if (this.#response.isOver) return false;
    const { mayBegin, settings, headerListBytes } = this.#connection;
    const refusal: StreamFailure | undefined = mayBegin
      ? oversizedRequest(this.#head, settings, headerListBytes)
      : { kind: "refused", message: "the connection was closed before the call left" };
    if (refusal !== undefined) this.#fail(refusal);
    return refusal === undefined;
  }

  #attempt(begin: () => void): void {
    try {
      begin();
    } catch (error) {
      const message = `the request cannot be sent: ${(error as Error).message}`;
      this.#fail({ kind: "malformed", message, cause: error });
    }
  }

  /** Ends a request that did not begin. */
  #fail(failure: StreamFailure): void {
    this.#stream.reset(ErrorCode.cancel);
    queueMicrotask(() => this.#response.fail(failure));
  }

  #fields(): FieldList {
    const { method, path, headers } = this.#head;
    const { scheme, authority } = this.#connection.settings;
    return [
      ":method",
      method,
      ":scheme",
      scheme,
      ":path",
      path,
      ":authority",
      authority,
      ...headers,
    ];
  }
}

/** Tells the RPC layer of what the engine receives. */
class EngineResponse implements StreamReceiver {
  isOver = false;
  readonly #connection: EngineConnection;
  readonly #receiver: ResponseReceiver;

  constructor(connection: EngineConnection, receiver: ResponseReceiver) {
    this.#connection = connection;
    this.#receiver = receiver;
  }

  head(head: ResponseHead): void {
    this.#receiver.head(head.status, Metadata.borrow(head.fields));
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.#receiver.data(bytes, start, end);
  }

  end(trailers: FieldList): void {
    this.release();
    this.#receiver.end(Metadata.borrow(trailers));
  }

  interrupted(end: StreamEnd): void {
    this.fail(this.#connection.describeEnd(end));
  }

  drained(): void {
    this.#receiver.drained();
  }

  fail(failure: StreamFailure): void {
    if (this.isOver) return;
    this.release();
    this.#receiver.interrupted(failure);
  }

  /** The stream is over, and makes room for another. */
  release(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#connection.release();
  }
}
