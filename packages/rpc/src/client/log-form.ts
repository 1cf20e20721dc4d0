/** A call as it is logged. */
interface Logged {
  /** `undefined` once the call is over. */
  readonly running: unknown;
}

/**
 * Gives calls a form for logs: what stands behind one, other calls of its channel among that, is none of a log's
 * business, and a call that was logged in place of its response should say so.
 */
export function defineLogForm(prototype: Logged, name: string, hint: string): void {
  const value = function (this: Logged): string {
    return `${name} (${this.running === undefined ? "over" : "under way"}; ${hint})`;
  };
  // Node's `util.inspect` and `JSON.stringify` ask for these.
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), { value });
  Object.defineProperty(prototype, "toJSON", { value });
}
