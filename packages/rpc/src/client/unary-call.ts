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

/** What settles the promise that is being made: one function for all of them, instead of a closure each. */
let settling: { resolve: (response: never) => void; reject: (error: RpcError) => void };
function takeSettling(resolve: (response: never) => void, reject: (error: RpcError) => void): void {
  settling.resolve = resolve;
  settling.reject = reject;
}
settling = { resolve: () => {}, reject: () => {} };

/**
 * The call as the client keeps it: settled by a protocol, awaited by the caller. It is a promise itself, and of the
 * platform's kind as far as `await` can see, which then waits for it in one step instead of three.
 */
export class PendingUnaryCall<T> extends Promise<T> implements UnaryCall<T>, Outcome, ListedCall {
  static {
    const { prototype } = PendingUnaryCall;
    defineLogForm(prototype, "UnaryCall", "await it for the response");
    // What `await` looks at.
    Object.defineProperty(prototype, "constructor", { value: Promise });
  }

  /** What `then` gives is a promise, and no call. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  readonly #resolve: (response: T) => void;
  readonly #reject: (error: RpcError) => void;
  /** Made for who asks for headers or trailers. */
  #parts: CallParts | undefined;
  #headers: ReadonlyMetadata | undefined;
  #trailers: ReadonlyMetadata | undefined;
  #error: RpcError | undefined;
  running: RunningRequest | undefined;
  list: CallList | undefined;
  before: ListedCall | undefined;
  behind: ListedCall | undefined;

  constructor() {
    super(
      takeSettling as (resolve: (response: T) => void, reject: (error: unknown) => void) => void,
    );
    this.#resolve = settling.resolve as (response: T) => void;
    this.#reject = settling.reject;
    this.running = undefined;
    this.list = undefined;
    this.before = undefined;
    this.behind = undefined;
  }

  override get [Symbol.toStringTag](): string {
    return "UnaryCall";
  }

  get headers(): Promise<ReadonlyMetadata> {
    return this.#askedParts().headers;
  }

  get trailers(): Promise<ReadonlyMetadata> {
    return this.#askedParts().trailers;
  }

  cancel(reason?: unknown): void {
    if (this.running === undefined) return;
    // Who cancels a call knows that it fails.
    this.seen();
    this.running.cancel(reason);
  }

  /** Somebody has seen how it failed, or will: that is not reported any more. */
  seen(): void {
    // Not the `then` of a kind of call that wants to know who waits.
    super.then(undefined, () => {});
  }

  receivedHeaders(headers: ReadonlyMetadata): void {
    this.#headers ??= headers;
    this.#parts?.receivedHeaders(headers);
  }

  receivedTrailers(trailers: ReadonlyMetadata): void {
    this.#trailers ??= trailers;
    this.#parts?.receivedTrailers(trailers);
  }

  succeed(response: unknown): void {
    this.#resolve(response as T);
    this.#over();
  }

  fail(error: RpcError): void {
    this.#reject(error);
    this.#error ??= error;
    this.#parts?.fail(error);
    this.#over();
  }

  #askedParts(): CallParts {
    if (this.#parts !== undefined) return this.#parts;
    const parts = new CallParts(this);
    if (this.#headers !== undefined) parts.receivedHeaders(this.#headers);
    if (this.#trailers !== undefined) parts.receivedTrailers(this.#trailers);
    if (this.#error !== undefined) parts.fail(this.#error);
    this.#parts = parts;
    return parts;
  }

  #over(): void {
    this.running = undefined;
    this.list?.remove(this);
  }
}
