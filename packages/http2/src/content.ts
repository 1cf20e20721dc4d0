import type { Credit } from "./credit.js";
import type { FieldList } from "./field.js";
import { HeldContent } from "./held-content.js";
import type { ConnectionHost } from "./host.js";
import { lentContent } from "./lent-content.js";
import type { Stream } from "./stream.js";

/** Takes the content of a connection's streams (RFC 9113, section 8.1) to their receivers, or keeps it while they pause. */
export class Content {
  readonly #host: ConnectionHost;
  readonly #credit: Credit;

  constructor(host: ConnectionHost, credit: Credit) {
    this.#host = host;
    this.#credit = credit;
  }

  /**
   * Content came on a stream, which may end by what its receiver does. If it came in memory that is lent, its last part
   * waits for more until `join`.
   * @param isLast nothing comes behind it.
   * @returns `false` if there is no memory to keep it.
   */
  take(stream: Stream, bytes: Uint8Array, start: number, end: number, isLast: boolean): boolean {
    const length = end - start;
    if (lentContent.stream !== undefined && !lentContent.hasRoom(length)) {
      this.join();
      if (stream.isClosed) return true;
    }
    if (isLast) stream.isReceived = true;
    if (length === 0) return true;
    if (stream.isPaused || stream.held !== undefined) {
      return this.#hold(stream, bytes, start, end);
    }
    this.#credit.giveOn(stream, length);
    if (lentContent.isLent) lentContent.add(stream, bytes, start, end, this.#host);
    else if (isLast) stream.receiver?.data(bytes, start, end);
    else this.#hand(stream, bytes, start, end);
    return true;
  }

  /** Delivers the content that waits. */
  join(): void {
    const { stream, bytes, start, end } = lentContent;
    lentContent.stream = undefined;
    if (stream === undefined || stream.isClosed) return;
    if (stream.isReceived) stream.receiver?.data(bytes, start, end);
    else this.#hand(stream, bytes, start, end);
  }

  /** Keeps content until the stream goes on. */
  #hold(stream: Stream, bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#credit.hold(stream, end - start)) return false;
    stream.held ??= new HeldContent();
    stream.held.add(bytes, start, end, lentContent.isLent);
    return true;
  }

  /** Delivers content that does not end its stream. */
  #hand(stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    stream.receiver?.data(bytes, start, end);
    if (!stream.isClosed) this.recount(stream);
  }

  /** Counts anew what a receiver keeps: content has come, or messages that it held back have gone on. */
  recount(stream: Stream): void {
    const partial = stream.receiver?.partialBytes?.() ?? 0;
    if (partial !== stream.partialBytes) this.#credit.countPartial(stream, partial);
  }

  /** Delivers what came while a stream was paused. Returns the trailers if the message is complete with that. */
  resume(stream: Stream): FieldList | undefined {
    while (!stream.isPaused && !stream.isClosed && stream.held !== undefined) {
      const piece = stream.held.shift();
      if (piece === undefined) {
        stream.held = undefined;
        break;
      }
      this.#credit.release(stream, piece.length);
      this.#credit.giveOn(stream, piece.length);
      this.#hand(stream, piece, 0, piece.length);
    }
    if (stream.isPaused || stream.isClosed || stream.heldEnd === undefined) return undefined;
    const trailers = stream.heldEnd;
    stream.heldEnd = undefined;
    return trailers;
  }

  /** Nobody wants what was held, nor what still comes. */
  discard(stream: Stream): void {
    stream.isPaused = false;
    if (stream.held === undefined && stream.heldEnd === undefined) return;
    const bytes = stream.heldBytes;
    stream.heldEnd = undefined;
    this.close(stream);
    this.#credit.giveOn(stream, bytes);
  }

  /** Lets go of what a stream holds: it is over. */
  close(stream: Stream): void {
    stream.held = undefined;
    this.#credit.release(stream, stream.heldBytes);
  }
}
