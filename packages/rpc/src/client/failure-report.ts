/** Reports a failure that nobody has seen, once, as an unhandled rejection. */
export class FailureReport {
  #isSeen = false;
  #isHeld = false;
  #error: { readonly value: unknown } | undefined;
  #report: Promise<never> | undefined;

  /** Somebody has seen the failure, or will. */
  seen(): void {
    this.#isSeen = true;
    this.#report?.catch(() => {});
  }

  /** The caller will see it with what it does next: nothing is reported until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#tell();
  }

  fail(error: unknown): void {
    this.#error = { value: error };
    this.#tell();
  }

  #tell(): void {
    if (this.#isSeen || this.#isHeld || this.#error === undefined) return;
    this.#report ??= Promise.reject(this.#error.value);
  }
}
