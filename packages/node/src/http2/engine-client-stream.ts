import type { RefusedRequests } from "@bowline/balancer";
import {
  ErrorCode,
  type FieldList,
  type FieldPrefix,
  type OutgoingBody,
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
  readonly #receiver: ResponseReceiver;
  readonly #stream: Stream;
  /** How often something had come over the connection when the stream began. */
  readonly #reads: number;
  #isOver = false;
  #isPaused = false;
  /** Takes the request back if it is refused, until the answer begins; what was sent, by reference. */
  #refused: RefusedRequests | undefined;
  #sent: Uint8Array | undefined;
  #sentFlags = -1;
  #sentPieces: readonly Uint8Array[] | undefined;
  /** What goes on in the place of a stream that was refused. */
  #next: ClientStream | undefined;

  /** @param refused takes the request back if it is refused; it is `send` then, as a whole. */
  constructor(
    connection: EngineConnection,
    head: RequestHead,
    receiver: ResponseReceiver,
    refused: RefusedRequests | undefined,
  ) {
    this.#connection = connection;
    this.#head = head;
    this.#receiver = receiver;
    this.#refused = refused;
    this.#reads = connection.reads;
    this.#stream = connection.createStream(new EngineResponse(this), head.method === "HEAD");
  }

  get body(): BodySink {
    return this.#stream.body;
  }

  send(): void {
    if (this.#refused !== undefined) this.#keep(this.#refused, this.#stream.body);
    if (!this.#mayBegin()) return;
    const head = this.#head;
    try {
      if (head.shared === undefined) this.#stream.respond(0, this.#fields());
      else this.#stream.respond(0, head.own ?? noFields, undefined, this.#prefix(head.shared));
    } catch (error) {
      this.#unsendable(error);
    }
  }

  start(): void {
    if (!this.#mayBegin()) return;
    const head = this.#head;
    try {
      if (head.shared === undefined) this.#stream.start(0, this.#fields());
      else this.#stream.start(0, head.own ?? noFields, this.#prefix(head.shared));
    } catch (error) {
      this.#unsendable(error);
    }
  }

  flush(): boolean {
    return this.#stream.flush();
  }

  end(): void {
    this.#stream.end();
  }

  reset(): void {
    if (!this.#isOver && this.#reads === this.#connection.reads) this.#connection.suspect();
    this.#stream.reset(ErrorCode.cancel);
    this.#release();
    this.#next?.reset();
  }

  pause(): void {
    this.#isPaused = true;
    this.#stream.pause();
    this.#next?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#stream.resume();
    this.#next?.resume();
  }

  // What the engine tells.

  answered(head: ResponseHead): void {
    this.#forget();
    this.#receiver.head(head.status, Metadata.borrow(head.fields));
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.#receiver.data(bytes, start, end);
  }

  completed(trailers: FieldList): void {
    this.#release();
    this.#receiver.end(Metadata.borrow(trailers));
  }

  interrupted(end: StreamEnd): void {
    this.#fail(this.#connection.describeEnd(end));
  }

  drained(): void {
    this.#receiver.drained();
  }

  partialBytes(): number {
    return this.#receiver.partialBytes?.() ?? 0;
  }

  exhausted(message: string): void {
    if (this.#receiver.exhausted === undefined) this.reset();
    else this.#receiver.exhausted(message);
  }

  #mayBegin(): boolean {
    if (this.#isOver) return false;
    const connection = this.#connection;
    const refusal: StreamFailure | undefined = connection.mayBegin
      ? oversizedRequest(this.#head, connection.settings, connection.headerListBytes)
      : { kind: "refused", message: "the connection was closed before the call left" };
    if (refusal !== undefined) this.#failLater(refusal);
    return refusal === undefined;
  }

  #unsendable(error: unknown): void {
    const message = `the request cannot be sent: ${(error as Error).message}`;
    this.#failLater({ kind: "malformed", message, cause: error });
  }

  /** Ends a request that did not begin. */
  #failLater(failure: StreamFailure): void {
    this.#stream.reset(ErrorCode.cancel);
    queueMicrotask(() => this.#fail(failure));
  }

  #fail(failure: StreamFailure): void {
    if (this.#isOver) return;
    const refused = failure.kind === "refused" ? this.#refused : undefined;
    const body = this.#sentPieces ?? this.#sentPiece();
    this.#release();
    if (refused === undefined) this.#receiver.interrupted(failure);
    else this.#next = refused.reopen(this.#head, this.#receiver, body, this.#isPaused);
  }

  /** The stream is over, and makes room for another. */
  #release(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#forget();
    this.#connection.release();
  }

  /** Keeps what is about to be sent, by reference: most often one message, in an envelope or without. */
  #keep(refused: RefusedRequests, body: OutgoingBody): void {
    if (body.length > refused.replayBytes) {
      this.#refused = undefined;
      return;
    }
    this.#sent = body.only;
    this.#sentFlags = body.onlyFlags;
    const isOne = this.#sent !== undefined || this.#sentFlags >= 0;
    if (!isOne && body.length > 0) this.#sentPieces = body.pieces();
  }

  #sentPiece(): readonly Uint8Array[] {
    const piece = this.#sent ?? nothing;
    if (this.#sentFlags < 0) return [piece];
    const { length } = piece;
    const prefix = [this.#sentFlags, length >>> 24, length >>> 16, length >>> 8, length];
    return [Uint8Array.from(prefix), piece];
  }

  #forget(): void {
    this.#refused = undefined;
    this.#sent = undefined;
    this.#sentPieces = undefined;
  }

  #prefix(shared: FieldList): FieldPrefix {
    return this.#connection.prefixOf(this.#head.path, shared);
  }

  #fields(): FieldList {
    const { method, path, headers } = this.#head;
    return [...this.#connection.pseudoFields(method, path), ...headers];
  }
}

/** Passes on what the engine tells: here the end of the response has the name that is that of the request's there. */
class EngineResponse implements StreamReceiver {
  readonly #stream: EngineClientStream;

  constructor(stream: EngineClientStream) {
    this.#stream = stream;
  }

  head(head: ResponseHead): void {
    this.#stream.answered(head);
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.#stream.data(bytes, start, end);
  }

  end(trailers: FieldList): void {
    this.#stream.completed(trailers);
  }

  interrupted(end: StreamEnd): void {
    this.#stream.interrupted(end);
  }

  drained(): void {
    this.#stream.drained();
  }

  partialBytes(): number {
    return this.#stream.partialBytes();
  }

  exhausted(message: string): void {
    this.#stream.exhausted(message);
  }
}

const noFields: FieldList = [];
const nothing: Uint8Array = new Uint8Array(0);
