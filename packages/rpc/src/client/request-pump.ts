import type { MessageType } from "@bowline/protobuf";
import type { RequestSender } from "./request-sender.js";

/** Messages of a stream of requests: an array, a generator, an async iterable. */
export type RequestStream<I> = Iterable<I> | AsyncIterable<I>;

/** Whether a value can be iterated over, now or later. */
export function isRequestStream(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

/**
 * Sends what an iterable gives, one message after the other, and ends the stream of requests behind the last. When the call
 * is over before, the iterable's `return` is called, and not waited for.
 * @param failed takes what the iterable throws.
 */
export function pumpRequests(
  source: RequestStream<unknown>,
  sender: RequestSender,
  failed: (error: unknown) => void,
): void {
  new RequestPump(sender, failed).start(source);
}

/**
 * The requests as interceptors see them: an AsyncIterable of messages, whatever the caller gave. What is no message and
 * cannot become one is handed on, for the encoder to refuse by its path.
 */
export function asyncRequests(
  type: MessageType,
  source: RequestStream<unknown>,
): AsyncIterableIterator<unknown, undefined> {
  let iterator: AnyIterator | undefined;
  const requests: AsyncIterableIterator<unknown, undefined> = {
    async next() {
      iterator ??= iteratorOf(source);
      const { done, value } = await iterator.next();
      if (done === true) return { done, value: undefined };
      return { done: false, value: messageOf(type, await value) };
    },
    async return() {
      if (iterator !== undefined) leave(iterator);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => requests,
  };
  return requests;
}

function messageOf(type: MessageType, value: unknown): unknown {
  if (type.is(value)) return value;
  try {
    return type.create(value);
  } catch {
    return value;
  }
}

class RequestPump {
  readonly #sender: RequestSender;
  readonly #failed: (error: unknown) => void;

  constructor(sender: RequestSender, failed: (error: unknown) => void) {
    this.#sender = sender;
    this.#failed = failed;
  }

  start(source: RequestStream<unknown>): void {
    let iterator: AnyIterator;
    try {
      iterator = iteratorOf(source);
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#sender.onOver = () => leave(iterator);
    void this.#run(iterator);
  }

  async #run(iterator: AnyIterator): Promise<void> {
    for (;;) {
      const message = await this.#next(iterator);
      if (message === undefined) return;
      try {
        const pending = this.#sender.push(message.value);
        if (pending !== undefined) await pending;
      } catch {
        // The call has ended, with this error; the iterator was left then.
        return;
      }
    }
  }

  /** `undefined` behind the last message, and when the call is over. */
  async #next(iterator: AnyIterator): Promise<{ readonly value: unknown } | undefined> {
    try {
      const step = await iterator.next();
      const value = await step.value;
      if (this.#sender.isOver) return undefined;
      if (step.done !== true) return { value };
      this.#sender.close();
    } catch (error) {
      if (this.#sender.isOver) return undefined;
      // It threw: it has ended by itself.
      this.#sender.onOver = undefined;
      this.#failed(error);
    }
    return undefined;
  }
}

interface AnyIterator {
  next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>>;
  return?(): unknown;
}

function iteratorOf(source: RequestStream<unknown>): AnyIterator {
  const given = source as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  const iterator = given[Symbol.asyncIterator]?.() ?? given[Symbol.iterator]?.();
  if (iterator !== undefined) return iterator as AnyIterator;
  throw new TypeError("the requests are no iterable; give an array, a generator or a stream");
}

/** Lets an iterator clean up; nobody waits for it, and how it fails concerns nobody. */
export function leave(iterator: Pick<AnyIterator, "return">): void {
  try {
    const left = iterator.return?.();
    Promise.resolve(left).catch(() => {});
  } catch {
    // The call is over already.
  }
}
