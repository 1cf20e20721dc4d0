import type { ServerHttp2Stream } from "node:http2";

/** The largest piece that is handed to Node at once, so that a slow peer is seen to move. */
const pieceBytes = 131_072;

/**
 * The body of a response on its way out. Node tells only when it has passed on a whole write, so large bodies are
 * handed over in pieces; what one tick writes still leaves together.
 */
export class OutgoingBody {
  /** Bytes that the peer has not taken yet, as far as flow control lets us know. */
  queued = 0;
  readonly #stream: ServerHttp2Stream;
  readonly #moved: (bytes: number) => void;
  readonly #waiting: Uint8Array[] = [];
  #inFlight = 0;
  #ending = false;

  /** @param moved is told of bytes that have left. */
  constructor(stream: ServerHttp2Stream, moved: (bytes: number) => void) {
    this.#stream = stream;
    this.#moved = moved;
  }

  write(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      this.queued += chunk.length;
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        this.#waiting.push(
          chunk.length <= pieceBytes ? chunk : chunk.subarray(at, at + pieceBytes),
        );
      }
    }
    this.#pump();
  }

  /** Ends the body behind what was written. */
  end(): void {
    this.#ending = true;
    this.#pump();
  }

  /** Forgets what has not left: the stream is gone. Returns how much that was. */
  drop(): number {
    const dropped = this.queued;
    this.queued = 0;
    this.#waiting.length = 0;
    return dropped;
  }

  #pump(): void {
    const stream = this.#stream;
    if (stream.destroyed) return;
    const gather = this.#waiting.length > 1;
    if (gather) stream.cork();
    let taken = 0;
    for (const piece of this.#waiting) {
      if (this.#inFlight > 0 && this.#inFlight + piece.length > pieceBytes) break;
      taken++;
      this.#inFlight += piece.length;
      stream.write(piece, (error) => {
        if (!error) this.#left(piece.length);
      });
    }
    this.#waiting.splice(0, taken);
    if (gather) stream.uncork();
    if (this.#ending && this.#waiting.length === 0 && !stream.writableEnded) stream.end();
  }

  #left(length: number): void {
    if (this.queued === 0) return;
    this.#inFlight -= length;
    this.queued -= length;
    this.#moved(length);
    if (this.#waiting.length > 0) this.#pump();
  }
}
