import type { ConnectionHost } from "./host.js";
import type { Stream } from "./stream.js";

/** Memory that content is copied to. */
const slabBytes = 131_072;
/** From this size on the engine's own copy is faster than a loop. */
const loopBytes = 32;

/**
 * Content that came in memory which is written to again, on its way to its stream's receiver, who may keep it: copied,
 * and what came of a stream in frames right behind one another joined, so that a message in several frames lies in one
 * piece. One for all connections: between two frames of one read nothing else runs, and nothing waits here after it.
 */
class LentContent {
  /** The bytes that are being read are written to again. */
  isLent = false;
  /** Whose content waits here, `bytes[start, end)`. */
  stream: Stream | undefined;
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  /** Whether so much more can be joined to what waits. */
  hasRoom(bytes: number): boolean {
    return this.end - this.start + bytes <= slabBytes;
  }

  /** Copies content of a stream behind what waits of it. */
  add(stream: Stream, from: Uint8Array, start: number, end: number, host: ConnectionHost): void {
    if (this.stream === undefined) this.start = this.end;
    this.stream = stream;
    this.#copy(from, start, end, host);
  }

  /** Copies all of a read, for whose content a copy each would cost more. */
  keep(from: Uint8Array, host: ConnectionHost): Uint8Array {
    this.start = this.end;
    this.#copy(from, 0, from.length, host);
    return this.bytes.subarray(this.start, this.end);
  }

  #copy(from: Uint8Array, start: number, end: number, host: ConnectionHost): void {
    const length = end - start;
    if (this.end + length > this.bytes.length) this.#move(length, host);
    const { bytes } = this;
    let at = this.end;
    this.end += length;
    if (length < loopBytes) for (let i = start; i < end; i++) bytes[at++] = from[i] as number;
    else bytes.set(length === from.length ? from : from.subarray(start, end), at);
  }

  /** Goes on in another slab, with what waits. */
  #move(more: number, host: ConnectionHost): void {
    const waiting = this.end - this.start;
    const slab = host.allocate(Math.max(slabBytes, waiting + more));
    if (waiting > 0) slab.set(this.bytes.subarray(this.start, this.end));
    this.bytes = slab;
    this.start = 0;
    this.end = waiting;
  }
}

export const lentContent: LentContent = new LentContent();
