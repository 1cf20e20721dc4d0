import { Connection, type ConnectionListener } from "./connection.js";
import { type ConnectionOptions, defaultOptions } from "./connection-options.js";
import { ConnectionError, ErrorCode } from "./error-code.js";
import type { FieldList } from "./field.js";
import type { Goaway } from "./goaway.js";
import { HeaderBlockCache } from "./header-block-cache.js";
import type { ConnectionHost } from "./host.js";
import { checkTrailers, parseResponseHead, type ResponseHead } from "./message-head.js";
import { clientPreface } from "./preface.js";
import { initialSettings } from "./settings.js";
import { Stream, type StreamReceiver } from "./stream.js";

/** Streams that are opened before the server has said how many it takes. */
const streamsBeforeSettings = 100;
const maxStreamId = 0x7fff_ffff;
/** Informational responses to a request that cost nothing; a server that is slow may send one again and again. */
const freeInforms = 8;

/** The client's end of a connection. It has sent its preface when it is made. */
export class ClientConnection extends Connection {
  protected readonly isServer = false;
  readonly #heads: HeaderBlockCache<ResponseHead> = new HeaderBlockCache(this.decoder);
  /** Trailers by their block. */
  readonly #trailerBlocks: HeaderBlockCache<FieldList> = new HeaderBlockCache(this.decoder);
  #nextStreamId = 1;
  #isLeft = false;

  constructor(
    host: ConnectionHost,
    listener: ConnectionListener,
    options: Partial<ConnectionOptions> = {},
  ) {
    super(host, { ...defaultOptions, ...options }, listener);
    this.sender.raw(clientPreface);
    this.greet({
      ...initialSettings,
      isPushEnabled: false,
      initialWindowBytes: this.options.streamWindowBytes,
      maxHeaderListBytes: this.options.headerListBytes,
    });
  }

  /** The highest identifier that a stream may have. */
  protected get lastOwnStreamId(): number {
    return maxStreamId;
  }

  /** Whether streams begin on this connection at all; how many can at once is its capacity. */
  get takesStreams(): boolean {
    return !(this.isClosed || this.isDraining || this.#isLeft || this.isUsedUp);
  }

  /** How many streams may be begun now. None once either side ends the connection. */
  get capacity(): number {
    if (!this.takesStreams) return 0;
    const { maxConcurrentStreams } = this.peerSettings;
    const limit = this.isGreeted ? maxConcurrentStreams : streamsBeforeSettings;
    return Math.max(0, limit - this.open.size);
  }

  /**
   * Makes a stream, which begins with its `respond` or `start`: status 0, and the pseudo-header fields first.
   * @param isHead the request's method is HEAD, so that its response has no content.
   */
  createStream(receiver: StreamReceiver, isHead = false): Stream {
    const stream = new Stream(this, 0, this.peerSettings.initialWindowBytes);
    stream.receiver = receiver;
    stream.isHead = isHead;
    return stream;
  }

  protected readPreface(): number {
    return 0;
  }

  protected isIdle(streamId: number): boolean {
    return streamId >= this.#nextStreamId || (streamId & 1) === 0;
  }

  /** Whether no identifier is left for another stream; the connection then drains by itself. */
  get isUsedUp(): boolean {
    return this.#nextStreamId > this.lastOwnStreamId;
  }

  /** @throws Error if there is no capacity: the caller has to look before. */
  protected admit(stream: Stream): void {
    if (stream.id > 0) return;
    if (this.capacity === 0) throw new Error("the connection takes no more streams");
    stream.id = this.#nextStreamId;
    this.#nextStreamId += 2;
    // Behind the head of this stream, which is written next.
    if (this.isUsedUp) queueMicrotask(() => this.drain());
    stream.sendWindow = this.peerSettings.initialWindowBytes;
    this.open.add(stream);
    this.begunStreams++;
  }

  /** A stream whose head could not be written has its identifier, and the server has not heard of it. */
  protected override sendReset(stream: Stream, code: number): void {
    if (stream.hasBegun) super.sendReset(stream, code);
  }

  /** A response that is complete is its caller's, though he may be slow to read it. */
  protected override outlives(stream: Stream): boolean {
    return stream.heldEnd !== undefined;
  }

  protected owesContent(): boolean {
    return false;
  }

  protected finished(): void {}

  /** The response is complete: what is missing of the request will not be read. */
  protected completed(stream: Stream): void {
    this.sendReset(stream, ErrorCode.cancel);
    this.close(stream);
  }

  protected override acceptsContent(stream: Stream): boolean {
    if (stream.isAnswered && !stream.hasNoContent) return true;
    const message = stream.isAnswered ? "content where there is none" : "content before a head";
    this.streamError(stream, ErrorCode.protocolError, message);
    return false;
  }

  protected peerLeaves({ lastStreamId, code, debug }: Goaway): void {
    this.#isLeft = true;
    const message = "the server ends the connection and did not process the stream";
    for (const stream of this.open.all()) {
      if (stream.id > lastStreamId) this.interrupt(stream, { cause: "refused", code, message });
    }
    // A server that ends with an error answers nothing more.
    if (code !== ErrorCode.noError) return this.finish(code, debug);
    this.#closeWhenLeft();
  }

  protected override streamClosed(): void {
    this.#closeWhenLeft();
  }

  #closeWhenLeft(): void {
    if (this.#isLeft && this.open.size === 0) queueMicrotask(() => this.finish());
  }

  protected headerBlock(
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endsStream: boolean,
    dependsOnItself: boolean,
  ): void {
    if (this.isIdle(streamId)) {
      throw new ConnectionError(ErrorCode.protocolError, "HEADERS on an idle stream");
    }
    const stream = this.open.get(streamId);
    if (stream === undefined) {
      this.decoder.decode(bytes, start, end);
      if (this.resetByUs.has(streamId)) return;
      throw new ConnectionError(ErrorCode.streamClosed, "HEADERS on a stream that is over");
    }
    stream.hasMoved = true;
    const wrong = stream.isAnswered
      ? this.#trailers(stream, bytes, start, end, endsStream)
      : this.#head(stream, bytes, start, end, endsStream);
    const malformed = dependsOnItself ? "a stream depends on itself" : wrong;
    if (malformed !== undefined && !stream.isClosed) {
      this.streamError(stream, ErrorCode.protocolError, malformed);
    }
  }

  /** The head of a response. Returns what is wrong with it. */
  #head(
    stream: Stream,
    bytes: Uint8Array,
    start: number,
    end: number,
    endsStream: boolean,
  ): string | undefined {
    let head = this.#heads.get(bytes, start, end);
    if (head === undefined) {
      const { version } = this.decoder;
      const fields = this.decoder.decode(bytes, start, end);
      if (this.decoder.oversized !== undefined) return this.#tooLarge(stream, "headers");
      const parsed = parseResponseHead(fields, this.decoder.isWellFormed);
      if (typeof parsed === "string") return parsed;
      head = parsed;
      this.#heads.set(bytes, start, end, version, head);
    }
    if (head.status < 200) {
      if (stream.informed++ >= freeInforms) this.spend("strays", "informational responses");
      return endsStream ? "an informational response that ends the stream" : undefined;
    }
    stream.isAnswered = true;
    this.grant("tinyData");
    stream.hasNoContent = stream.isHead || head.status === 204 || head.status === 304;
    if (!stream.hasNoContent) stream.announced = head.contentLength;
    if (endsStream && stream.announced > 0) return "no content where content-length says some";
    if (endsStream) stream.isReceived = true;
    stream.receiver?.head?.(head);
    if (endsStream) this.received(stream, noFields);
    return undefined;
  }

  #trailers(
    stream: Stream,
    bytes: Uint8Array,
    start: number,
    end: number,
    endsStream: boolean,
  ): string | undefined {
    let fields = this.#trailerBlocks.get(bytes, start, end);
    if (fields === undefined) {
      const { version } = this.decoder;
      fields = this.decoder.decode(bytes, start, end);
      if (this.decoder.oversized !== undefined) return this.#tooLarge(stream, "trailers");
      const wrong = checkTrailers(fields, this.decoder.isWellFormed);
      if (wrong !== undefined) return wrong;
      this.#trailerBlocks.set(bytes, start, end, version, fields);
    }
    if (stream.isReceived) return "HEADERS behind END_STREAM";
    if (!endsStream) return "trailers without END_STREAM";
    if (stream.announced >= 0 && stream.contentBytes !== stream.announced) {
      return `${stream.contentBytes} bytes where content-length says ${stream.announced}`;
    }
    this.received(stream, fields);
    return undefined;
  }

  #tooLarge(stream: Stream, what: string): undefined {
    const { headerListBytes, headerFieldBytes } = this.options;
    const name = this.decoder.oversized as string;
    const message =
      name === ""
        ? `the ${what} are past the limit of ${headerListBytes} bytes`
        : `header ${name.slice(0, 40)} is past the limit of ${headerFieldBytes} bytes`;
    this.sender.rstStream(stream.id, ErrorCode.cancel);
    this.interrupt(stream, { cause: "limit", code: ErrorCode.cancel, message });
  }
}

const noFields: FieldList = [];
