import type { ReadonlyMetadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import type { CallList, ListedCall } from "./call-list.js";
import { CallParts } from "./call-part.js";
import { defineLogForm } from "./log-form.js";
import type { Outcome, RunningRequest } from "./outcome.js";

/**
 * A unary call that has started. Awaiting it gives the response, or throws an `RpcError`; a failed call that nobody
 * awaits is reported once, as an unhandled rejection.
 */
export interface UnaryCall<T> extends Promise<T> {
  /**
   * The response headers, as soon as there is a response, be it an error. Rejects if there will be none; a failure is
   * never reported here a second time.
   */
  readonly headers: Promise<ReadonlyMetadata>;
  /** The response trailers, once the response is complete. Otherwise as `headers`. */
  readonly trailers: Promise<ReadonlyMetadata>;
  /**
   * Gives the call up: it fails with `canceled`, and the server's handler is told. `reason` becomes the error's cause.
   * Does nothing once the call is over. A call that was cancelled is not reported where nobody awaits it.
   */
  cancel(reason?: unknown): void;
}

/** The call as the client keeps it: settled by a protocol, awaited by the caller. */
export class PendingUnaryCall<T> implements UnaryCall<T>, Outcome, ListedCall {
  static {
    defineLogForm(PendingUnaryCall.prototype, "UnaryCall", "await it for the response");
  }

  readonly #response: Promise<T>;
  readonly #parts: CallParts = new CallParts(this);
  #resolve!: (response: T) => void;
  #reject!: (error: RpcError) => void;
  running: RunningRequest | undefined;
  list: CallList | undefined;
  before: ListedCall | undefined;
  behind: ListedCall | undefined;

  constructor() {
    this.#response = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get [Symbol.toStringTag](): string {
    return "UnaryCall";
  }

  get headers(): Promise<ReadonlyMetadata> {
    return this.#parts.headers;
  }

  get trailers(): Promise<ReadonlyMetadata> {
    return this.#parts.trailers;
  }

  cancel(reason?: unknown): void {
    if (this.running === undefined) return;
    // Who cancels a call knows that it fails.
    this.seen();
    this.running.cancel(reason);
  }

  /** Somebody has seen how it failed, or will: that is not reported any more. */
  seen(): void {
    this.#response.catch(() => {});
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise.
  then<A = T, B = never>(
    succeeded?: ((value: T) => A | PromiseLike<A>) | null,
    failed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#response.then(succeeded, failed);
  }

  catch<B = never>(failed?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#response.catch(failed);
  }

  finally(settled?: (() => void) | null): Promise<T> {
    return this.#response.finally(settled);
  }

  receivedHeaders(headers: ReadonlyMetadata): void {
    this.#parts.receivedHeaders(headers);
  }

  receivedTrailers(trailers: ReadonlyMetadata): void {
    this.#parts.receivedTrailers(trailers);
  }

  succeed(response: unknown): void {
    this.#resolve(response as T);
    this.#over();
  }

  fail(error: RpcError): void {
    this.#reject(error);
    this.#parts.fail(error);
    this.#over();
  }

  #over(): void {
    this.running = undefined;
    this.list?.remove(this);
  }
}
