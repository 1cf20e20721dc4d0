import { ConnectionError, ErrorCode } from "./error-code.js";

/** A header block that comes in several frames (RFC 9113, section 4.3): nothing else may come in between. */
export class HeaderBlock {
  readonly streamId: number;
  readonly isLast: boolean;
  readonly dependsOnItself: boolean;
  readonly since: number;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** What it has taken from the pool. */
  pooledBytes: number;
  #continuations = 0;

  constructor(
    streamId: number,
    isLast: boolean,
    dependsOnItself: boolean,
    since: number,
    piece: Uint8Array,
  ) {
    this.streamId = streamId;
    this.isLast = isLast;
    this.dependsOnItself = dependsOnItself;
    this.since = since;
    this.pooledBytes = piece.length;
    this.#keep(piece);
  }

  /**
   * Adds the payload of a CONTINUATION frame.
   * @throws ConnectionError ENHANCE_YOUR_CALM past a bound: the block would have to be kept to decode it.
   */
  add(piece: Uint8Array, maxContinuations: number, maxBytes: number): void {
    this.pooledBytes += piece.length;
    if (++this.#continuations > maxContinuations || this.#bytes + piece.length > maxBytes) {
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

  #keep(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }
}
