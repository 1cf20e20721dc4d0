import { type ConnectionError, ErrorCode } from "./error-code.js";
import type { FieldList } from "./field.js";
import type { FieldPrefix } from "./field-prefix.js";
import type { ReceiveWindow } from "./flow-control.js";
import type { HeldContent } from "./held-content.js";
import type { ResponseHead } from "./message-head.js";
import { OutgoingBody } from "./outgoing-body.js";
import type { RequestHead } from "./request-head.js";

/**
 * Why a stream ended without a proper end.
 * - `reset`: the peer sent RST_STREAM; `code` says why
 * - `refused`: the peer says that it did not process the stream
 * - `malformed`: the peer's message broke the rules of HTTP; `code` is what it was told
 * - `limit`: a header list past the limit
 * - `stalled`: the peer took, or sent, nothing for too long
 * - `lost`: the connection is gone; `code` is that of the GOAWAY, if there was one
 * - `aborted`: this side is about to end the connection
 */
export interface StreamEnd {
  readonly cause: "reset" | "refused" | "malformed" | "limit" | "stalled" | "lost" | "aborted";
  readonly code: number;
  readonly message: string;
  /** What this side found wrong with the connection, or why it aborted it. */
  readonly fault?: ConnectionError;
}

/** What takes the messages of a stream. Called in order; never inside a call of the stream's own methods. */
export interface StreamReceiver {
  /** The head of a response; on clients. Informational responses (1xx) are not passed on. */
  head?(head: ResponseHead): void;
  /** Content: `bytes[start, end)`, which nothing writes to again. */
  data(bytes: Uint8Array, start: number, end: number): void;
  /** The message is complete. */
  end(trailers: FieldList): void;
  /** The stream is over without a proper end. Nothing comes after it, and nothing can be sent. */
  interrupted(end: StreamEnd): void;
  /** There is room again, after a `flush` that returned `false`. */
  drained(): void;
  /** Bytes of a message that are kept until its rest comes. Asked after each piece. Default: none. */
  partialBytes?(): number;
  /** There is no memory to wait for that rest. What it answers is sent. Default: the stream is reset. */
  exhausted?(message: string): void;
  /** Whether the peer may be silent as long as it likes, because the exchange rests by its nature. Default: no. */
  isResting?(): boolean;
}

/** What a stream asks of its connection. */
export interface StreamConnection {
  begin(stream: Stream, status: number, fields: FieldList, prefix: FieldPrefix | undefined): void;
  respond(
    stream: Stream,
    status: number,
    fields: FieldList,
    trailers: FieldList | undefined,
    prefix: FieldPrefix | undefined,
  ): void;
  inform(stream: Stream, status: number): void;
  flushStream(stream: Stream): boolean;
  endStream(stream: Stream, trailers: FieldList | undefined): void;
  resetStream(stream: Stream, code: number): void;
  resumeStream(stream: Stream): void;
}

/**
 * One exchange (RFC 9113, section 5). What is written leaves with the connection's next flush; it is either `respond`, or
 * `start`, any number of `flush`, and `end`. Calls on a stream that is over do nothing.
 */
export class Stream {
  /** 0 until the stream begins, on clients. */
  id: number;
  /** Where content goes before `respond`, `flush` or `end`. */
  readonly body: OutgoingBody = new OutgoingBody();
  receiver: StreamReceiver | undefined;
  readonly #connection: StreamConnection;

  // The rest is the connection's.

  /** On servers: the request's head, until all that it holds is its own. */
  head: RequestHead | undefined;
  /** What this side may still send. */
  sendWindow: number;
  /** Made when so much content comes, and does not end the stream, that the window may have to be opened. */
  receiveWindow: ReceiveWindow | undefined;
  /** Content on its way out, in pieces, and how much of the first has left. */
  queue: Uint8Array[] | undefined;
  queuedBytes = 0;
  queueOffset = 0;
  /** The message ends behind the queue, with trailers if there are any. */
  isEnding = false;
  trailers: FieldList | undefined;
  /** Whether to call `drained` when there is room. */
  wantsRoom = false;
  hasBegun = false;
  /** On servers: the millisecond in which it came; -1 as long as the connection does not look at that. */
  begunAt = -1;
  /** END_STREAM was sent. */
  hasEnded = false;
  /** END_STREAM came. */
  isReceived = false;
  /** On clients: informational responses that came. */
  informed = 0;
  /** On clients: the request is a HEAD, the response's final head came, and no content belongs to it. */
  isHead = false;
  isAnswered = false;
  hasNoContent = false;
  /** Nothing more can be sent or come, but all that came is still delivered. */
  isGone = false;
  /** Over: nothing is sent or delivered any more. */
  isClosed = false;
  isPaused = false;
  /** What came while the stream was paused; the pool counts it. */
  held: HeldContent | undefined;
  heldBytes = 0;
  /** Bytes of a message that the receiver keeps until its rest comes. */
  partialBytes = 0;
  /** END_STREAM came while the stream was paused, with these trailers. */
  heldEnd: FieldList | undefined;
  /** A delivery of what is held is under way, or about to be. */
  isDelivering = false;
  /** What `content-length` announced, -1 for nothing; and how much came. */
  announced = -1;
  contentBytes = 0;
  /** Whether a byte moved since the connection looked last, and when that was. */
  hasMoved = true;
  quietSince = 0;

  constructor(connection: StreamConnection, id: number, sendWindow: number) {
    this.#connection = connection;
    this.id = id;
    this.sendWindow = sendWindow;
  }

  /**
   * Sends a head, what is in `body`, and trailers, and ends the message. Requests have status 0, and may have a prefix
   * that goes before the fields.
   */
  respond(status: number, fields: FieldList, trailers?: FieldList, prefix?: FieldPrefix): void {
    this.#connection.respond(this, status, fields, trailers, prefix);
  }

  /** Sends a head; content follows. */
  start(status: number, fields: FieldList, prefix?: FieldPrefix): void {
    this.#connection.begin(this, status, fields, prefix);
  }

  /** Sends an informational response, such as 100. */
  inform(status: number): void {
    this.#connection.inform(this, status);
  }

  /** Hands over what is in `body`. `false`: a lot is waiting; the receiver's `drained` is called once there is room. */
  flush(): boolean {
    return this.#connection.flushStream(this);
  }

  /** Sends what is in `body`, then trailers, and ends the message. */
  end(trailers?: FieldList): void {
    this.#connection.endStream(this, trailers);
  }

  /** The process, or the connection, has no memory to wait for the rest of a message. */
  exhausted(message: string): void {
    const { receiver } = this;
    if (receiver?.exhausted === undefined) this.reset(ErrorCode.enhanceYourCalm);
    else receiver.exhausted(message);
  }

  /** Ends the stream with RST_STREAM. The receiver is not called any more. */
  reset(code: number): void {
    this.#connection.resetStream(this, code);
  }

  /** Delivers nothing more until `resume`; the peer's window shuts. */
  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.#connection.resumeStream(this);
  }
}
