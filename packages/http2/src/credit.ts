import type { ConnectionOptions } from "./connection-options.js";
import { ReceiveWindow } from "./flow-control.js";
import { Flag } from "./frame.js";
import { PartialMessages } from "./partial-messages.js";
import type { Sender } from "./sender.js";
import { initialSettings } from "./settings.js";
import type { Stream } from "./stream.js";

/**
 * What the peer of a connection may send (RFC 9113, section 5.2), as much as there is memory for: what was delivered and
 * is not kept earns it credit anew; what waits for its rest or its reader keeps credit back.
 */
export class Credit {
  readonly #sender: Sender;
  readonly #options: ConnectionOptions;
  readonly #window: ReceiveWindow;
  readonly #partial: PartialMessages;
  /** Content that nobody reads yet. */
  #heldBytes = 0;
  /** Since when credit is kept back because of it. */
  #crowdedSince: number | undefined;
  #isClosed = false;

  constructor(sender: Sender, options: ConnectionOptions) {
    this.#sender = sender;
    this.#options = options;
    const { maxWindowBytes, partialBytes, pool } = options;
    this.#window = new ReceiveWindow(initialSettings.initialWindowBytes, maxWindowBytes, pool);
    this.#partial = new PartialMessages(partialBytes, pool, () => this.#eased());
  }

  /** Bytes came on the connection; `false` if those are more than the peer may send. */
  receive(bytes: number): boolean {
    return this.#window.receive(bytes);
  }

  /** Gives what came on the connection back to the peer, if there is room. `held`: what of it is about to be kept. */
  give(bytes: number, held = 0): void {
    const increment = this.#window.consume(bytes, this.#room - held);
    if (increment > 0) this.#sender.windowUpdate(0, increment);
  }

  /**
   * A DATA frame came on a stream; `false` if it is more than the peer may send.
   * @param isAcknowledged until our SETTINGS are, the peer may believe in the protocol's initial window.
   */
  receiveOn(stream: Stream, flags: number, bytes: number, isAcknowledged: boolean): boolean {
    if (stream.receiveWindow === undefined) {
      if (!stream.isPaused && this.#isWithinWindow(stream, flags, bytes)) return true;
      stream.receiveWindow = this.#streamWindow(isAcknowledged);
      stream.receiveWindow.receive(stream.contentBytes);
      // What came while the stream was paused is consumed when it is delivered.
      stream.receiveWindow.consume(stream.contentBytes - stream.heldBytes);
    }
    return stream.receiveWindow.receive(bytes);
  }

  /** Content of a stream was delivered: the peer may send that much more on it. */
  giveOn(stream: Stream, bytes: number): void {
    if (stream.receiveWindow === undefined || stream.isReceived || stream.isClosed) return;
    const increment = stream.receiveWindow.consume(bytes);
    if (increment > 0) this.#sender.windowUpdate(stream.id, increment);
  }

  /** Whether a stream needs no window yet: its content ends, or is less than what would open the window. */
  #isWithinWindow(stream: Stream, flags: number, length: number): boolean {
    const { streamWindowBytes } = this.#options;
    const bytes = stream.contentBytes + length;
    if ((flags & Flag.endStream) !== 0) return bytes <= streamWindowBytes;
    return (flags & Flag.padded) === 0 && bytes * 2 < streamWindowBytes;
  }

  #streamWindow(isAcknowledged: boolean): ReceiveWindow {
    const { streamWindowBytes, maxStreamWindowBytes, pool } = this.#options;
    const credit = isAcknowledged
      ? streamWindowBytes
      : Math.max(streamWindowBytes, initialSettings.initialWindowBytes);
    return new ReceiveWindow(streamWindowBytes, maxStreamWindowBytes, pool, credit);
  }

  /** What is left of the memory for messages in part and for content that nobody reads. */
  get #room(): number {
    return this.#options.partialBytes - this.#partial.bytes - this.#heldBytes;
  }

  /** Whether what this connection holds leaves memory for another stream. */
  get hasRoom(): boolean {
    return this.#room > 0;
  }

  /** Counts what a stream's receiver keeps of a message that is not whole. */
  countPartial(stream: Stream, bytes: number): void {
    const isLess = bytes < stream.partialBytes;
    this.#partial.count(stream, bytes);
    if (isLess) this.#eased();
  }

  /** Counts content that a stream is about to hold; `false` if the process has no memory for it. */
  hold(stream: Stream, bytes: number): boolean {
    if (!this.#options.pool.take(bytes)) return false;
    stream.heldBytes += bytes;
    this.#heldBytes += bytes;
    return true;
  }

  /** A stream holds so much less. */
  release(stream: Stream, bytes: number): void {
    if (bytes === 0) return;
    stream.heldBytes -= bytes;
    this.#heldBytes -= bytes;
    this.#options.pool.release(bytes);
    this.#eased();
  }

  /** Memory was given back. */
  #eased(): void {
    if (this.#window.isHeldBack && !this.#isClosed) this.give(0);
  }

  /**
   * Credit is kept back because handlers do not read. If that lasts, what they wait for may be in a message whose rest is
   * kept back with it.
   */
  endCrowd(now: number): void {
    const { stallTimeoutMs } = this.#options;
    if (this.#room >= 0 || stallTimeoutMs === 0) this.#crowdedSince = undefined;
    else {
      this.#crowdedSince ??= now;
      if (now - this.#crowdedSince >= stallTimeoutMs) this.#partial.endLargest();
    }
  }

  /** The connection is over: nothing more is given, and what was taken of the pool for it is given back. */
  close(): void {
    this.#isClosed = true;
    this.#window.close();
  }
}
