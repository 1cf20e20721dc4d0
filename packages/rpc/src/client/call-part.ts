/**
 * A promise that is made when it is asked for, for a part of a call that may settle before or after. It is never
 * reported as an unhandled rejection by itself; who sees it fail has seen the call fail.
 */
export class CallPart<V> {
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
