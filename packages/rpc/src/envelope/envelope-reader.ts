import { RpcError } from "../rpc-error.js";
import { messageTooLarge } from "../transport/message-body.js";
import { Pieces } from "../transport/pieces.js";

/** Bytes before a message. */
export const envelopePrefixLength = 5;
const prefixLength: number = envelopePrefixLength;

/** Takes one message, `bytes[start, end)`; its flags are the envelope's first byte. */
export type EnvelopeHandler = (
  flags: number,
  bytes: Uint8Array,
  start: number,
  end: number,
) => void;

/**
 * Takes a stream of bytes apart into length-prefixed messages: one byte of flags, four of length, big-endian (gRPC:
 * "Length-Prefixed-Message", Connect: "Enveloped-Message"). A message that lies whole in one piece is handed on in place.
 * The limit is checked on the prefix, before anything is kept for the message. While it is paused, what comes is kept as
 * bytes: a thousand small messages in one piece take many times as much once they are decoded.
 */
export class EnvelopeReader {
  readonly #limit: number;
  readonly #onMessage: EnvelopeHandler;
  /** The prefix of a message that has not come whole. */
  #prefix: Uint8Array | undefined;
  #prefixFilled = 0;
  /** The pieces of a message that has not come whole, and how much of it is missing. */
  #pieces: Pieces | undefined;
  #size = 0;
  #missing = 0;
  /** What came while it was paused. */
  #rest: Pieces | undefined;
  #pauses = 0;
  #stopped = false;

  /** @param limit bytes of one message as it is on the wire. */
  constructor(limit: number, onMessage: EnvelopeHandler) {
    this.#limit = limit;
    this.#onMessage = onMessage;
  }

  /** Whether it stands between two messages. */
  get atBoundary(): boolean {
    return this.#prefixFilled === 0;
  }

  /** Bytes that wait: of a message for its rest, and what came while it was paused. */
  get partialBytes(): number {
    const partial = this.#pieces === undefined ? 0 : this.#size - this.#missing;
    return partial + this.waitingBytes;
  }

  /** Bytes that came while it was paused. */
  get waitingBytes(): number {
    return this.#rest?.size ?? 0;
  }

  get isPaused(): boolean {
    return this.#pauses > 0;
  }

  /** Hands on no message, not even of the piece that it is at, until as many `resume` have come. */
  pause(): void {
    this.#pauses++;
  }

  /** Goes on with what waits. @throws what `push` throws. */
  resume(): void {
    if (--this.#pauses > 0 || this.#rest === undefined) return;
    const rest = this.#rest.join();
    this.#rest = undefined;
    this.push(rest, 0, rest.length);
  }

  /**
   * Takes the next piece; calls back for each message that is whole.
   * @throws RpcError `resource_exhausted` for a message past the limit, and what the handler throws.
   */
  push(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && !this.#stopped) {
      if (this.#pauses > 0) {
        this.#rest ??= new Pieces();
        this.#rest.add(bytes, at, end);
        return;
      }
      if (this.#prefixFilled === 0 && end - at >= prefixLength) {
        const size = sizeAt(bytes, at + 1);
        this.#check(size);
        const from = at + prefixLength;
        if (size <= end - from) {
          const flags = bytes[at] as number;
          at = from + size;
          this.#onMessage(flags, bytes, from, at);
          continue;
        }
      }
      at = this.#collect(bytes, at, end);
    }
  }

  /** Ignores all that comes from now on. */
  stop(): void {
    this.#stopped = true;
    this.#pieces = this.#rest = undefined;
  }

  /** @throws RpcError `internal` if the stream ended inside a message: the end is never guessed. */
  finish(): void {
    if (this.#stopped || this.#prefixFilled === 0) return;
    throw cutEnvelope(this.#prefixFilled, this.#size - this.#missing, this.#size);
  }

  #check(size: number): void {
    if (size <= this.#limit) return;
    this.stop();
    throw messageTooLarge(`${size} bytes`, this.#limit);
  }

  /** Keeps what belongs to a message that is not whole yet; returns where the next begins. */
  #collect(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    this.#prefix ??= new Uint8Array(prefixLength);
    while (this.#prefixFilled < prefixLength) {
      if (at === end) return at;
      this.#prefix[this.#prefixFilled++] = bytes[at++] as number;
      if (this.#prefixFilled === prefixLength) {
        this.#size = this.#missing = sizeAt(this.#prefix, 1);
        this.#check(this.#size);
      }
    }
    const taken = Math.min(this.#missing, end - at);
    const isWhole = taken === this.#missing;
    if (isWhole && this.#pieces === undefined) this.#complete(bytes, at, at + taken);
    else if (taken > 0) {
      this.#pieces ??= new Pieces(this.#size);
      this.#pieces.add(bytes, at, at + taken);
      this.#missing -= taken;
      if (isWhole) this.#completeJoined(this.#pieces);
    }
    return at + taken;
  }

  #completeJoined(pieces: Pieces): void {
    this.#pieces = undefined;
    const whole = pieces.join();
    this.#complete(whole, 0, whole.length);
  }

  #complete(bytes: Uint8Array, start: number, end: number): void {
    this.#prefixFilled = 0;
    this.#onMessage((this.#prefix as Uint8Array)[0] as number, bytes, start, end);
  }
}

/**
 * Where the message ends that begins at `bytes[start]`; -1 if it does not lie whole before `end`, or is past the limit:
 * then it is an {@link EnvelopeReader}'s.
 */
export function wholeEnvelopeEnd(
  bytes: Uint8Array,
  start: number,
  end: number,
  limit: number,
): number {
  if (end - start < prefixLength) return -1;
  const size = sizeAt(bytes, start + 1);
  return size <= limit && size <= end - start - prefixLength ? start + prefixLength + size : -1;
}

function sizeAt(bytes: Uint8Array, at: number): number {
  const high = (bytes[at] as number) * 0x1000000;
  const low =
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number);
  return high + low;
}

function cutEnvelope(prefix: number, got: number, size: number): RpcError {
  const what =
    prefix < prefixLength
      ? `${prefix} of the ${prefixLength} bytes of a message's prefix`
      : `${got} of a message's ${size} bytes`;
  return new RpcError("internal", `the stream ended in the middle of a message, after ${what}`, {
    reason: "BOWLINE_CUT_MESSAGE",
  });
}
