import type { RpcError } from "../rpc-error.js";
import { callOver, type MessageSender, sendAfterClose } from "./request-sender.js";

/**
 * Messages that are sent by hand, as the iterable that interceptors see. A message counts as sent when the one behind it
 * is asked for, so that sending waits for whoever reads. One reader.
 */
export class SendQueue implements MessageSender, AsyncIterableIterator<unknown, undefined> {
  readonly #queued: Queued[] = [];
  #taken: Queued | undefined;
  #waiting: ((result: IteratorResult<unknown, undefined>) => void) | undefined;
  #isClosed = false;
  #over: { readonly error: RpcError | undefined } | undefined;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  push(message: unknown): Promise<void> {
    if (this.#over !== undefined) throw this.#over.error ?? callOver();
    if (this.#isClosed) throw sendAfterClose();
    return new Promise((resolve, reject) => {
      this.#queued.push({ message, resolve, reject });
      this.#deliver();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#deliver();
  }

  /** The call is over: nothing that waits will be sent. */
  over(error: RpcError | undefined): void {
    this.#over ??= { error };
    const unsent = this.#taken === undefined ? this.#queued : [this.#taken, ...this.#queued];
    for (const { reject } of unsent.splice(0)) reject(error ?? callOver());
    this.#taken = undefined;
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    this.#taken?.resolve();
    this.#taken = undefined;
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#deliver();
    });
  }

  /** The reader is gone; what happens to messages is known when the call is over. */
  return(): Promise<IteratorResult<unknown, undefined>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<unknown, undefined> {
    return this;
  }

  #deliver(): void {
    if (this.#waiting === undefined) return;
    const resolve = this.#waiting;
    const first = this.#queued.shift();
    if (first !== undefined) {
      this.#taken = first;
      this.#waiting = undefined;
      resolve({ done: false, value: first.message });
    } else if (this.#isClosed) {
      this.#waiting = undefined;
      resolve({ done: true, value: undefined });
    }
  }
}

interface Queued {
  readonly message: unknown;
  resolve(): void;
  reject(error: RpcError): void;
}
