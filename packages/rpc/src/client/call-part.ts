import type { ReadonlyMetadata } from "../metadata.js";

/** Headers and trailers of a call: promises for those who ask, and nothing for those who do not. */
export class CallParts {
  readonly #owner: { seen(): void };
  #receivedHeaders: ReadonlyMetadata | undefined;
  #receivedTrailers: ReadonlyMetadata | undefined;
  #failure: { readonly error: unknown } | undefined;
  #headers: CallPart<ReadonlyMetadata> | undefined;
  #trailers: CallPart<ReadonlyMetadata> | undefined;

  /** @param owner is told when a failure has been seen here. */
  constructor(owner: { seen(): void }) {
    this.#owner = owner;
  }

  get headers(): Promise<ReadonlyMetadata> {
    this.#headers ??= this.#part(this.#receivedHeaders);
    return this.#headers.promise;
  }

  get trailers(): Promise<ReadonlyMetadata> {
    this.#trailers ??= this.#part(this.#receivedTrailers);
    return this.#trailers.promise;
  }

  receivedHeaders(headers: ReadonlyMetadata): void {
    this.#receivedHeaders ??= headers;
    this.#headers?.succeed(headers);
  }

  receivedTrailers(trailers: ReadonlyMetadata): void {
    this.#receivedTrailers ??= trailers;
    this.#trailers?.succeed(trailers);
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#headers?.fail(error);
    this.#trailers?.fail(error);
  }

  #part(received: ReadonlyMetadata | undefined): CallPart<ReadonlyMetadata> {
    const part = new CallPart<ReadonlyMetadata>(() => this.#owner.seen());
    if (received !== undefined) part.succeed(received);
    else if (this.#failure !== undefined) part.fail(this.#failure.error);
    return part;
  }
}

/**
 * A part of a call, which may settle before it is asked for or after. It is never
 * reported as an unhandled rejection by itself; who sees it fail has seen the call fail.
 */
class CallPart<V> {
  readonly #seenToFail: () => void;
  #state: { value: V } | { error: unknown } | undefined;
  #waiting: { resolve(value: V): void; reject(error: unknown): void } | undefined;
  #promise: Promise<V> | undefined;

  constructor(seenToFail: () => void) {
    this.#seenToFail = seenToFail;
  }

  succeed(value: V): void {
    if (this.#state !== undefined) return;
    this.#state = { value };
    this.#waiting?.resolve(value);
  }

  fail(error: unknown): void {
    if (this.#state !== undefined) return;
    this.#state = { error };
    this.#waiting?.reject(error);
  }

  get promise(): Promise<V> {
    this.#promise ??= new ObservedPromise(this.#make(), this.#seenToFail);
    return this.#promise;
  }

  #make(): Promise<V> {
    const state = this.#state;
    return new Promise<V>((resolve, reject) => {
      if (state === undefined) this.#waiting = { resolve, reject };
      else if ("value" in state) resolve(state.value);
      else reject(state.error);
    });
  }
}

/**
 * Says when a failure has reached somebody who waits, and that somebody waits at all. It is never reported as an unhandled
 * rejection by itself.
 */
export class ObservedPromise<V> implements Promise<V> {
  readonly [Symbol.toStringTag] = "Promise";
  readonly #promise: Promise<V>;
  readonly #seenToFail: () => void;
  readonly #awaited: (() => void) | undefined;

  constructor(promise: Promise<V>, seenToFail: () => void, awaited?: () => void) {
    this.#promise = promise;
    this.#seenToFail = seenToFail;
    this.#awaited = awaited;
    promise.catch(() => {});
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise.
  then<A = V, B = never>(
    succeeded?: ((value: V) => A | PromiseLike<A>) | null,
    failed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#observe();
    return this.#promise.then(succeeded, failed);
  }

  catch<B = never>(failed?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<V | B> {
    return this.then(undefined, failed);
  }

  finally(settled?: (() => void) | null): Promise<V> {
    this.#observe();
    return this.#promise.finally(settled);
  }

  #observe(): void {
    this.#awaited?.();
    this.#promise.catch(this.#seenToFail);
  }
}
