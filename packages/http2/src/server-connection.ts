import { Connection, type ConnectionListener, strayFrames } from "./connection.js";
import { type ConnectionOptions, wholeOptions } from "./connection-options.js";
import { ConnectionError, ErrorCode } from "./error-code.js";
import type { FieldList } from "./field.js";
import { HeaderBlockCache } from "./header-block-cache.js";
import type { ConnectionHost } from "./host.js";
import { checkTrailers } from "./message-head.js";
import { PrefaceReader } from "./preface.js";
import { ReplyDebt } from "./reply-debt.js";
import type { RequestHead } from "./request-head.js";
import { RequestHeads } from "./request-heads.js";
import { initialSettings } from "./settings.js";
import { Stream, type StreamReceiver } from "./stream.js";

/** What a server's connection tells its owner. */
export interface ServerListener extends ConnectionListener {
  /**
   * A request begins. Returns who takes its content; `undefined` if nobody wants it, as when it has been answered.
   */
  request(stream: Stream, head: RequestHead): StreamReceiver | undefined;
  /** Names of the fields whose values what is attached to the shape of a head depends on. */
  readonly decisiveFields?: ReadonlySet<string>;
}

const noFields: FieldList = [];
/** So many answered streams are reset later; at more they are reset at once. */
const maxUnread = 1_000;
/** Milliseconds that a stream is open, after which its reset costs nothing: it has held one of the allowed places for its time. */
const matureMs = 50;
/** What an answer gives back of what a reset costs. */
const earnedByAnswer = 1 / 8;

/** The server's end of a connection. It has sent its SETTINGS when it is made. */
export class ServerConnection extends Connection {
  declare protected readonly listener: ServerListener;
  protected readonly isServer = true;
  readonly #preface = new PrefaceReader();
  readonly #blocks: HeaderBlockCache<RequestHead> = new HeaderBlockCache(this.decoder);
  readonly #heads: RequestHeads;
  /** The highest stream that the peer began, whether it was taken or not. */
  #highestStreamId = 0;
  /** Streams that are answered while their requests go on, until they are reset. */
  #unread: Set<number> | undefined;
  /** Whether streams are given the time of their beginning: from the first reset on, so that others need no clock. */
  #isTiming = false;
  /** Requests that wait until the peer has taken some of what it is owed. */
  readonly #heldRequests = new Map<Stream, RequestHead>();
  /** Made when something waits. */
  #debt: ReplyDebt | undefined;

  constructor(
    host: ConnectionHost,
    listener: ServerListener,
    options: Partial<ConnectionOptions> = {},
  ) {
    super(host, wholeOptions(options), listener);
    this.#heads = new RequestHeads(listener.decisiveFields);
    this.greet({
      ...initialSettings,
      maxConcurrentStreams: this.options.streams,
      initialWindowBytes: this.options.streamWindowBytes,
      maxHeaderListBytes: this.options.headerListBytes,
    });
  }

  override receive(bytes: Uint8Array, isLent = false): void {
    super.receive(bytes, isLent);
    if (this.#heldRequests.size > 0) this.#releaseHeld();
  }

  override drained(): void {
    super.drained();
    if (this.#heldRequests.size > 0) this.#releaseHeld();
  }

  override tick(): void {
    super.tick();
    if (this.#debt !== undefined) {
      this.sender.lookAtHost();
      this.#debt?.look();
    }
    if (this.open.size > 0) this.#keepHeads();
    // What they waited behind may have been given up.
    if (this.#heldRequests.size > 0) this.#releaseHeld();
  }

  protected override contentWaits(bytes: number, isTaken: boolean): void {
    if (this.#debt === undefined) {
      if (this.isClosed) return;
      const { replies } = this.options;
      const debt = new ReplyDebt(replies, (message) => this.endReplies(debt.isAtRest, message));
      this.#debt = debt;
    }
    this.#debt.change(bytes, isTaken);
  }

  protected override closed(): void {
    this.#debt?.cancel();
    this.#debt = undefined;
  }

  /** Values of heads share memory with those of others. A request that goes on for long lets go of it. */
  #keepHeads(): void {
    for (const stream of this.open.all()) {
      stream.head?.keep();
      stream.head = undefined;
    }
  }

  protected override rest(): void {
    super.rest();
    this.#blocks.clear();
    this.#heads.rest();
  }

  protected readPreface(bytes: Uint8Array): number {
    return this.#preface.isComplete ? 0 : this.#preface.read(bytes, 0);
  }

  protected isIdle(streamId: number): boolean {
    return streamId > this.#highestStreamId || (streamId & 1) === 0;
  }

  protected admit(): void {}

  /** Behind its answer a request is of no interest any more. */
  override endStream(stream: Stream, trailers: FieldList | undefined): void {
    stream.receiver = undefined;
    this.forgetPartial(stream);
    super.endStream(stream, trailers);
    if (!stream.isClosed) this.discardHeld(stream);
  }

  protected owesContent(stream: Stream): boolean {
    return !stream.isEnding && stream.receiver?.isResting?.() !== true;
  }

  /**
   * The answer is complete. A peer that still sends is told that nobody reads it (RFC 9113, section 8.1), when it has had
   * time to take the answer in: some drop it over a reset that comes along with it. Most requests have ended by then.
   */
  protected finished(stream: Stream): void {
    if (!stream.isReceived) {
      this.resetByUs.add(stream.id);
      this.#unread ??= new Set();
      this.#unread.add(stream.id);
      if (this.#unread.size === 1) this.host.later(() => this.#resetUnread());
      else if (this.#unread.size > maxUnread) this.#resetUnread();
    }
    this.close(stream);
  }

  protected override strayEnd(streamId: number): void {
    this.#unread?.delete(streamId);
  }

  /**
   * Resets are an attack where they make room for streams that start more work at once, faster than the limit of streams
   * allows (CVE-2023-44487); not where the stream had its time, or its answer. So what a reset costs is the part of
   * `matureMs` that is missing. Of the streams that were open at the first one the ages are not known; they are no more
   * than are allowed at a time, and cost nothing.
   */
  protected override peerReset(stream: Stream): void {
    if (stream.hasBegun) return;
    const isFirst = !this.#isTiming;
    this.#isTiming = true;
    if (stream.begunAt < 0 && !isFirst) return;
    const missing = isFirst ? 1 : 1 - (this.host.now() - stream.begunAt) / matureMs;
    if (missing > 0) this.spend("resets", "streams that were reset", missing);
  }

  protected override streamClosed(stream: Stream): void {
    if (stream.hasEnded) this.grant("resets", earnedByAnswer);
    // A request that was given up while it waited is not kept.
    if (this.#heldRequests.size > 0) this.#heldRequests.delete(stream);
  }

  #resetUnread(): void {
    if (this.isClosed || this.#unread === undefined) return;
    for (const streamId of this.#unread) this.sender.rstStream(streamId, ErrorCode.noError);
    this.#unread = undefined;
  }

  protected completed(): void {}

  protected peerLeaves(): void {}

  protected headerBlock(
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endsStream: boolean,
    dependsOnItself: boolean,
  ): void {
    if ((streamId & 1) === 0) {
      throw new ConnectionError(ErrorCode.protocolError, `a request on stream ${streamId}`);
    }
    if (streamId <= this.#highestStreamId) {
      return this.#trailers(streamId, this.decoder.decode(bytes, start, end), endsStream);
    }
    this.#highestStreamId = streamId;
    const head = this.#decode(bytes, start, end);
    // A stream that crossed GOAWAY is ignored; its client repeats the request elsewhere.
    if (this.refusesNew) {
      this.spend("resets", "streams behind GOAWAY");
      return this.resetByUs.add(streamId);
    }
    this.lastPeerStreamId = streamId;
    if (dependsOnItself) {
      const message = "a stream depends on itself";
      return this.streamFault(streamId, undefined, ErrorCode.protocolError, message);
    }
    if (typeof head === "string") {
      return this.streamFault(streamId, undefined, ErrorCode.protocolError, head);
    }
    if (this.open.size >= this.options.streams) {
      const message = "more streams than are allowed";
      return this.streamFault(streamId, undefined, ErrorCode.refusedStream, message);
    }
    // Refused before anything is done, so that its caller may repeat it.
    if (this.isCrowded) {
      if (!this.hasRoom) this.spend("resets", "streams beside content that nobody has read");
      this.sender.rstStream(streamId, ErrorCode.refusedStream);
      return this.resetByUs.add(streamId);
    }
    this.#begin(streamId, head, endsStream);
  }

  /** The head, or why it is malformed; `undefined` if it is too large. */
  #decode(bytes: Uint8Array, start: number, end: number): RequestHead | string | undefined {
    const known = this.#blocks.get(bytes, start, end);
    if (known !== undefined) return known;
    const { decoder } = this;
    const { version } = decoder;
    const fields = decoder.read(bytes, start, end);
    if (decoder.oversized !== undefined) return undefined;
    const head = this.#heads.of(fields, decoder.listBytes, decoder.isWellFormed);
    if (typeof head === "string") return head;
    if (this.#blocks.set(bytes, start, end, version, head)) head.keep();
    return head;
  }

  #begin(streamId: number, head: RequestHead | undefined, endsStream: boolean): void {
    const stream = new Stream(this, streamId, this.peerSettings.initialWindowBytes);
    this.open.add(stream);
    this.begunStreams++;
    if (this.#isTiming) stream.begunAt = Math.floor(this.host.now());
    if (head === undefined) {
      stream.isReceived = endsStream;
      return this.#refuse(stream, 431, this.#tooLarge());
    }
    if (head.method === "CONNECT") {
      stream.isReceived = endsStream;
      return this.#refuse(stream, 501, "CONNECT is not supported");
    }
    stream.head = head;
    stream.announced = head.contentLength;
    if (endsStream && head.contentLength > 0) {
      const message = `no content where content-length says ${head.contentLength}`;
      return this.streamError(stream, ErrorCode.protocolError, message);
    }
    this.grant("tinyData");
    if (this.sender.owedBytes > this.options.queuedBytes) {
      stream.isPaused = true;
      this.#heldRequests.set(stream, head);
      if (endsStream) this.received(stream, noFields);
      return;
    }
    if (endsStream) stream.isReceived = true;
    this.#dispatch(stream, head);
    if (endsStream) this.received(stream, noFields);
  }

  #dispatch(stream: Stream, head: RequestHead): void {
    const receiver = this.listener.request(stream, head);
    if (!stream.isEnding) stream.receiver = receiver;
  }

  #tooLarge(): string {
    const { headerListBytes, headerFieldBytes } = this.options;
    const name = this.decoder.oversized;
    return name === "" || name === undefined
      ? `the headers are past the limit of ${headerListBytes} bytes`
      : `header ${name.slice(0, 40)} is past the limit of ${headerFieldBytes} bytes`;
  }

  /** Answers a request that nobody hears of. */
  #refuse(stream: Stream, status: number, text: string): void {
    stream.body.append(Uint8Array.from(text, (each) => each.charCodeAt(0)));
    stream.respond(status, ["content-type", "text/plain; charset=utf-8"]);
  }

  /** A second header block on a stream. */
  #trailers(streamId: number, fields: FieldList, endsStream: boolean): void {
    const stream = this.open.get(streamId);
    if (stream === undefined) {
      // Trailers that crossed the reset: they come once.
      if (this.resetByUs.delete(streamId)) return this.strayEnd(streamId);
      if (this.resetByUs.has(streamId)) return this.spend("strays", strayFrames);
      throw new ConnectionError(ErrorCode.streamClosed, "HEADERS on a stream that is over");
    }
    if (stream.isReceived) {
      return this.streamError(stream, ErrorCode.streamClosed, "HEADERS behind END_STREAM");
    }
    const wrong = this.#wrongTrailers(stream, fields, endsStream);
    if (wrong !== undefined) return this.streamError(stream, ErrorCode.protocolError, wrong);
    if (this.decoder.oversized !== undefined) {
      const code = ErrorCode.enhanceYourCalm;
      this.spend("resets", "trailers past the limit");
      this.sender.rstStream(streamId, code);
      return this.interrupt(stream, { cause: "limit", code, message: "trailers past the limit" });
    }
    stream.hasMoved = true;
    this.received(stream, fields);
  }

  #wrongTrailers(stream: Stream, fields: FieldList, endsStream: boolean): string | undefined {
    if (!endsStream) return "trailers without END_STREAM";
    if (stream.announced >= 0 && stream.contentBytes !== stream.announced) {
      return `${stream.contentBytes} bytes where content-length says ${stream.announced}`;
    }
    return checkTrailers(fields, this.decoder.isWellFormed);
  }

  #releaseHeld(): void {
    if (this.isClosed || this.sender.owedBytes > this.options.queuedBytes / 2) return;
    const [next] = this.#heldRequests;
    const [stream, head] = next as [Stream, RequestHead];
    this.#heldRequests.delete(stream);
    stream.isPaused = false;
    this.#dispatch(stream, head);
    if (!stream.isPaused) this.resumeStream(stream);
    // The next one behind what this one leads to.
    if (this.#heldRequests.size > 0) queueMicrotask(() => this.#releaseNext());
  }

  #releaseNext(): void {
    if (this.#heldRequests.size > 0) this.#releaseHeld();
  }
}
