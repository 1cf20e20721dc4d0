import type { RequestReceiver, StreamFailure } from "@bowline/rpc/internal";
import { QuietTimer } from "@bowline/rpc/internal";
import type { PartialMessages } from "./partial-messages.js";

/** How much of a request that is answered already is still read, so that the peer gets to see the answer. */
const drainBytes = 4 * 1024 * 1024;
const drainMs = 5_000;
/** A peer of which nothing comes for so long waits for the end of the answer itself. */
const quietMs = 250;

/** The body of a request, delivered piece by piece, and disposed of when nobody needs it any more. */
export class RequestBody {
  readonly #body: ReadableStream<Uint8Array> | null;
  readonly #stallTimeoutMs: number;
  readonly #partial: PartialMessages;
  #receiver: RequestReceiver | undefined;
  readonly #broken: (failure: StreamFailure) => void;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #isPaused = false;
  #isDisposed = false;
  #isReading = false;
  /** Goes on with a body that is not read because the receiver pauses. */
  #wake: (() => void) | undefined;
  #timer: QuietTimer | undefined;
  #isComplete = false;
  #quiet: QuietTimer | undefined;
  #drainTimer: ReturnType<typeof setTimeout> | undefined;
  #isPassed = false;
  #onPassed: (() => void) | undefined;

  /** @param broken is told why the body will never be complete. */
  constructor(
    body: ReadableStream<Uint8Array> | null,
    stallTimeoutMs: number,
    partial: PartialMessages,
    broken: (failure: StreamFailure) => void,
  ) {
    this.#body = body;
    this.#stallTimeoutMs = stallTimeoutMs;
    this.#partial = partial;
    this.#broken = broken;
    this.#isComplete = body === null;
  }

  /** Whether all of it has come that ever will. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Calls back once nothing more comes of a body that is disposed of, or not soon. */
  whenPassed(callback: () => void): void {
    if (this.#isPassed) callback();
    else this.#onPassed = callback;
  }

  deliver(receiver: RequestReceiver): void {
    this.#isReading = true;
    this.#receiver = receiver;
    void this.#deliver(receiver);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#timer?.touch();
    this.#wake?.();
  }

  /** Nobody takes the body any more. What is left of it is read for a while, then cancelled. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    if (this.#receiver !== undefined) this.#partial.forget(this.#receiver);
    this.#receiver = undefined;
    this.#timer?.stop();
    if (this.#isComplete) return;
    this.#quiet = new QuietTimer(quietMs, () => this.#pass());
    this.#drainTimer = setTimeout(() => this.#reader?.cancel().catch(() => {}), drainMs);
    this.#wake?.();
    if (!this.#isReading) void this.#drain();
  }

  async #deliver(receiver: RequestReceiver): Promise<void> {
    // Nothing reaches the receiver before it has been made.
    await undefined;
    try {
      this.#reader = this.#body?.getReader();
      this.#watch(receiver);
      while (await this.#deliverNext(receiver));
    } catch (error) {
      this.#timer?.stop();
      if (this.#isDisposed) return this.#drain();
      this.#isComplete = true;
      const message = `the request broke off before its end: ${(error as Error)?.message ?? error}`;
      this.#broken({ kind: "lost", message, cause: error });
      return;
    }
    this.#timer?.stop();
    if (this.#isDisposed) await this.#drain();
    else {
      this.#isComplete = true;
      this.#partial.forget(receiver);
      receiver.end();
    }
  }

  /** Whether there is more to come. */
  async #deliverNext(receiver: RequestReceiver): Promise<boolean> {
    if (this.#isPaused && !this.#isDisposed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#isDisposed) return false;
    const piece = await this.#reader?.read();
    if (this.#isDisposed || piece?.value === undefined) return false;
    this.#timer?.touch();
    receiver.data(piece.value, 0, piece.value.length);
    if (!this.#isDisposed) this.#partial.count(receiver);
    return true;
  }

  /** Ends a request whose body stops in the middle of something for too long. */
  #watch(receiver: RequestReceiver): void {
    if (this.#body === null || this.#stallTimeoutMs === 0) return;
    const timeoutMs = this.#stallTimeoutMs;
    this.#timer = new QuietTimer(timeoutMs, () => {
      if (this.#isDisposed) return;
      if (this.#isPaused || receiver.isResting?.() === true) return this.#watch(receiver);
      const message = `nothing came of the request for ${timeoutMs} ms`;
      this.#broken({ kind: "stalled", message });
    });
  }

  async #drain(): Promise<void> {
    try {
      this.#reader ??= this.#body?.getReader();
      for (let left = drainBytes; left >= 0; ) {
        const piece = await this.#reader?.read();
        if (piece?.value === undefined) break;
        this.#quiet?.touch();
        left -= piece.value.length;
      }
      await this.#reader?.cancel();
    } catch {
      // The peer is gone, or somebody else reads the body: there is nothing to dispose of.
    } finally {
      clearTimeout(this.#drainTimer);
      this.#quiet?.stop();
      this.#pass();
    }
  }

  #pass(): void {
    this.#isPassed = true;
    this.#onPassed?.();
    this.#onPassed = undefined;
  }
}
