import {
  ChunkSink,
  type ClientStream,
  type ReadonlyMetadata,
  type RequestHead,
  type ResponseReceiver,
  type StreamFailure,
} from "@bowline/rpc/internal";
import type { Connection } from "./connection.js";

/** Where a stream waits for a connection, the first one or the one after a refusal. */
export interface StreamQueue {
  readonly httpVersion: "1.1" | "2" | undefined;
  reopen(stream: BalancedStream): void;
  forget(stream: BalancedStream): void;
}

/** Bytes that may be handed over before there is a connection, until `flush` says that it is enough. */
const comfortableBytes = 65_536;

/**
 * A stream that may wait for its connection, and that is opened a second time if the server refuses it before its head
 * came. What was sent is kept until then, by reference and up to a bound.
 */
export class BalancedStream implements ClientStream {
  readonly body: ChunkSink = new ChunkSink();
  /** What is asked for; pickers may look at it. */
  readonly request: RequestHead;
  readonly #receiver: ResponseReceiver;
  readonly #queue: StreamQueue;
  readonly #replayBytes: number;
  #stream: ClientStream | undefined;
  /** What has been handed over, for the (next) connection; `undefined` once it need not or cannot be repeated. */
  #kept: Uint8Array[] | undefined = [];
  #keptBytes = 0;
  #sent: "nothing" | "whole" | "begun" | "ended" = "nothing";
  #reopened = false;
  #paused = false;
  #needsDrain = false;
  #over = false;

  constructor(
    request: RequestHead,
    receiver: ResponseReceiver,
    queue: StreamQueue,
    replayBytes: number,
  ) {
    this.request = request;
    this.#receiver = receiver;
    this.#queue = queue;
    this.#replayBytes = replayBytes;
  }

  /** A request that was refused, whole, on its way to another connection. */
  static again(
    request: RequestHead,
    receiver: ResponseReceiver,
    queue: StreamQueue,
    body: readonly Uint8Array[],
  ): BalancedStream {
    const stream = new BalancedStream(request, receiver, queue, 0);
    stream.#kept = [...body];
    stream.#sent = "whole";
    stream.#reopened = true;
    return stream;
  }

  get httpVersion(): "1.1" | "2" | undefined {
    return this.#stream?.httpVersion ?? this.#queue.httpVersion;
  }

  /** Goes on over this connection, with everything that was handed over so far. */
  attach(connection: Connection): void {
    const stream = connection.open(this.request, new Relay(this, this.#receiver));
    this.#stream = stream;
    if (this.#paused) stream.pause();
    if (this.#sent === "nothing") return;
    if (this.#sent !== "whole") stream.start();
    if (this.#sent === "begun" && this.#queue.httpVersion === undefined) this.#tellOpened();
    for (const chunk of this.#kept ?? []) stream.body.append(chunk);
    this.#boundKept();
    if (this.#sent === "whole") stream.send();
    else if (this.#sent === "ended") stream.end();
    else if (stream.flush() && this.#needsDrain) queueMicrotask(() => this.drained());
  }

  /** Ends a stream that has no connection. */
  fail(failure: StreamFailure): void {
    if (this.#over) return;
    this.#finish();
    this.#receiver.interrupted(failure);
  }

  send(): void {
    this.#sent = "whole";
    this.#handOver();
    this.#stream?.send();
  }

  start(): void {
    this.#sent = "begun";
    this.#stream?.start();
  }

  flush(): boolean {
    if (this.#over) return true;
    this.#handOver();
    const enough =
      this.#stream === undefined ? this.#keptBytes > comfortableBytes : !this.#stream.flush();
    if (enough) this.#needsDrain = true;
    return !enough;
  }

  end(): void {
    this.#sent = "ended";
    this.#handOver();
    this.#stream?.end();
  }

  reset(): void {
    if (this.#over) return;
    this.#finish();
    this.#queue.forget(this);
    this.#stream?.reset();
  }

  pause(): void {
    this.#paused = true;
    this.#stream?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#stream?.resume();
  }

  /** The answer has begun: the server took the request. */
  answered(): void {
    this.#kept = undefined;
  }

  /** The answer is complete. */
  finished(): void {
    this.#finish();
  }

  /** The connection ended the stream: it waits for another one if it was refused, or has failed. */
  interrupted(failure: StreamFailure): void {
    if (failure.kind === "refused" && !this.#reopened && this.#kept !== undefined) {
      this.#reopened = true;
      this.#stream = undefined;
      this.#queue.reopen(this);
    } else this.fail(failure);
  }

  /** There is room again. */
  drained(): void {
    if (this.#over || !this.#needsDrain) return;
    this.#needsDrain = false;
    this.#receiver.drained();
  }

  /** The version is known now, and what is still to be sent may depend on it. */
  #tellOpened(): void {
    queueMicrotask(() => {
      if (!this.#over) this.#receiver.opened?.();
    });
  }

  /** Moves what is in `body` to the connection and to what is kept. */
  #handOver(): void {
    if (this.#over) return this.body.clear();
    const stream = this.#stream;
    for (const chunk of this.body.takeChunks()) {
      stream?.body.append(chunk);
      this.#kept?.push(chunk);
      this.#keptBytes += chunk.length;
    }
    if (stream !== undefined) this.#boundKept();
  }

  #boundKept(): void {
    if (this.#keptBytes > this.#replayBytes) this.#kept = undefined;
  }

  #finish(): void {
    this.#over = true;
    this.#kept = undefined;
  }
}

/** Passes an answer on, and lets the stream know what matters to it. */
class Relay implements ResponseReceiver {
  readonly #stream: BalancedStream;
  readonly #receiver: ResponseReceiver;

  constructor(stream: BalancedStream, receiver: ResponseReceiver) {
    this.#stream = stream;
    this.#receiver = receiver;
  }

  head(status: number, headers: ReadonlyMetadata): void {
    this.#stream.answered();
    this.#receiver.head(status, headers);
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.#receiver.data(bytes, start, end);
  }

  end(trailers: ReadonlyMetadata): void {
    this.#stream.finished();
    this.#receiver.end(trailers);
  }

  interrupted(failure: StreamFailure): void {
    this.#stream.interrupted(failure);
  }

  drained(): void {
    this.#stream.drained();
  }

  partialBytes(): number {
    return this.#receiver.partialBytes?.() ?? 0;
  }

  exhausted(message: string): void {
    if (this.#receiver.exhausted === undefined) this.#stream.reset();
    else this.#receiver.exhausted(message);
  }
}
