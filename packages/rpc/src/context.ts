/** A key for {@link ContextValues}: it ties a type and a default to a value. */
export interface ContextKey<T> {
  /** For messages and logs. */
  readonly description: string;
  readonly defaultValue: T;
}

/** Makes a key. Two keys with the same description are still two. */
export function createContextKey<T>(description: string, defaultValue: T): ContextKey<T> {
  return { description, defaultValue };
}

/** Values that belong to one call: who the caller is, a database handle, a logger. */
export class ContextValues {
  readonly #values: Map<ContextKey<unknown>, unknown> = new Map();

  /** The value of a key, or the key's default. */
  get<T>(key: ContextKey<T>): T {
    return this.#values.has(key) ? (this.#values.get(key) as T) : key.defaultValue;
  }

  set<T>(key: ContextKey<T>, value: T): this {
    this.#values.set(key, value);
    return this;
  }

  has(key: ContextKey<unknown>): boolean {
    return this.#values.has(key);
  }
}
