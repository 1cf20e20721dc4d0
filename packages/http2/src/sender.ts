import { ConnectionError, ErrorCode } from "./error-code.js";
import type { FieldList } from "./field.js";
import type { FieldPrefix } from "./field-prefix.js";
import {
  Flag,
  FrameType,
  frameHeaderBytes,
  minMaxFrameBytes,
  writeFrameHeader,
  writeUint32,
} from "./frame.js";
import type { ConnectionHost } from "./host.js";
import { HpackEncoder } from "./hpack-encoder.js";
import { Output } from "./output.js";
import { initialSettings, maxWindowBytes, type Settings } from "./settings.js";
import type { Stream } from "./stream.js";

/** Larger frames would keep other streams waiting, whatever the peer takes. */
const largestFrame = 65_536;
/** Content that a stream sends before it is another one's turn, and before it is handed over. */
const turnBytes = 65_536;
/** Content that may wait in a stream before its writer is told to wait; it goes on at half of that. */
const comfortableBytes = 65_536;

/** What a sender tells its connection. */
export interface SenderListener {
  /** END_STREAM has been written. */
  ended(stream: Stream): void;
  /** More content waits for the peer, or less; `isTaken`: because the peer has taken it. */
  waits(bytes: number, isTaken: boolean): void;
}

/** Writes the frames of a connection, as fast as the peer's windows and its socket allow. */
export class Sender {
  /** What the peer asked for. */
  settings: Settings = initialSettings;
  /** Content of complete messages that waits for the peer. What is still being written its writer can hold back. */
  owedBytes = 0;
  /** Whether content has been sent since somebody looked. */
  hasSent = false;
  /** WINDOW_UPDATEs that the peer may still send for DATA frames: two for each. */
  earnedUpdates = 0;
  readonly #host: ConnectionHost;
  readonly #listener: SenderListener;
  readonly #output: Output;
  readonly #encoder = new HpackEncoder();
  #window: number = initialSettings.initialWindowBytes;
  #frameBytes: number = minMaxFrameBytes;
  /** Streams with content that waits; made with the first. */
  #waiting: Set<Stream> | undefined;
  /** Streams whose content waits for more until this tick ends. */
  #gathered: Stream[] = [];
  /** The host has been asked to flush. */
  #isScheduled = false;
  /** Content that has been written since it was handed over last. */
  #writtenBytes = 0;
  #isCongested = false;
  /** A stream waits for nothing but its next turn. */
  #isCut = false;
  /** What the host has had, and has not got rid of, when somebody looked. */
  #handedBytes = 0;

  constructor(host: ConnectionHost, listener: SenderListener) {
    this.#host = host;
    this.#listener = listener;
    this.#output = new Output(this);
  }

  allocate(bytes: number): Uint8Array {
    return this.#host.allocate(bytes);
  }

  scheduleFlush(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#host.scheduleFlush();
  }

  /** Hands everything that was written to the host. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#gathered.length > 0) this.#settle();
    if (this.#isCut) this.pump();
    this.#handOver();
  }

  #handOver(): void {
    if (this.#output.isEmpty) return;
    const chunks = this.#output.take();
    this.#writtenBytes = 0;
    if (chunks.length > 0 && !this.#host.write(chunks)) this.#isCongested = true;
    this.lookAtHost();
  }

  /** Looks how much of what was handed over has not left. */
  lookAtHost(): void {
    const { waitingBytes } = this.#host;
    const change = waitingBytes - this.#handedBytes;
    if (change === 0) return;
    this.#handedBytes = waitingBytes;
    this.#listener.waits(change, change < 0);
  }

  /** Takes the peer's settings over; streams' windows are the connection's affair. */
  apply(settings: Settings): void {
    this.settings = settings;
    this.#frameBytes = Math.min(settings.maxFrameBytes, largestFrame);
    this.#encoder.allow(settings.headerTableBytes);
  }

  /** Lets go of what only saves time. */
  rest(): void {
    this.#encoder.rest();
  }

  /** The host holds so much that content waits in its streams. */
  get isCongested(): boolean {
    return this.#isCongested;
  }

  /** The host has room again. */
  drained(): void {
    this.#isCongested = false;
    this.lookAtHost();
    this.pump();
  }

  /** The peer opens the connection's window. */
  widen(increment: number): void {
    this.#window += increment;
    if (this.#window > maxWindowBytes) {
      throw new ConnectionError(ErrorCode.flowControlError, "the connection's window is too large");
    }
    this.pump();
  }

  /** Writes a header block. */
  head(
    streamId: number,
    status: number,
    fields: FieldList,
    isLast: boolean,
    prefix?: FieldPrefix,
  ): void {
    const output = this.#output;
    const flags = isLast ? Flag.endHeaders | Flag.endStream : Flag.endHeaders;
    const known = prefix === undefined ? this.#encoder.known(status, fields) : undefined;
    if (known !== undefined) {
      output.frameHeader(known.length, FrameType.headers, flags, streamId);
      output.append(known);
      this.hasSent = true;
      return;
    }
    const bound = HpackEncoder.bound(fields) + (prefix?.bound ?? 0);
    if (bound > minMaxFrameBytes) return this.#largeHead(streamId, status, fields, isLast, prefix);
    output.reserve(frameHeaderBytes + bound);
    const { buffer, at } = output;
    const end = this.#encoder.encode(status, fields, buffer, at + frameHeaderBytes, prefix);
    writeFrameHeader(buffer, at, end - at - frameHeaderBytes, FrameType.headers, flags, streamId);
    output.at = end;
    this.hasSent = true;
  }

  #largeHead(
    streamId: number,
    status: number,
    fields: FieldList,
    isLast: boolean,
    prefix: FieldPrefix | undefined,
  ): void {
    const block = new Uint8Array(HpackEncoder.bound(fields) + (prefix?.bound ?? 0));
    const length = this.#encoder.encode(status, fields, block, 0, prefix);
    let type: number = FrameType.headers;
    let flags: number = isLast ? Flag.endStream : 0;
    for (let at = 0; at < length; ) {
      const end = Math.min(length, at + minMaxFrameBytes);
      if (end === length) flags |= Flag.endHeaders;
      this.#output.frameHeader(end - at, type, flags, streamId);
      this.#output.append(block.subarray(at, end));
      type = FrameType.continuation;
      flags = 0;
      at = end;
    }
    this.hasSent = true;
  }

  /** Takes content of a stream that goes on. What else comes in the same tick leaves in the same frame. */
  gather(stream: Stream): void {
    if (!stream.body.canGrow || stream.queuedBytes > 0 || this.#isCongested) {
      return this.content(stream);
    }
    if (stream.body.isCarried) return;
    stream.body.carry();
    this.#await(stream);
  }

  #await(stream: Stream): void {
    this.#gathered.push(stream);
    this.scheduleFlush();
  }

  /** Writes what was gathered. */
  #settle(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    for (const stream of gathered) {
      if (stream.body.isOpen) this.#await(stream);
      else if (stream.body.length > 0) this.content(stream);
    }
  }

  /** Writes what is in a stream's body, or queues it; with `isEnding` the end of the message behind it. */
  content(stream: Stream): void {
    const { length } = stream.body;
    if (
      stream.queuedBytes === 0 &&
      length <= this.#frameBytes &&
      length <= this.#window &&
      length <= stream.sendWindow &&
      !this.#isCongested
    ) {
      if (length > 0) this.#whole(stream, length);
      else if (stream.isEnding) this.#end(stream);
      return;
    }
    stream.queue ??= [];
    for (const piece of stream.body.takePieces()) stream.queue.push(piece);
    stream.queuedBytes += length;
    this.#listener.waits(length, false);
    if (stream.isEnding) this.owedBytes += stream.queuedBytes;
    this.#turn(stream);
  }

  /** A body that fits into one frame. */
  #whole(stream: Stream, length: number): void {
    const isLast = stream.isEnding && stream.trailers === undefined;
    this.#output.frameHeader(length, FrameType.data, isLast ? Flag.endStream : 0, stream.id);
    stream.body.writeTo(this.#output);
    this.#window -= length;
    stream.sendWindow -= length;
    this.#count(length);
    if (isLast) this.#listener.ended(stream);
    else if (stream.isEnding) this.#end(stream);
  }

  #count(length: number): void {
    this.hasSent = true;
    // Two for a frame, and two for each 4 KiB: so often Go's clients and servers open their windows.
    this.earnedUpdates += 2 + (length >>> 11);
    this.#writtenBytes += length;
    if (this.#writtenBytes >= turnBytes * 2) this.#handOver();
  }

  /** Ends a message whose content has left: with trailers, or with an empty frame. */
  #end(stream: Stream): void {
    const { trailers } = stream;
    if (trailers !== undefined && trailers.length > 0) this.head(stream.id, 0, trailers, true);
    else this.#output.frameHeader(0, FrameType.data, Flag.endStream, stream.id);
    this.#listener.ended(stream);
  }

  /** Whether so much waits that a writer should wait too; then it is told when there is room. */
  isFull(stream: Stream): boolean {
    if (stream.queuedBytes === 0) return false;
    if (stream.queuedBytes <= comfortableBytes && !this.#isCongested) return false;
    stream.wantsRoom = true;
    return true;
  }

  /** Sends what windows and the host allow, one stream after the other. */
  pump(): void {
    if (this.#waiting === undefined) return;
    for (const stream of this.#waiting) {
      if (this.#window <= 0 || this.#isCongested) break;
      if (stream.sendWindow <= 0) continue;
      this.#turn(stream);
      this.#tellOfRoom(stream);
    }
    this.#isCut = false;
  }

  #tellOfRoom(stream: Stream): void {
    if (!stream.wantsRoom || stream.isEnding || stream.isClosed) return;
    if (stream.queuedBytes > comfortableBytes / 2) return;
    stream.wantsRoom = false;
    stream.receiver?.drained();
  }

  /** Sends from a stream's queue. What is left waits for its next turn, or for room. */
  #turn(stream: Stream): void {
    // It may be there: a writer that is told of room writes inside a turn of its own.
    this.#waiting?.delete(stream);
    for (let left = turnBytes; stream.queuedBytes > 0; ) {
      const room = Math.min(stream.queuedBytes, this.#window, stream.sendWindow, this.#frameBytes);
      if (room <= 0 || left <= 0 || this.#isCongested) {
        this.#waiting ??= new Set();
        this.#waiting.add(stream);
        this.#isCut ||= room > 0 && !this.#isCongested;
        return;
      }
      const isLast =
        room === stream.queuedBytes && stream.isEnding && stream.trailers === undefined;
      this.#output.frameHeader(room, FrameType.data, isLast ? Flag.endStream : 0, stream.id);
      this.#dequeue(stream, room);
      stream.hasMoved = true;
      left -= room;
      this.#window -= room;
      stream.sendWindow -= room;
      this.#count(room);
      if (isLast) return this.#listener.ended(stream);
    }
    if (stream.isEnding) this.#end(stream);
  }

  #dequeue(stream: Stream, bytes: number): void {
    const queue = stream.queue as Uint8Array[];
    stream.queuedBytes -= bytes;
    this.#listener.waits(-bytes, true);
    if (stream.isEnding) this.owedBytes -= bytes;
    let done = 0;
    for (let left = bytes; left > 0; ) {
      const piece = queue[done] as Uint8Array;
      const end = Math.min(piece.length, stream.queueOffset + left);
      left -= end - stream.queueOffset;
      this.#output.append(piece.subarray(stream.queueOffset, end));
      stream.queueOffset = end;
      if (end < piece.length) break;
      stream.queueOffset = 0;
      done++;
    }
    queue.splice(0, done);
  }

  /** Forgets what waits in a stream. */
  drop(stream: Stream): void {
    stream.body.clear();
    if (stream.queuedBytes === 0) return;
    if (stream.isEnding) this.owedBytes -= stream.queuedBytes;
    this.#listener.waits(-stream.queuedBytes, false);
    stream.queuedBytes = 0;
    stream.queue = undefined;
    this.#waiting?.delete(stream);
  }

  rstStream(streamId: number, code: number): void {
    this.#short(FrameType.rstStream, streamId, code);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.#short(FrameType.windowUpdate, streamId, increment);
  }

  /** A frame whose payload is one number. */
  #short(type: number, streamId: number, value: number): void {
    const output = this.#output;
    output.reserve(frameHeaderBytes + 4);
    output.frameHeader(4, type, 0, streamId);
    writeUint32(output.buffer, output.at, value);
    output.at += 4;
  }

  /** Writes bytes as they are: the client's preface. */
  raw(bytes: Uint8Array): void {
    this.#output.append(bytes);
  }

  sendSettings(payload: Uint8Array): void {
    this.#output.frameHeader(payload.length, FrameType.settings, 0, 0);
    this.#output.append(payload);
  }

  acknowledgeSettings(): void {
    this.#output.frameHeader(0, FrameType.settings, Flag.ack, 0);
  }

  /** @param payload 8 bytes. */
  ping(isAnswer: boolean, payload: Uint8Array): void {
    this.#output.frameHeader(payload.length, FrameType.ping, isAnswer ? Flag.ack : 0, 0);
    this.#output.append(payload);
  }

  goaway(lastStreamId: number, code: number, debug: Uint8Array): void {
    const output = this.#output;
    output.reserve(frameHeaderBytes + 8);
    output.frameHeader(8 + debug.length, FrameType.goaway, 0, 0);
    writeUint32(output.buffer, output.at, lastStreamId);
    writeUint32(output.buffer, output.at + 4, code);
    output.at += 8;
    output.append(debug);
  }
}
