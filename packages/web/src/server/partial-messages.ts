import type { RequestReceiver } from "@bowline/rpc/internal";

/**
 * The messages of which a part has come, over all requests of a handler. Each byte of them waits in memory for bytes that
 * only its peer can send. Past the limit the largest is ended: that frees the most for the fewest calls.
 */
export class PartialMessages {
  readonly #limit: number;
  readonly #bytes = new Map<RequestReceiver, number>();
  #sum = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A receiver got a piece of its request. */
  count(receiver: RequestReceiver): void {
    const bytes = receiver.partialBytes?.() ?? 0;
    const before = this.#bytes.get(receiver) ?? 0;
    if (bytes === before) return;
    this.#sum += bytes - before;
    if (bytes === 0) this.#bytes.delete(receiver);
    else this.#bytes.set(receiver, bytes);
    while (this.#sum > this.#limit) this.#endLargest();
  }

  /** Its request is over. */
  forget(receiver: RequestReceiver): void {
    this.#sum -= this.#bytes.get(receiver) ?? 0;
    this.#bytes.delete(receiver);
  }

  #endLargest(): void {
    let largest: RequestReceiver | undefined;
    let most = 0;
    for (const [receiver, bytes] of this.#bytes)
      if (bytes > most) [largest, most] = [receiver, bytes];
    if (largest === undefined) return;
    this.forget(largest);
    largest.exhausted?.(
      `there is no memory to wait for the rest of a message: ${most} bytes of it have come, and those of all are past the limit of ${this.#limit} bytes (partialMessageBytes)`,
    );
  }
}
