import { RpcError } from "../rpc-error.js";
import { isLittle, Pieces } from "./pieces.js";

/** The default bound of a received message: 4 MiB, as in the official gRPC runtimes. */
export const defaultReceivedMessageBytes: number = 4 * 1024 * 1024;

const empty = new Uint8Array(0);

/**
 * Collects the pieces of a message up to a limit. A message that came in one piece is handed on in place.
 * The limit is checked here, for every transport: before the first byte by the announced length, then piece by piece.
 */
export class MessageBody {
  bytes: Uint8Array = empty;
  start = 0;
  end = 0;
  readonly #limit: number;
  #pieces: Pieces | undefined;
  #size = 0;
  /** What `content-length` says; -1 for nothing. */
  #announced = -1;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws RpcError `resource_exhausted` if a `content-length` announces more than the limit. */
  announce(contentLength: string | undefined): void {
    this.#announced = contentLength === undefined ? -1 : Number(contentLength);
    // Written so that a limit which is no number lets nothing through.
    if (contentLength !== undefined && !(Number(contentLength) <= this.#limit)) {
      throw messageTooLarge(`${contentLength} bytes`, this.#limit);
    }
  }

  /** @throws RpcError `resource_exhausted` if the message has become larger than the limit. */
  add(bytes: Uint8Array, start: number, end: number): void {
    this.#size += end - start;
    if (!(this.#size <= this.#limit))
      throw messageTooLarge(`${this.#size} bytes so far`, this.#limit);
    if (this.#size === end - start) {
      this.bytes = bytes;
      this.start = start;
      this.end = end;
      return;
    }
    if (this.#pieces === undefined) {
      this.#pieces = new Pieces(Math.max(this.#announced, 0));
      this.#pieces.add(this.bytes, this.start, this.end);
      this.bytes = empty;
    }
    this.#pieces.add(bytes, start, end);
  }

  /**
   * Bytes that wait for the rest of the message, or for somebody to say that there is none.
   * @param endsByLength the announced length is the end itself, as HTTP/1.1 has it.
   */
  partialBytes(endsByLength: boolean): number {
    if (endsByLength && this.#size === this.#announced) return 0;
    if (isLittle(this.bytes, this.start, this.end)) {
      this.bytes = this.bytes.slice(this.start, this.end);
      this.start = 0;
      this.end = this.bytes.length;
    }
    return this.#size;
  }

  /** Puts the pieces together; the message is `bytes[start, end)`. */
  finish(): void {
    this.#size = 0;
    if (this.#pieces === undefined) return;
    this.bytes = this.#pieces.join();
    this.#pieces = undefined;
    this.start = 0;
    this.end = this.bytes.length;
  }
}

/** The end of a call that waits for the rest of a message, for which there is no memory any more. */
export function memoryExhausted(message: string): RpcError {
  return new RpcError("resource_exhausted", message, { reason: "BOWLINE_MEMORY" });
}

/** The refusal of a message past a limit. `what`: its size as far as it is known, `5000000 bytes`. */
export function messageTooLarge(what: string, limit: number): RpcError {
  return new RpcError(
    "resource_exhausted",
    `the message is larger than the receiver takes: ${what}, the limit is ${limit} bytes (receivedMessageBytes)`,
    { reason: "BOWLINE_MESSAGE_TOO_LARGE" },
  );
}
