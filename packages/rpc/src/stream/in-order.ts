/**
 * Runs steps one after the other, of which some take their time: the next begins when those before are done. Without a
 * step under way a step runs at once.
 */
export class InOrder {
  readonly #failed: (error: unknown) => void;
  #tail: Promise<void> | undefined;

  /** @param failed takes what a step that was waited for throws; the steps behind it are not run. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Whether steps are under way. */
  get busy(): boolean {
    return this.#tail !== undefined;
  }

  /** @throws what the step throws, if it runs at once. */
  run(step: () => undefined | void | Promise<void>): void {
    if (this.#tail === undefined) {
      const pending = step();
      if (pending !== undefined) this.#wait(pending);
    } else {
      this.#wait(this.#tail.then(step));
    }
  }

  #wait(pending: Promise<void>): void {
    const tail = pending.then(() => {
      if (this.#tail === tail) this.#tail = undefined;
    });
    this.#tail = tail;
    tail.catch((error: unknown) => {
      if (this.#tail === tail) this.#failed(error);
    });
  }
}
