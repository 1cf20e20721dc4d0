import type { ReadonlyMetadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import { MessageQueue, type QueueSource } from "../stream/message-queue.js";
import { canceledBy } from "./call-failure.js";
import type { CallList, ListedCall } from "./call-list.js";
import { CallParts } from "./call-part.js";
import { FailureReport } from "./failure-report.js";
import { defineLogForm } from "./log-form.js";
import type { Outcome, RunningRequest } from "./outcome.js";

/**
 * A server-streaming call that has started: iterate over its responses. Leaving the loop early (`break`, `throw`,
 * `return`) cancels the call. Messages that nobody reads wait, and past 64 KiB the server waits, too.
 *
 * It is not awaited: a stream has an end, and no value. A failed call over which nobody iterates is reported once, as an
 * unhandled rejection.
 */
export interface ServerStreamCall<O> extends AsyncIterable<O> {
  /**
   * The response headers, as soon as there is a response, be it an error. Rejects if there will be none; a failure is
   * never reported here a second time.
   */
  readonly headers: Promise<ReadonlyMetadata>;
  /** The response trailers, once the response is complete. Otherwise as `headers`. */
  readonly trailers: Promise<ReadonlyMetadata>;
  /**
   * Gives the call up: it fails with `canceled`, and the server's handler is told. `reason` becomes the error's cause.
   * What has come and was not read yet is dropped, even where nothing more is to come; does nothing once all is read. A
   * call that was cancelled is not reported where nobody iterates over it.
   */
  cancel(reason?: unknown): void;
}

/** The call as the client keeps it: filled by a protocol, read by the caller. */
export class PendingStreamCall<O> implements ServerStreamCall<O>, Outcome, ListedCall, QueueSource {
  static {
    defineLogForm(
      PendingStreamCall.prototype,
      "ServerStreamCall",
      "iterate over it with for await",
    );
  }

  readonly #peer: string;
  readonly #path: string;
  readonly #queue: MessageQueue<O> = new MessageQueue<O>(this);
  readonly #parts: CallParts = new CallParts(this);
  protected readonly report: FailureReport = new FailureReport();
  running: RunningRequest | undefined;
  list: CallList | undefined;
  before: ListedCall | undefined;
  behind: ListedCall | undefined;
  /** What it failed with. */
  error: RpcError | undefined;

  constructor(peer: string, path: string) {
    this.#peer = peer;
    this.#path = path;
  }

  get headers(): Promise<ReadonlyMetadata> {
    return this.#parts.headers;
  }

  get trailers(): Promise<ReadonlyMetadata> {
    return this.#parts.trailers;
  }

  cancel(reason?: unknown): void {
    if (this.running === undefined) {
      // The server is done, the caller is not: how much has come by now is a matter of luck.
      this.#queue.drop(() => canceledBy(reason, { peer: this.#peer, method: this.#path }));
      return;
    }
    // Who cancels a call knows that it fails.
    this.seen();
    this.running.cancel(reason);
  }

  /** One reader: a second iterator shares the first's position. */
  [Symbol.asyncIterator](): AsyncIterableIterator<O, undefined> {
    this.seen();
    const queue = this.#queue;
    const iterator: AsyncIterableIterator<O, undefined> = {
      next: () => {
        this.running?.reading();
        return queue.next();
      },
      return: () => queue.return(),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  // What the queue asks of the request.

  full(): void {
    this.running?.pause();
  }

  hungry(): void {
    this.running?.resume();
  }

  left(): void {
    this.running?.cancel(undefined);
  }

  // What comes of the request.

  /** Somebody has seen how it failed, or will: that is not reported any more. */
  seen(): void {
    this.report.seen();
  }

  receivedHeaders(headers: ReadonlyMetadata): void {
    this.#parts.receivedHeaders(headers);
  }

  receivedMessage(message: unknown, size: number): void {
    this.#queue.push(message as O, size);
  }

  receivedTrailers(trailers: ReadonlyMetadata): void {
    this.#parts.receivedTrailers(trailers);
  }

  succeed(): void {
    this.#queue.end();
    this.#over();
  }

  fail(error: RpcError, isGivenUp = false): void {
    this.error = error;
    // What the caller gave up ends at once, not behind what has come before; what the server gave up does not.
    if (isGivenUp && (error.code === "canceled" || error.code === "deadline_exceeded")) {
      this.#queue.abort(error);
    } else {
      this.#queue.fail(error);
    }
    this.report.fail(error);
    this.#parts.fail(error);
    this.#over();
  }

  #over(): void {
    this.running = undefined;
    this.list?.remove(this);
  }
}
