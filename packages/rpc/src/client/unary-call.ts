import type { ReadonlyMetadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import { CallPart } from "./call-part.js";

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
   * Does nothing once the call is over.
   */
  cancel(reason?: unknown): void;
}

/** The call as the client keeps it: settled by a protocol, awaited by the caller. */
export class PendingUnaryCall<T> implements UnaryCall<T> {
  readonly [Symbol.toStringTag] = "UnaryCall";
  readonly #response: Promise<T>;
  readonly #headers: CallPart<ReadonlyMetadata>;
  readonly #trailers: CallPart<ReadonlyMetadata>;
  #resolve!: (response: T) => void;
  #reject!: (error: RpcError) => void;
  /** What `cancel` does; the protocol sets it while the call is under way. */
  onCancel: ((reason: unknown) => void) | undefined;
  /** Called once, when the call is over. */
  onOver: (() => void) | undefined;

  constructor() {
    this.#response = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const seenToFail = () => {
      this.#response.catch(() => {});
    };
    this.#headers = new CallPart(seenToFail);
    this.#trailers = new CallPart(seenToFail);
  }

  get headers(): Promise<ReadonlyMetadata> {
    return this.#headers.promise;
  }

  get trailers(): Promise<ReadonlyMetadata> {
    return this.#trailers.promise;
  }

  cancel(reason?: unknown): void {
    this.onCancel?.(reason);
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
    this.#headers.succeed(headers);
  }

  receivedTrailers(trailers: ReadonlyMetadata): void {
    this.#trailers.succeed(trailers);
  }

  succeed(response: T): void {
    this.#resolve(response);
    this.#over();
  }

  fail(error: RpcError): void {
    this.#reject(error);
    this.#headers.fail(error);
    this.#trailers.fail(error);
    this.#over();
  }

  #over(): void {
    this.onCancel = undefined;
    this.onOver?.();
  }
}
