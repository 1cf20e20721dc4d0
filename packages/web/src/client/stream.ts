import type { RequestHead, ResponseReceiver, StreamFailure } from "@bowline/rpc/internal";
import { FetchExchange } from "./exchange.js";
import type { FetchTransport } from "./transport.js";

/** One request by `fetch`, on a transport that may be closed, for receivers that pause. */
export class FetchStream extends FetchExchange {
  readonly #transport: FetchTransport;
  #isPaused = false;
  /** Goes on with a body that is not read because the receiver pauses. */
  #wake: (() => void) | undefined;

  constructor(transport: FetchTransport, head: RequestHead, receiver: ResponseReceiver) {
    super(transport.settings, head, receiver);
    this.#transport = transport;
  }

  override send(): void {
    if (this.isOver || this.#transport.streams.has(this)) return;
    this.#transport.streams.add(this);
    super.send();
  }

  override pause(): void {
    this.#isPaused = true;
  }

  override resume(): void {
    this.#isPaused = false;
    this.#wake?.();
  }

  /** The transport was closed. */
  shutDown(): void {
    queueMicrotask(() => {
      if (!this.isOver) this.abort(shutdown);
    });
  }

  protected override refused(): StreamFailure | undefined {
    return this.#transport.isClosed ? shutdown : undefined;
  }

  protected override resumed(): Promise<void> | undefined {
    if (!this.#isPaused || this.isOver) return undefined;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  protected override finish(): void {
    super.finish();
    this.#transport.streams.delete(this);
    this.#wake?.();
  }
}

const shutdown: StreamFailure = { kind: "shutdown", message: "the channel is closed" };
