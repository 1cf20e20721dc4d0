import type { ClientHttp2Stream } from "node:http2";
import type { ChunkSink } from "@bowline/rpc/internal";
import type { Stallable, StallWatch } from "./client-stall.js";

/** Bytes that are given to the session at a time: what a peer must take before the timeout for a stream to live. */
const pieceBytes = 65_536;
/** Bytes that may wait before `flush` says that it is enough. */
const comfortableBytes = 65_536;

/** What the stream does when its request moves. */
export interface UploadListener {
  drained(): void;
  stalled(): void;
}

/** The body of a request on its way into a stream, one piece after the other. */
export class Upload implements Stallable {
  waitingSince = 0;
  readonly #stream: ClientHttp2Stream;
  readonly #stalls: StallWatch;
  readonly #listener: UploadListener;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #writing = false;
  #needsDrain = false;
  #ending = false;
  #ended = false;

  constructor(stream: ClientHttp2Stream, stalls: StallWatch, listener: UploadListener) {
    this.#stream = stream;
    this.#stalls = stalls;
    this.#listener = listener;
  }

  /** Whether everything has left, the end included. */
  get ended(): boolean {
    return this.#ended && !this.#writing;
  }

  /** Takes what is in the body. `false`: more is waiting than is comfortable; `drained` follows. */
  write(body: ChunkSink): boolean {
    if (body.length > pieceBytes) for (const chunk of body.takeChunks()) this.#cut(chunk);
    else if (body.length > 0) this.#add(body.takeBytes());
    this.#pump();
    if (this.#queuedBytes <= comfortableBytes) return true;
    this.#needsDrain = true;
    return false;
  }

  /** Takes the last of it. */
  end(body: ChunkSink): void {
    this.#ending = true;
    this.write(body);
  }

  /** The stream is over: nothing is written or waited for any more. */
  stop(): void {
    this.#ended = true;
    this.#queue = [];
    this.#stalls.delete(this);
  }

  stalled(): void {
    this.#listener.stalled();
  }

  #cut(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      this.#add(chunk.subarray(at, at + pieceBytes));
    }
  }

  #add(piece: Uint8Array): void {
    this.#queue.push(piece);
    this.#queuedBytes += piece.length;
  }

  #pump(): void {
    if (this.#writing || this.#ended) return;
    // The server has answered and wants no more. A write would be an error, to which `node:http2` loses what of the answer
    // has not been read.
    if (this.#stream.closed) return;
    const piece = this.#take();
    if (piece === undefined) {
      if (!this.#ending) return;
      this.#ended = true;
      this.#stream.end();
      return;
    }
    this.#writing = true;
    this.waitingSince = performance.now();
    this.#stalls.add(this);
    const wrote = () => this.#wrote(piece.length);
    if (this.#ending && this.#queue.length === 0) {
      this.#ended = true;
      this.#stream.end(piece, wrote);
    } else this.#stream.write(piece, wrote);
  }

  /** The next piece: one that is large, or several small ones together. */
  #take(): Uint8Array | undefined {
    const queue = this.#queue;
    if (queue.length < 2) return queue.pop();
    let bytes = 0;
    let count = 0;
    while (count < queue.length) {
      bytes += (queue[count] as Uint8Array).length;
      if (bytes > pieceBytes && count > 0) break;
      count++;
    }
    const taken = queue.splice(0, count);
    return count === 1 ? taken[0] : Buffer.concat(taken);
  }

  #wrote(bytes: number): void {
    this.#writing = false;
    this.#queuedBytes -= bytes;
    this.#stalls.delete(this);
    if (this.#ended) return;
    this.#pump();
    if (!this.#needsDrain || this.#queuedBytes > comfortableBytes) return;
    this.#needsDrain = false;
    this.#listener.drained();
  }
}
