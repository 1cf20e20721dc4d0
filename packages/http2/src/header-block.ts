import type { ConnectionOptions } from "./connection-options.js";
import { ConnectionError, ErrorCode } from "./error-code.js";
import { FrameType, frameName, minMaxFrameBytes } from "./frame.js";

/** A header block that comes in several frames (RFC 9113, section 4.3): nothing else may come in between. */
export class HeaderBlock {
  readonly streamId: number;
  readonly isLast: boolean;
  readonly dependsOnItself: boolean;
  readonly since: number;
  readonly #options: ConnectionOptions;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** What it has taken from the pool. */
  #pooledBytes = 0;
  #continuations = 0;

  /** @throws ConnectionError as `add` does. */
  constructor(
    options: ConnectionOptions,
    streamId: number,
    isLast: boolean,
    dependsOnItself: boolean,
    since: number,
    piece: Uint8Array,
  ) {
    this.#options = options;
    this.streamId = streamId;
    this.isLast = isLast;
    this.dependsOnItself = dependsOnItself;
    this.since = since;
    this.#take(piece.length);
    this.#keep(piece);
  }

  /** @throws ConnectionError if a frame is anything but a CONTINUATION of this block. */
  expect(type: number, streamId: number): void {
    if (type === FrameType.continuation && streamId === this.streamId) return;
    const message = `${frameName(type)} within a header block`;
    throw new ConnectionError(ErrorCode.protocolError, message);
  }

  /**
   * Adds the payload of a CONTINUATION frame.
   * @throws ConnectionError ENHANCE_YOUR_CALM past a bound: the block would have to be kept to decode it.
   */
  add(piece: Uint8Array): void {
    this.#take(piece.length);
    const { continuations, headerListBytes } = this.#options;
    // More than the list: what is past the limit can be answered, and the tables stay the same.
    const maxBytes = minMaxFrameBytes + 4 * headerListBytes;
    if (++this.#continuations > continuations || this.#bytes + piece.length > maxBytes) {
      throw new ConnectionError(
        ErrorCode.enhanceYourCalm,
        `a header block of ${this.#continuations + 1} frames, ${this.#bytes + piece.length} bytes`,
      );
    }
    this.#keep(piece);
  }

  /** The block in one piece. */
  join(): Uint8Array {
    const whole = new Uint8Array(this.#bytes);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  /** Gives back what it has taken from the pool. */
  release(): void {
    this.#options.pool.release(this.#pooledBytes);
    this.#pooledBytes = 0;
  }

  #take(bytes: number): void {
    if (!this.#options.pool.take(bytes)) {
      throw new ConnectionError(ErrorCode.enhanceYourCalm, "too many large header blocks");
    }
    this.#pooledBytes += bytes;
  }

  #keep(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }
}
