import { type AttackBudgets, Budgets, type EarnedBudget } from "./budget.js";
import { ClosedStreams } from "./closed-streams.js";
import type { ConnectionOptions } from "./connection-options.js";
import { Content } from "./content.js";
import { Credit } from "./credit.js";
import { Draining } from "./draining.js";
import { ConnectionError, ErrorCode, errorName } from "./error-code.js";
import type { FieldList } from "./field.js";
import type { FieldPrefix } from "./field-prefix.js";
import { Flag, FrameType, frameName, minMaxFrameBytes, readUint31, readUint32 } from "./frame.js";
import { type FrameHandler, FrameReader } from "./frame-reader.js";
import { decodeGoaway, encodeDebug, type Goaway, noLastStream } from "./goaway.js";
import { HeaderBlock } from "./header-block.js";
import type { ConnectionHost } from "./host.js";
import { HpackDecoder } from "./hpack-decoder.js";
import { Keepalive } from "./keepalive.js";
import { lentContent } from "./lent-content.js";
import { Pings } from "./ping.js";
import { PingGuard } from "./ping-guard.js";
import { Sender, type SenderListener } from "./sender.js";
import { decodeSettings, encodeSettings, maxWindowBytes, type Settings } from "./settings.js";
import { Stall } from "./stall.js";
import type { Stream, StreamConnection, StreamEnd } from "./stream.js";
import { StreamTable } from "./stream-table.js";

/** What a connection tells its owner, beside what it tells its streams. */
export interface ConnectionListener {
  /** The peer ends the connection: it takes no new streams. On clients those above `lastStreamId` are refused next. */
  goaway?(goaway: Goaway): void;
  /** This side ends the connection in order: it is old, or idle, or has no identifiers left. It takes no new streams. */
  draining?(): void;
  /** The peer's settings are known, or have changed. */
  settings?(settings: Settings): void;
  /** The connection is over; every stream has been told. `error` says why, if it did not end in order. */
  closed(error: ConnectionError | undefined): void;
}

/** A frame with content that comes in pieces: the stream that takes it, if one does. */
interface DataInPieces {
  stream: Stream | undefined;
  endsStream: boolean;
}

/**
 * What both ends of a connection have in common: bytes come in by `receive`, bytes leave through the host, and what
 * happens is told to streams' receivers and to the listener. It has no clock and no socket of its own; `tick` must be
 * called now and then for its time limits.
 *
 * Longer than a file should be: what each frame may do in each state of a stream and of the connection (RFC 9113, sections
 * 5 and 6) is one machine, and is read against the RFC as one.
 */
export abstract class Connection implements FrameHandler, SenderListener, StreamConnection {
  protected readonly options: ConnectionOptions;
  protected readonly host: ConnectionHost;
  protected readonly listener: ConnectionListener;
  protected readonly sender: Sender;
  protected readonly decoder: HpackDecoder;
  protected readonly open: StreamTable<Stream> = new StreamTable();
  /** What a peer sent before it knew of a reset is no fault of it. */
  protected readonly resetByUs: ClosedStreams = new ClosedStreams();
  protected readonly resetByPeer: ClosedStreams = new ClosedStreams();
  /** Streams that were ever open. */
  protected begunStreams = 0;
  /** RST_STREAM frames that came, but for those on streams that this side had reset. */
  #peerResets = 0;
  /** The highest stream that the peer opened and this side took. */
  protected lastPeerStreamId = 0;
  readonly #reader: FrameReader;
  readonly #pings = new Pings();
  readonly #pingGuard: PingGuard;
  readonly #budgets: Budgets;
  readonly #keepalive: Keepalive;
  readonly #stall: Stall;
  readonly #credit: Credit;
  readonly #content: Content;
  readonly #draining: Draining;
  /** The other side has begun with its SETTINGS. */
  #isGreeted = false;
  #isAcknowledged = false;
  #block: HeaderBlock | undefined;
  readonly #data: DataInPieces = { stream: undefined, endsStream: false };
  #isClosed = false;
  readonly #openedAt: number;
  #idleSince: number;
  /** A stream has ended since the last tick. */
  #hadStream = false;

  protected constructor(
    host: ConnectionHost,
    options: ConnectionOptions,
    listener: ConnectionListener,
  ) {
    this.host = host;
    this.options = options;
    this.listener = listener;
    this.sender = new Sender(host, this);
    const { headerListBytes: listBytes, headerFieldBytes: fieldBytes } = options;
    this.decoder = new HpackDecoder({ listBytes, fieldBytes });
    this.#reader = new FrameReader(this, minMaxFrameBytes);
    const now = host.now();
    this.#openedAt = now;
    this.#idleSince = now;
    this.#keepalive = new Keepalive(options, now);
    this.#stall = new Stall(now);
    this.#draining = new Draining(options.drainTimeoutMs);
    this.#credit = new Credit(this.sender, options);
    this.#content = new Content(host, this.#credit);
    this.#pingGuard = new PingGuard(options.pings);
    this.#budgets = new Budgets(options.budgets, host);
  }

  /** Streams under way. */
  get streams(): number {
    return this.open.size;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The peer's SETTINGS came. */
  protected get isGreeted(): boolean {
    return this.#isGreeted;
  }

  /** The end was announced, by this side. */
  get isDraining(): boolean {
    return this.#draining.hasBegun;
  }

  /** Milliseconds from the last PING of this side to its answer; `undefined` before the first. */
  get roundTripMs(): number | undefined {
    return this.#pings.roundTripMs;
  }

  /** What the peer asked for. */
  get peerSettings(): Settings {
    return this.sender.settings;
  }

  /**
   * Bytes came. What they lead to has happened when this returns; answers leave with the next flush.
   * @param isLent the bytes are written to again afterwards: what is kept of them is copied.
   */
  receive(bytes: Uint8Array, isLent = false): void {
    if (this.#isClosed) return;
    this.#keepalive.received(this.host);
    const outer = lentContent.isLent;
    const isCopied = isLent && bytes.length <= smallReadBytes;
    lentContent.isLent = isLent && !isCopied;
    try {
      const kept = isCopied ? lentContent.keep(bytes, this.host) : bytes;
      const start = this.readPreface(kept);
      if (start < kept.length) this.#reader.read(kept, start);
      if (lentContent.stream !== undefined) this.#content.join();
    } catch (error) {
      this.#breakOff(error);
    } finally {
      lentContent.stream = undefined;
      lentContent.isLent = outer;
    }
  }

  /** Delivers what came before a fault, so that nothing waits while the end is told, and ends the connection. */
  #breakOff(error: unknown): void {
    try {
      this.#content.join();
    } finally {
      this.#fail(error);
    }
  }

  /** Hands what was written to the host. */
  flush(): void {
    this.sender.flush();
  }

  /** The host has room again, after a `write` that returned `false`. */
  drained(): void {
    if (!this.#isClosed) this.sender.drained();
  }

  /** The host's connection is gone. */
  disconnected(): void {
    if (this.#isClosed) return;
    this.#finish(undefined, "the connection is gone", ErrorCode.noError);
  }

  /**
   * Ends the connection in order (RFC 9113, section 6.8): announces it, takes what crosses the announcement, lets all
   * streams finish, closes.
   */
  drain(): void {
    if (this.#isClosed || this.#draining.hasBegun) return;
    this.#draining.begin(this.host.now());
    this.sender.goaway(noLastStream, ErrorCode.noError, noDebug);
    // What is behind the answer has seen the announcement.
    this.ping(() => this.#refuseNew());
    this.listener.draining?.();
  }

  /** Ends the connection at once: streams are interrupted, the peer is told. */
  abort(code: number, message: string): void {
    if (!this.#isClosed) this.#fail(new ConnectionError(code, message));
  }

  /**
   * Tells the receivers of all streams that this side is about to abort. What they still answer is sent, if `abort` or
   * the end of the host comes behind it.
   */
  interruptAll(message: string): void {
    for (const stream of this.open.all()) {
      if (this.outlives(stream)) continue;
      const { receiver } = stream;
      stream.receiver = undefined;
      receiver?.interrupted({ cause: "aborted", code: ErrorCode.noError, message });
    }
  }

  /** Asks the peer for a sign of life. */
  ping(answered?: (roundTripMs: number) => void): void {
    if (this.#isClosed) return;
    this.sender.ping(false, this.#pings.begin(this.host.now(), answered));
  }

  /** Looks after time limits. To be called about four times in the shortest of them. */
  tick(): void {
    if (this.#isClosed) return;
    const now = this.host.now();
    const { headersTimeoutMs, stallTimeoutMs, idleTimeoutMs } = this.options;
    if (headersTimeoutMs > 0) {
      const late = this.#lateGreeting(now, headersTimeoutMs);
      if (late !== undefined) return this.#fail(late);
    }
    if (this.#draining.isNoticeOver(now)) this.#refuseNew();
    if (this.#keepAlive(now)) return;
    this.#credit.endCrowd(now);
    if (this.#isStuck(now)) return;
    if (this.#isAged(now)) return;
    if (this.open.size > 0 || this.#hadStream) {
      this.#hadStream = false;
      this.#idleSince = now;
      if (stallTimeoutMs > 0) this.#endStalled(now, stallTimeoutMs);
    } else {
      this.rest();
      if (idleTimeoutMs > 0 && now - this.#idleSince >= idleTimeoutMs) this.drain();
    }
  }

  /** No stream has been open for a while: what only saves time for the next ones is let go of. */
  protected rest(): void {
    this.sender.rest();
  }

  #lateGreeting(now: number, timeoutMs: number): ConnectionError | undefined {
    const { enhanceYourCalm, settingsTimeout } = ErrorCode;
    if (this.#block !== undefined && now - this.#block.since >= timeoutMs) {
      return new ConnectionError(enhanceYourCalm, `a header block took ${timeoutMs} ms`);
    }
    if (this.#stall.isFrameLate(this.#reader.cutFrame, now, timeoutMs)) {
      return new ConnectionError(enhanceYourCalm, `a frame took ${timeoutMs} ms`);
    }
    if (now - this.#openedAt < timeoutMs) return undefined;
    if (!this.#isGreeted) return new ConnectionError(settingsTimeout, "no SETTINGS came");
    if (this.#isAcknowledged) return undefined;
    return new ConnectionError(settingsTimeout, "SETTINGS were not acknowledged");
  }

  /**
   * Milliseconds until the peer is to be asked for a sign of life, or given up: then `tick` should be called, if a call is
   * open or `keepaliveWhenIdle`. Less than 0 where it should have been.
   */
  get keepaliveDueMs(): number {
    return this.#isClosed ? Infinity : this.#keepalive.dueMs(this.host.now());
  }

  /** Whether the peer gave no sign of life, and the connection was ended. */
  #keepAlive(now: number): boolean {
    const due = this.#keepalive.look(now, this.open.size > 0);
    if (due === "ask") this.ping();
    if (due !== "give up") return false;
    this.#fail(new ConnectionError(ErrorCode.noError, "the peer does not answer pings"));
    return true;
  }

  /** Ends a connection of which the peer takes nothing at all; whether it did that. */
  #isStuck(now: number): boolean {
    const { stallTimeoutMs } = this.options;
    const taken = this.sender.isCongested ? this.host.bytesTaken() : undefined;
    if (!this.#stall.isStuck(taken, now, stallTimeoutMs)) return false;
    this.#giveUp(`nothing could be sent to the peer for ${stallTimeoutMs} ms`);
    return true;
  }

  /** Ends a connection whose peer does not take what it asked for. */
  #giveUp(message: string): void {
    for (const stream of this.open.all()) {
      if (!stream.isClosed)
        this.#endLate(stream, { cause: "stalled", code: ErrorCode.cancel, message });
    }
    this.#fail(new ConnectionError(ErrorCode.enhanceYourCalm, message));
  }

  /**
   * Ends replies that wait, for want of memory: the largest, or with a peer that takes nothing all of them, and if it takes
   * nothing off the wire the connection, which holds more.
   */
  protected endReplies(isAtRest: boolean, message: string): void {
    const waiting = this.open.all().filter(({ queuedBytes }) => queuedBytes > 0);
    if (waiting.length === 0 || (isAtRest && this.sender.isCongested)) return this.#giveUp(message);
    waiting.sort((one, other) => other.queuedBytes - one.queuedBytes);
    const end: StreamEnd = { cause: "stalled", code: ErrorCode.enhanceYourCalm, message };
    for (const stream of isAtRest ? waiting : waiting.slice(0, 1)) this.#endLate(stream, end);
  }

  /** Drains a connection that is old, and ends one that takes too long to drain; whether it did that. */
  #isAged(now: number): boolean {
    const { ageMs } = this.options;
    if (ageMs > 0 && now - this.#openedAt >= ageMs) this.drain();
    if (!this.#draining.isOver(now)) return false;
    this.interruptAll("the connection is over its age, and the time to finish is over");
    this.#fail(new ConnectionError(ErrorCode.noError, "the time to finish is over"));
    return true;
  }

  #endStalled(now: number, timeoutMs: number): void {
    for (const stream of this.open.all()) {
      const owes = !stream.isReceived && !stream.isPaused && this.owesContent(stream);
      if (!this.#stall.hasStalled(stream, owes, now, timeoutMs)) continue;
      const message = `the peer sent, or took, nothing for ${timeoutMs} ms`;
      this.#endLate(stream, { cause: "stalled", code: ErrorCode.cancel, message });
    }
  }

  /** Tells a stream's receiver of its end; what it still answers is sent, unless answers are what the peer does not take. */
  #endLate(stream: Stream, end: StreamEnd): void {
    const isStuck = stream.queuedBytes > 0;
    const { receiver } = stream;
    stream.receiver = undefined;
    receiver?.interrupted(end);
    if (stream.isClosed || (stream.isEnding && !isStuck)) return;
    this.sendReset(stream, end.code);
    this.close(stream);
  }

  // What the two roles do differently.

  /** Takes a preface, where there is one; returns where frames begin. */
  protected abstract readPreface(bytes: Uint8Array): number;
  /** A header block is complete. */
  protected abstract headerBlock(
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endsStream: boolean,
    dependsOnItself: boolean,
  ): void;
  /** Whether a stream was begun, by whoever begins streams of its kind. */
  protected abstract isIdle(streamId: number): boolean;
  /**
   * Content on a stream that ended in order ends a client's connection, as the RFC wants it; servers, whose answers may
   * overtake content, leave it at the stream.
   */
  protected abstract readonly isServer: boolean;
  /** Gives a stream its identifier, where this side begins it. */
  protected abstract admit(stream: Stream): void;
  /** This side has sent all that it will on a stream whose other direction is not done with. */
  protected abstract finished(stream: Stream): void;
  /** The peer resets a stream that is open, or sends what makes this side do so. */
  protected peerReset(_: Stream): void {}
  /** The peer ended a stream that was over for us already. */
  protected strayEnd(_streamId: number): void {}
  /** The peer has sent all that it will on a stream on which this side has not. */
  protected abstract completed(stream: Stream): void;
  /** Whether the peer should be sending content, so that silence is a stall. */
  protected abstract owesContent(stream: Stream): boolean;
  /** The peer ends the connection. */
  protected abstract peerLeaves(goaway: Goaway): void;
  /** The connection is over, and so are its streams. */
  protected closed(): void {}
  /** More content waits for the peer, or less; `isTaken`: because the peer has taken it. */
  protected contentWaits(_bytes: number, _isTaken: boolean): void {}

  // Frames.

  frame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    if (!this.#isGreeted) this.#greet(type, flags);
    if (this.#block !== undefined) this.#block.expect(type, streamId);
    if (lentContent.stream !== undefined && !this.#isJoined(type, streamId)) return false;
    switch (type) {
      case FrameType.data:
        this.#dataFrame(flags, streamId, bytes, start, end);
        break;
      case FrameType.headers:
        this.#headersFrame(flags, streamId, bytes, start, end);
        break;
      case FrameType.windowUpdate:
        this.#windowUpdateFrame(streamId, bytes, start, end);
        break;
      default:
        this.#controlFrame(type, flags, streamId, bytes, start, end);
    }
    return !this.#isClosed;
  }

  /** The first frame of each side is SETTINGS (RFC 9113, section 3.4). */
  #greet(type: number, flags: number): void {
    if (type !== FrameType.settings || (flags & Flag.ack) !== 0) {
      throw protocolError(`${frameName(type)} before SETTINGS`);
    }
    this.#isGreeted = true;
  }

  #controlFrame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    switch (type) {
      case FrameType.priority:
        return this.#priorityFrame(streamId, bytes, start, end);
      case FrameType.rstStream:
        return this.#rstStreamFrame(streamId, bytes, start, end);
      case FrameType.settings:
        return this.#settingsFrame(flags, streamId, bytes, start, end);
      case FrameType.pushPromise:
        throw protocolError("PUSH_PROMISE, which is not enabled");
      case FrameType.ping:
        return this.#pingFrame(flags, streamId, bytes, start, end);
      case FrameType.goaway:
        return this.#goawayFrame(streamId, bytes, start, end);
      case FrameType.continuation:
        return this.#continuationFrame(flags, bytes, start, end);
      case FrameType.priorityUpdate:
        return this.spend("priorities", "PRIORITY_UPDATE frames");
      default:
        return this.spend("strays", "frames of unknown types");
    }
  }

  /** @throws ConnectionError ENHANCE_YOUR_CALM when a peer has done too much of something. */
  protected spend(name: keyof AttackBudgets, what: string, units?: number): void {
    if (!this.#budgets.spend(name, units)) {
      throw new ConnectionError(ErrorCode.enhanceYourCalm, `too many ${what}`);
    }
  }

  protected grant(name: EarnedBudget, units?: number): void {
    this.#budgets.grant(name, units);
  }

  // DATA.

  #dataFrame(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    const stream = this.#acceptData(flags, streamId, end - start);
    let from = start;
    let to = end;
    if ((flags & Flag.padded) !== 0) {
      if (from >= to || (bytes[from] as number) >= to - from) throw protocolError("wrong padding");
      to -= bytes[from++] as number;
    }
    const endsStream = (flags & Flag.endStream) !== 0;
    if (!endsStream) this.#countData(to - from);
    if (stream === undefined) return;
    const padding = from - start + end - to;
    if (padding > 0 && !endsStream) this.#credit.giveOn(stream, padding);
    this.#takeContent(stream, bytes, from, to, endsStream);
  }

  beginData(flags: number, streamId: number, length: number): boolean {
    if (!this.#isGreeted) this.#greet(FrameType.data, flags);
    if (this.#block !== undefined) this.#block.expect(FrameType.data, streamId);
    if (lentContent.stream !== undefined && !this.#isJoined(FrameType.data, streamId)) return false;
    this.#data.stream = this.#acceptData(flags, streamId, length);
    this.#data.endsStream = (flags & Flag.endStream) !== 0;
    if (!this.#data.endsStream) this.#countData(length);
    return !this.#isClosed;
  }

  continueData(bytes: Uint8Array, start: number, end: number, isLast: boolean): boolean {
    const { stream, endsStream } = this.#data;
    if (isLast) this.#data.stream = undefined;
    if (stream !== undefined && !stream.isClosed) {
      this.#takeContent(stream, bytes, start, end, endsStream && isLast);
    }
    return !this.#isClosed;
  }

  /** Counts DATA that goes on by its content: there are clients that send the five octets before a message by themselves. */
  #countData(length: number): void {
    if (length >= 5) this.grant("tinyData");
    else if (length === 0) this.spend("emptyData", "empty DATA frames");
    else this.spend("tinyData", "tiny DATA frames");
  }

  /** Takes the length of a DATA frame into account. Returns the stream that wants the content, if there is one. */
  #acceptData(flags: number, streamId: number, length: number): Stream | undefined {
    if (streamId === 0) throw protocolError("DATA on stream 0");
    if (!this.#credit.receive(length)) {
      throw new ConnectionError(ErrorCode.flowControlError, "DATA beyond the connection's window");
    }
    const stream = this.open.get(streamId);
    if (stream === undefined) {
      this.#credit.give(length);
      this.#strayData(streamId);
      if ((flags & Flag.endStream) !== 0) this.strayEnd(streamId);
      return undefined;
    }
    this.#credit.give(length, stream.isPaused ? length : 0);
    if (stream.isReceived) {
      this.streamError(stream, ErrorCode.streamClosed, "DATA behind END_STREAM");
      return undefined;
    }
    stream.hasMoved = true;
    if (this.#credit.receiveOn(stream, flags, length, this.#isAcknowledged)) return stream;
    this.streamError(stream, ErrorCode.flowControlError, "DATA beyond the stream's window");
    return undefined;
  }

  #strayData(streamId: number): void {
    if (this.isIdle(streamId)) throw protocolError("DATA on an idle stream");
    if (this.resetByUs.has(streamId)) return;
    if (!this.isServer && !this.resetByPeer.has(streamId)) {
      throw new ConnectionError(ErrorCode.streamClosed, "DATA on a stream that is over");
    }
    this.spend("strays", strayFrames);
    this.sender.rstStream(streamId, ErrorCode.streamClosed);
  }

  /** The process holds as much for paused streams as it may. */
  #tooMuchHeld(stream: Stream): void {
    const message = "too much content waits to be read";
    this.peerReset(stream);
    this.sender.rstStream(stream.id, ErrorCode.enhanceYourCalm);
    this.interrupt(stream, { cause: "limit", code: ErrorCode.enhanceYourCalm, message });
  }

  /** Whether what this connection holds leaves memory for another stream. */
  protected get hasRoom(): boolean {
    return this.#credit.hasRoom;
  }

  /** Whether there is no memory for another stream. */
  protected get isCrowded(): boolean {
    return !this.hasRoom || this.options.pool.isFull;
  }

  /** What a stream's receiver has kept of a message is of no use any more, or is whole. */
  protected forgetPartial(stream: Stream): void {
    if (stream.partialBytes > 0) this.#credit.countPartial(stream, 0);
  }

  #takeContent(
    stream: Stream,
    bytes: Uint8Array,
    start: number,
    end: number,
    endsStream: boolean,
  ): void {
    const length = end - start;
    stream.contentBytes += length;
    const { announced } = stream;
    if (announced >= 0 && (endsStream || stream.contentBytes > announced)) {
      if (stream.contentBytes !== announced) {
        const message = `${stream.contentBytes} bytes where content-length says ${announced}`;
        return this.streamError(stream, ErrorCode.protocolError, message);
      }
    }
    if (length > 0 && !this.acceptsContent(stream)) return;
    if (!this.#content.take(stream, bytes, start, end, endsStream)) {
      return this.#tooMuchHeld(stream);
    }
    if (!endsStream) return;
    if (lentContent.stream !== undefined) this.#content.join();
    this.received(stream, noFields);
  }

  /** Whether a frame may go on with the content that waits; if not, that is delivered. `false`: it led to the end. */
  #isJoined(type: number, streamId: number): boolean {
    if (type !== FrameType.data || lentContent.stream?.id !== streamId) this.#content.join();
    return !this.#isClosed;
  }

  /** Whether content may come on a stream now; if not, the stream was ended. */
  protected acceptsContent(_: Stream): boolean {
    return true;
  }

  /** END_STREAM came. */
  protected received(stream: Stream, trailers: FieldList): void {
    if (stream.isClosed) return;
    stream.isReceived = true;
    if (stream.isPaused || stream.held !== undefined) {
      stream.heldEnd = trailers;
      return;
    }
    this.#complete(stream, trailers);
  }

  #complete(stream: Stream, trailers: FieldList): void {
    const { receiver } = stream;
    this.forgetPartial(stream);
    if (stream.hasEnded) this.close(stream);
    else this.completed(stream);
    receiver?.end(trailers);
  }

  resumeStream(stream: Stream): void {
    if (stream.isClosed || stream.isDelivering) return;
    if (stream.partialBytes > 0) this.#content.recount(stream);
    if (stream.held === undefined && stream.heldEnd === undefined) return;
    stream.isDelivering = true;
    stream.hasMoved = true;
    queueMicrotask(() => this.#deliver(stream));
  }

  /** Delivers what came while a stream was paused. */
  #deliver(stream: Stream): void {
    stream.isDelivering = false;
    const trailers = this.#content.resume(stream);
    if (trailers !== undefined) this.#complete(stream, trailers);
  }

  /** Nobody wants what was held, nor what still comes. */
  protected discardHeld(stream: Stream): void {
    this.#content.discard(stream);
  }

  // HEADERS and CONTINUATION.

  #headersFrame(
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (streamId === 0) throw protocolError("HEADERS on stream 0");
    let from = start;
    let to = end;
    if ((flags & Flag.padded) !== 0) {
      if (from >= to || (bytes[from] as number) >= to - from) throw protocolError("wrong padding");
      to -= bytes[from++] as number;
    }
    let dependsOnItself = false;
    if ((flags & Flag.priority) !== 0) {
      if (to - from < 5) throw frameSizeError("HEADERS without room for its priority");
      dependsOnItself = readUint31(bytes, from) === streamId;
      from += 5;
    }
    const endsStream = (flags & Flag.endStream) !== 0;
    if ((flags & Flag.endHeaders) !== 0) {
      this.headerBlock(streamId, bytes, from, to, endsStream, dependsOnItself);
      return;
    }
    const piece = bytes.slice(from, to);
    const now = this.host.now();
    this.#block = new HeaderBlock(this.options, streamId, endsStream, dependsOnItself, now, piece);
  }

  #continuationFrame(flags: number, bytes: Uint8Array, start: number, end: number): void {
    const block = this.#block;
    if (block === undefined) throw protocolError("CONTINUATION without HEADERS");
    block.add(bytes.slice(start, end));
    if ((flags & Flag.endHeaders) === 0) return;
    this.#dropBlock();
    const whole = block.join();
    const { streamId, isLast, dependsOnItself } = block;
    this.headerBlock(streamId, whole, 0, whole.length, isLast, dependsOnItself);
  }

  #dropBlock(): void {
    this.#block?.release();
    this.#block = undefined;
  }

  // Everything else.

  #priorityFrame(streamId: number, bytes: Uint8Array, start: number, end: number): void {
    if (streamId === 0) throw protocolError("PRIORITY on stream 0");
    this.spend("priorities", "PRIORITY frames");
    const stream = this.open.get(streamId);
    if (end - start !== 5) {
      return this.streamFault(
        streamId,
        stream,
        ErrorCode.frameSizeError,
        "PRIORITY of a wrong size",
      );
    }
    if (readUint31(bytes, start) !== streamId) return;
    this.streamFault(streamId, stream, ErrorCode.protocolError, "a stream depends on itself");
  }

  #rstStreamFrame(streamId: number, bytes: Uint8Array, start: number, end: number): void {
    if (end - start !== 4) throw frameSizeError("RST_STREAM of a wrong size");
    if (streamId === 0 || this.isIdle(streamId))
      throw protocolError("RST_STREAM on an idle stream");
    const stream = this.open.get(streamId);
    if (stream === undefined) return this.#strayReset(streamId);
    this.#peerResets++;
    this.peerReset(stream);
    if (!this.isServer) this.resetByPeer.add(streamId);
    const code = readUint32(bytes, start);
    const cause = code === ErrorCode.refusedStream ? "refused" : "reset";
    const message = `the peer reset the stream: ${errorName(code)}`;
    this.interrupt(stream, { cause, code, message });
  }

  /**
   * RST_STREAM on a stream that is over. That it crossed what ended the stream is no fault (RFC 9113, section 5.1): the
   * deadline of a call, say, ends it on both sides. There is one for each stream.
   */
  #strayReset(streamId: number): void {
    if (this.resetByUs.delete(streamId)) this.strayEnd(streamId);
    else if (++this.#peerResets > this.begunStreams - this.open.size) {
      this.spend("strays", strayFrames);
    }
  }

  #settingsFrame(
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (streamId !== 0) throw protocolError("SETTINGS on a stream");
    if ((flags & Flag.ack) !== 0) {
      if (end > start) throw frameSizeError("SETTINGS with ACK and a payload");
      this.#isAcknowledged = true;
      return;
    }
    this.spend("settings", "SETTINGS frames");
    const before = this.sender.settings;
    const settings = decodeSettings(before, bytes, start, end, !this.isServer);
    this.sender.apply(settings);
    this.#moveWindows(settings.initialWindowBytes - before.initialWindowBytes);
    this.sender.acknowledgeSettings();
    this.listener.settings?.(settings);
    this.sender.pump();
  }

  /** The initial window has changed: so have the windows of all streams (RFC 9113, section 6.9.2). */
  #moveWindows(by: number): void {
    if (by === 0) return;
    for (const stream of this.open.all()) {
      stream.sendWindow += by;
      if (stream.sendWindow > maxWindowBytes) {
        throw new ConnectionError(ErrorCode.flowControlError, "SETTINGS make a window too large");
      }
    }
  }

  #pingFrame(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    if (streamId !== 0) throw protocolError("PING on a stream");
    if (end - start !== 8) throw frameSizeError("PING of a wrong size");
    if ((flags & Flag.ack) !== 0) return this.#pings.answer(bytes, start, this.host.now());
    if (this.sender.hasSent) {
      this.sender.hasSent = false;
      this.#pingGuard.forgive();
    } else {
      this.spend("pings", "PING frames");
      if (!this.#pingGuard.allows(this.host.now(), this.open.size > 0)) {
        throw new ConnectionError(ErrorCode.enhanceYourCalm, tooManyPings);
      }
    }
    this.sender.ping(true, bytes.subarray(start, end));
  }

  #goawayFrame(streamId: number, bytes: Uint8Array, start: number, end: number): void {
    if (streamId !== 0) throw protocolError("GOAWAY on a stream");
    if (end - start < 8) throw frameSizeError("GOAWAY of a wrong size");
    this.spend("settings", "GOAWAY frames");
    const goaway = decodeGoaway(bytes, start, end);
    this.listener.goaway?.(goaway);
    this.peerLeaves(goaway);
  }

  #windowUpdateFrame(streamId: number, bytes: Uint8Array, start: number, end: number): void {
    if (end - start !== 4) throw frameSizeError("WINDOW_UPDATE of a wrong size");
    const { earnedUpdates } = this.sender;
    if (earnedUpdates > 0) this.sender.earnedUpdates = Math.min(earnedUpdates, mostUpdates) - 1;
    else this.spend("windowUpdates", "WINDOW_UPDATE frames");
    const increment = readUint31(bytes, start);
    if (streamId === 0) {
      if (increment === 0) throw protocolError("WINDOW_UPDATE of 0");
      return this.sender.widen(increment);
    }
    const stream = this.open.get(streamId);
    if (stream === undefined) {
      if (this.isIdle(streamId)) throw protocolError("WINDOW_UPDATE on an idle stream");
      return;
    }
    if (increment === 0) {
      return this.streamError(stream, ErrorCode.protocolError, "WINDOW_UPDATE of 0");
    }
    stream.sendWindow += increment;
    if (stream.sendWindow > maxWindowBytes) {
      return this.streamError(stream, ErrorCode.flowControlError, "a window that is too large");
    }
    if (stream.queuedBytes > 0) this.sender.pump();
  }

  // What streams ask for.

  begin(stream: Stream, status: number, fields: FieldList, prefix?: FieldPrefix): void {
    if (stream.isClosed || stream.hasBegun || this.#isClosed) return;
    this.admit(stream);
    this.sender.head(stream.id, status, fields, false, prefix);
    stream.hasBegun = true;
    stream.body.gather();
  }

  respond(
    stream: Stream,
    status: number,
    fields: FieldList,
    trailers: FieldList | undefined,
    prefix?: FieldPrefix,
  ): void {
    if (stream.isClosed || stream.hasBegun || this.#isClosed) return stream.body.clear();
    this.admit(stream);
    const isWhole = stream.body.length === 0 && (trailers === undefined || trailers.length === 0);
    this.sender.head(stream.id, status, fields, isWhole, prefix);
    stream.hasBegun = true;
    if (isWhole) this.ended(stream);
    else this.endStream(stream, trailers);
  }

  inform(stream: Stream, status: number): void {
    if (stream.isClosed || stream.hasBegun || this.#isClosed) return;
    this.sender.head(stream.id, status, noFields, false);
  }

  flushStream(stream: Stream): boolean {
    if (stream.isClosed || stream.isEnding || !stream.hasBegun) {
      if (stream.isClosed || stream.isEnding) stream.body.clear();
      return true;
    }
    if (stream.body.length > 0) this.sender.gather(stream);
    return !this.sender.isFull(stream);
  }

  endStream(stream: Stream, trailers: FieldList | undefined): void {
    if (stream.isClosed || stream.isEnding || !stream.hasBegun) return stream.body.clear();
    stream.isEnding = true;
    if (trailers !== undefined && trailers.length > 0) stream.trailers = trailers;
    this.sender.content(stream);
  }

  resetStream(stream: Stream, code: number): void {
    if (stream.isClosed) return;
    stream.receiver = undefined;
    if (stream.id > 0) this.sendReset(stream, code);
    this.close(stream);
  }

  protected sendReset(stream: Stream, code: number): void {
    if (stream.isGone) return;
    this.sender.rstStream(stream.id, code);
    this.resetByUs.add(stream.id);
  }

  waits(bytes: number, isTaken: boolean): void {
    this.contentWaits(bytes, isTaken);
  }

  /** END_STREAM was written. */
  ended(stream: Stream): void {
    stream.isEnding = true;
    stream.hasEnded = true;
    if (stream.isReceived && stream.heldEnd === undefined) this.close(stream);
    else this.finished(stream);
  }

  // Ends.

  /** The peer broke the rules of one stream, by a frame that names it. */
  protected streamFault(
    streamId: number,
    stream: Stream | undefined,
    code: number,
    message: string,
  ): void {
    if (stream !== undefined) return this.streamError(stream, code, message);
    this.spend("resets", "faulty streams");
    this.sender.rstStream(streamId, code);
    this.resetByUs.add(streamId);
  }

  /** The peer broke the rules on a stream: the stream ends, the connection does not. */
  protected streamError(stream: Stream, code: number, message: string): void {
    // What came before may have been answered: that goes first.
    if (lentContent.stream !== undefined) this.#content.join();
    if (stream.isClosed) return;
    this.spend("resets", "faulty streams");
    this.sendReset(stream, code);
    this.interrupt(stream, { cause: "malformed", code, message });
  }

  /** Ends a stream, and tells its receiver. */
  protected interrupt(stream: Stream, end: StreamEnd): void {
    if (lentContent.stream !== undefined) this.#content.join();
    const { cause } = end;
    if ((cause === "lost" || cause === "reset") && this.outlives(stream))
      return this.#leave(stream);
    const { receiver } = stream;
    stream.receiver = undefined;
    if (end.cause === "limit") this.resetByUs.add(stream.id);
    this.close(stream);
    receiver?.interrupted(end);
  }

  /** Whether all of a message has come and waits for its receiver, who is given it whatever becomes of its stream. */
  protected outlives(_: Stream): boolean {
    return false;
  }

  /** Lets go of a stream of which all that came is still to be delivered. */
  #leave(stream: Stream): void {
    stream.isGone = true;
    stream.isEnding = true;
    stream.hasEnded = true;
    this.sender.drop(stream);
    this.#remove(stream);
  }

  /** A stream is not the connection's any more. */
  #remove(stream: Stream): void {
    if (stream.id > 0) this.open.delete(stream);
    this.streamClosed(stream);
    if (this.refusesNew && this.open.size === 0) this.#finishDraining();
  }

  /** Nothing more is sent or delivered on a stream. */
  protected close(stream: Stream): void {
    if (stream.isClosed) return;
    stream.isClosed = true;
    this.#hadStream = true;
    this.sender.drop(stream);
    stream.receiveWindow?.close();
    this.#content.close(stream);
    this.forgetPartial(stream);
    if (!stream.isGone) this.#remove(stream);
  }

  /** A stream is over. */
  protected streamClosed(_: Stream): void {}

  #refuseNew(): void {
    if (this.#isClosed || this.refusesNew) return;
    this.#draining.isFinal = true;
    this.sender.goaway(this.lastPeerStreamId, ErrorCode.noError, noDebug);
    if (this.open.size === 0) this.#finishDraining();
  }

  /** Whether streams that the peer opens now are too late. */
  protected get refusesNew(): boolean {
    return this.#draining.isFinal;
  }

  #finishDraining(): void {
    queueMicrotask(() => this.finish());
  }

  /** Closes the connection: nothing is under way on it, and nothing will be. */
  protected finish(code: number = ErrorCode.noError, message = "the connection was drained"): void {
    this.#finish(undefined, message, code);
  }

  #fail(error: unknown): void {
    const fault =
      error instanceof ConnectionError
        ? error
        : new ConnectionError(ErrorCode.internalError, "this side failed");
    if (fault !== error) fault.cause = error;
    this.sender.goaway(this.lastPeerStreamId, fault.code, encodeDebug(fault.message));
    this.#finish(fault, fault.message, fault.code);
  }

  #finish(error: ConnectionError | undefined, message: string, code: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#credit.close();
    this.sender.flush();
    const end: StreamEnd = { cause: "lost", code, message, ...(error && { fault: error }) };
    for (const stream of this.open.all()) this.interrupt(stream, end);
    this.#dropBlock();
    this.closed();
    // Answers may still be on their way to a slow peer; of a connection that failed nothing is owed.
    if (error !== undefined || code !== ErrorCode.noError) this.host.close(0, 0);
    else {
      const { stallTimeoutMs } = this.options;
      this.host.close(stallTimeoutMs || Infinity, this.#draining.leftMs(this.host.now()));
    }
    this.listener.closed(error);
  }

  /** Says what this side asks for. */
  protected greet(settings: Settings): void {
    this.sender.sendSettings(encodeSettings(settings));
  }
}

/** So many WINDOW_UPDATEs may come late: two for each of 16,384 DATA frames. */
const mostUpdates = 32_768;
export const strayFrames = "frames on streams that are over";
/** What gRPC clients look for in the debug data of GOAWAY. */
const tooManyPings = "too_many_pings";
const noFields: FieldList = [];
/** Reads up to this size that were lent are copied as a whole. */
const smallReadBytes = 16_384;

const noDebug: Uint8Array = new Uint8Array(0);

function protocolError(message: string): ConnectionError {
  return new ConnectionError(ErrorCode.protocolError, message);
}

function frameSizeError(message: string): ConnectionError {
  return new ConnectionError(ErrorCode.frameSizeError, message);
}
