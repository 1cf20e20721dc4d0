import type { ReadonlyMetadata } from "../metadata.js";
import type { ChunkSink } from "../transport/byte-sink.js";
import type { StreamFailure } from "../transport/stream-failure.js";
import type { Turns } from "./turn.js";

/** Bytes that wait for their reader before the writer is asked to wait: HTTP/2's first window. */
const highWaterBytes = 65_536;
/** Bytes that are delivered at once: an HTTP/2 frame. Messages come in pieces here as elsewhere. */
const pieceBytes = 16_384;

/** Who reads one direction of a stream. */
export interface PipeReader {
  /** Comes first, and also while the reader pauses. */
  head(status: number, fields: ReadonlyMetadata): void;
  data(bytes: Uint8Array, start: number, end: number): void;
  end(trailers: ReadonlyMetadata): void;
  interrupted(failure: StreamFailure): void;
}

/** The head of a message, bytes of its body, or its trailers. */
type Item =
  | { readonly status: number; readonly fields: ReadonlyMetadata }
  | { readonly bytes: Uint8Array; at: number }
  | { readonly trailers: ReadonlyMetadata };

/** One direction of a stream: what is written at one end is read at the other, in order and a turn later. */
export class MemoryPipe {
  readonly #turns: Turns;
  readonly #onRoom: () => void;
  readonly #items: Item[] = [];
  #reader: PipeReader | undefined;
  #failure: StreamFailure | undefined;
  #waiting = 0;
  #isFull = false;
  #isPaused = false;
  #isScheduled = false;
  #isOver = false;

  /** @param onRoom is called in a turn of its own once there is room again, after a `write` that returned `false`. */
  constructor(turns: Turns, onRoom: () => void) {
    this.#turns = turns;
    this.#onRoom = onRoom;
  }

  /** The end, or a failure, was delivered, or nobody reads any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Says who reads, once and before anything is written. */
  readBy(reader: PipeReader): void {
    this.#reader = reader;
  }

  head(status: number, fields: ReadonlyMetadata): void {
    this.#add({ status, fields });
  }

  /** Takes what is in a sink. The bytes are copied: what one end does with its memory is not seen at the other. */
  write(sink: ChunkSink): boolean {
    if (this.#isOver || this.#failure !== undefined) sink.clear();
    if (sink.length === 0) return !this.#isFull;
    const bytes = new Uint8Array(sink.length);
    let at = 0;
    for (const chunk of sink.takeChunks()) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#waiting += bytes.length;
    this.#add({ bytes, at: 0 });
    if (this.#waiting > highWaterBytes) this.#isFull = true;
    return !this.#isFull;
  }

  end(trailers: ReadonlyMetadata): void {
    this.#add({ trailers });
  }

  /** Ends the direction without an end. What waits is still delivered, unless the reader pauses. */
  fail(failure: StreamFailure): void {
    if (this.#isOver || this.#failure !== undefined) return;
    this.#failure = failure;
    this.#schedule();
  }

  /** Nobody reads any more. What waits and what is still written is dropped, and a writer that waits may go on. */
  drop(): void {
    if (this.#isOver) return;
    this.#close();
    if (this.#isFull) this.#turns.next(this.#onRoom);
    this.#isFull = false;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  #add(item: Item): void {
    if (this.#isOver || this.#failure !== undefined) return;
    this.#items.push(item);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isOver) return;
    this.#isScheduled = true;
    this.#turns.next(() => this.#deliver());
  }

  #deliver(): void {
    this.#isScheduled = false;
    while (this.#deliverNext());
    if (!this.#isOver && this.#failure !== undefined) {
      const failure = this.#failure;
      this.#close();
      this.#reader?.interrupted(failure);
      return;
    }
    if (!this.#isFull || this.#waiting > 0 || this.#isOver) return;
    this.#isFull = false;
    this.#onRoom();
  }

  /** Delivers one item, or a piece of it; `false` if nothing may be delivered now. */
  #deliverNext(): boolean {
    const item = this.#items[0];
    const reader = this.#reader;
    if (item === undefined || reader === undefined || this.#isOver) return false;
    if ("status" in item) {
      this.#items.shift();
      reader.head(item.status, item.fields);
      return true;
    }
    if (this.#isPaused) return false;
    if ("bytes" in item) {
      this.#deliverPiece(item, reader);
      return true;
    }
    this.#close();
    reader.end(item.trailers);
    return false;
  }

  #deliverPiece(item: { readonly bytes: Uint8Array; at: number }, reader: PipeReader): void {
    const start = item.at;
    const end = Math.min(start + pieceBytes, item.bytes.length);
    item.at = end;
    this.#waiting -= end - start;
    if (end === item.bytes.length) this.#items.shift();
    reader.data(item.bytes, start, end);
  }

  #close(): void {
    this.#isOver = true;
    this.#items.length = 0;
    this.#waiting = 0;
  }
}
