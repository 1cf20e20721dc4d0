import type { Code } from "../code.js";
import type { Codec } from "../codec.js";
import { compressMessage } from "../compression/compress-message.js";
import type { Compression } from "../compression/compression.js";
import { decompressMessage } from "../compression/decompress-message.js";
import { EnvelopeReader } from "../envelope/envelope-reader.js";
import { EnvelopeFlag } from "../envelope/flags.js";
import type { HeaderFields, Metadata, ReadonlyMetadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import { InOrder } from "../stream/in-order.js";
import { MessageQueue } from "../stream/message-queue.js";
import { decompressedBytesBetweenTurns, nextTurn } from "../stream/turn.js";
import { ChunkSink } from "../transport/byte-sink.js";
import type { ServerStream } from "../transport/server-stream.js";
import { Exchange } from "./exchange.js";
import type { Protocol } from "./handler-call.js";
import { type HandlerOutcome, invoke, isThenable } from "./invoke.js";
import type { HandlerSettings } from "./options.js";
import { QuietTimer } from "./quiet-timer.js";
import { decodeRequest, unreadable } from "./request.js";
import { encodeResponse } from "./response.js";
import { sentWith } from "./response-metadata.js";
import type { Route } from "./router.js";

/** After so many responses the event loop gets a turn: a generator that never waits must not keep others from running. */
const messagesBetweenTurns = 256;

/** What a protocol with messages in envelopes says of one call. */
export interface EnvelopeWire {
  readonly protocol: Protocol;
  readonly codec: Codec;
  /** What requests are compressed with, by their headers. */
  readonly requestCompression: Compression | undefined;
  /** What answers may be compressed with: the caller asked for it. */
  readonly responseCompression: Compression | undefined;
  /** The caller's timeout in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** The code for requests that do not decode or decompress. */
  readonly decodeCode: Code;
  /** The protocol's own headers of an answer. */
  head(compression: Compression | undefined): string[];
  /**
   * Ends the answer behind what is in the stream's body.
   * @param head the headers, if they have not been sent yet.
   * @returns whether all of the error could be said.
   */
  finish(
    stream: ServerStream,
    head: HeaderFields | undefined,
    error: RpcError | undefined,
    trailers: ReadonlyMetadata | undefined,
  ): boolean;
}

/** One call whose messages come in envelopes: gRPC, gRPC-Web and Connect's streams, of every kind of method. */
export class StreamExchange extends Exchange implements HandlerOutcome {
  readonly #wire: EnvelopeWire;
  readonly #streamsRequests: boolean;
  readonly #streamsResponses: boolean;
  #reader: EnvelopeReader | undefined;
  /** The requests of a stream, on their way to the handler. */
  #requests: MessageQueue<unknown> | undefined;
  readonly #incoming: InOrder = new InOrder((error) => this.#incomingFailed(error));
  /** The one request of a method that takes one. */
  #flags = -1;
  #bytes: Uint8Array | undefined;
  #start = 0;
  #end = 0;
  #started = false;
  #responses: AsyncIterator<unknown> | Iterator<unknown> | undefined;
  #onDrained: (() => void) | undefined;
  /** Goes on with requests that wait, compressed, for the handler to take those before them. */
  #onHungry: (() => void) | undefined;
  /** Bytes that were decompressed without a turn of the event loop in between. */
  #decompressed = 0;
  #quiet: QuietTimer | undefined;

  constructor(stream: ServerStream, route: Route, settings: HandlerSettings, wire: EnvelopeWire) {
    super(stream, route, settings, wire.protocol, wire.timeoutMs);
    this.#wire = wire;
    const { kind } = route.method;
    this.#streamsRequests = kind === "client_streaming" || kind === "bidi";
    this.#streamsResponses = kind === "server_streaming" || kind === "bidi";
  }

  protected opened(): void {
    this.#reader = new EnvelopeReader(this.messageBytes, (flags, bytes, start, end) =>
      this.#message(flags, bytes, start, end),
    );
    this.#watchQuiet();
    if (!this.#streamsRequests) return;
    this.#requests = new MessageQueue<unknown>({
      full: () => this.hold(),
      hungry: () => this.#hungry(),
      left: () => this.#reader?.stop(),
    });
    invoke(this.route, this.call, this);
  }

  protected received(bytes: Uint8Array, start: number, end: number): void {
    this.#reader?.push(bytes, start, end);
  }

  protected complete(): void {
    this.#reader?.finish();
    if (this.#streamsRequests) {
      this.#incoming.run(() => this.#requests?.end());
      return;
    }
    if (this.#bytes === undefined) throw wrongCount(this.route, "none came");
    if ((this.#flags & EnvelopeFlag.compressed) === 0) invoke(this.route, this.call, this);
    else this.#incoming.run(() => this.#decompressOne());
  }

  read(): unknown {
    if (this.#streamsRequests) return this.#requests;
    return this.#decode(this.#bytes as Uint8Array, this.#start, this.#end);
  }

  drained(): void {
    const resume = this.#onDrained;
    this.#onDrained = undefined;
    resume?.();
  }

  /** Streams may pause between messages; how long is for the deadline policy to say. */
  isResting(): boolean {
    return this.#streamsRequests && (this.#reader?.atBoundary ?? false);
  }

  succeeded(result: unknown): void {
    if (this.over) return;
    if (this.#streamsResponses) this.#pump(result);
    else this.#answer(result);
  }

  protected brokenOff(error: RpcError): void {
    this.#reader?.stop();
    this.#requests?.abort(error);
  }

  protected answerError(error: RpcError): void {
    if (!this.#started) this.stream.body.clear();
    const headers = sentWith(this.call.sentHeaders, error, "headers");
    const trailers = sentWith(this.call.sentTrailers, error, "trailers");
    const head = this.#started ? undefined : this.#head(undefined, headers);
    const told = unreadable(error, this.#wire.decodeCode);
    const isWhole = this.#wire.finish(this.stream, head, told, trailers);
    if (!isWhole) this.report(detailsDropped(error, this.settings.headerFieldBytes));
  }

  protected override finish(): void {
    super.finish();
    this.#quiet?.stop();
    this.#leave();
    this.drained();
    this.#onHungry?.();
  }

  /** A request message, as it came. */
  #message(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if ((flags & ~EnvelopeFlag.compressed) !== 0) throw unknownFlags(flags);
    if (flags !== 0 && this.#wire.requestCompression === undefined) throw undeclared();
    this.#quiet?.touch();
    if (this.#streamsRequests) {
      this.#incoming.run(() => this.#enqueue(flags, bytes, start, end));
      // What is being decompressed is not in the queue yet: let no more come meanwhile.
      if (this.#incoming.busy) this.#holdUntilDone();
      return;
    }
    if (this.#bytes !== undefined) throw wrongCount(this.route, "more than one came");
    this.#flags = flags;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  #enqueue(
    flags: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): undefined | Promise<void> {
    if (this.over) return undefined;
    if (flags === 0) {
      this.#requests?.push(this.#decode(bytes, start, end), end - start);
      return undefined;
    }
    // A thousand small ones that came in one piece would all be large at once.
    if (this.#requests?.isFull === true) {
      return new Promise<void>((go) => {
        this.#onHungry = go;
      }).then(() => this.#enqueue(flags, bytes, start, end));
    }
    if (this.#decompressed >= decompressedBytesBetweenTurns) {
      this.#decompressed = 0;
      return new Promise<void>(nextTurn).then(() => this.#enqueue(flags, bytes, start, end));
    }
    const plain = this.#decompress(bytes, start, end);
    if (isThenable(plain)) return plain.then((whole) => this.#push(whole));
    this.#decompressed += plain.length;
    this.#push(plain);
    return undefined;
  }

  /** The handler has taken most of what there was. */
  #hungry(): void {
    this.release();
    this.#onHungry?.();
    this.#onHungry = undefined;
  }

  #push(plain: Uint8Array): void {
    if (this.over) return;
    this.#requests?.push(this.#decode(plain, 0, plain.length), plain.length);
  }

  #decompressOne(): undefined | Promise<void> {
    const plain = this.#decompress(this.#bytes as Uint8Array, this.#start, this.#end);
    const go = (whole: Uint8Array) => {
      this.#bytes = whole;
      this.#start = 0;
      this.#end = whole.length;
      if (!this.over) invoke(this.route, this.call, this);
    };
    if (isThenable(plain)) return plain.then(go);
    go(plain);
    return undefined;
  }

  #decompress(bytes: Uint8Array, start: number, end: number): Uint8Array | Promise<Uint8Array> {
    const compression = this.#wire.requestCompression as Compression;
    return decompressMessage(compression, bytes, start, end, this.messageBytes);
  }

  #decode(bytes: Uint8Array, start: number, end: number): unknown {
    const { codec, decodeCode } = this.#wire;
    return decodeRequest(codec, this.route.form, decodeCode, bytes, start, end);
  }

  #holdUntilDone(): void {
    this.hold();
    this.#incoming.run(() => this.release());
  }

  #incomingFailed(error: unknown): void {
    this.abandon(RpcError.is(error) ? error : this.#internal(error));
  }

  #internal(error: unknown): RpcError {
    this.report(error);
    return new RpcError("internal", "internal error", { cause: error, reason: "BOWLINE_HANDLER" });
  }

  /** One response: head, message and end leave together. */
  #answer(response: unknown): void {
    const compression = this.#wire.responseCompression;
    try {
      const pending = this.#write(response, compression);
      if (pending === undefined) this.#complete(compression);
      else
        pending.then(
          () => this.#complete(compression),
          (error: unknown) => this.fail(error),
        );
    } catch (error) {
      this.fail(error);
    }
  }

  #complete(compression: Compression | undefined): void {
    if (this.over) return;
    this.finish();
    const head = this.#started ? undefined : this.#head(compression, this.call.sentHeaders);
    this.#wire.finish(this.stream, head, undefined, this.call.sentTrailers);
  }

  /** Sends what a handler yields, as fast as the peer takes it. */
  async #pump(responses: unknown): Promise<void> {
    const compression = this.#wire.responseCompression;
    try {
      const iterator = iteratorOf(this.route, responses);
      this.#responses = iterator;
      if (this.over) return this.#leave();
      let sent = 0;
      for (;;) {
        const step = iterator.next();
        const { done, value } = isThenable(step) ? await step : step;
        if (this.over) return;
        if (done === true) break;
        if (!this.#started) this.#begin(compression);
        const pending = this.#write(value, compression);
        if (pending !== undefined) await pending;
        if (++sent % messagesBetweenTurns === 0) await new Promise<void>(nextTurn);
        if (this.over) return;
        this.#quiet?.touch();
        if (!this.stream.flush()) await new Promise<void>((go) => this.#waitForRoom(go));
        if (this.over) return;
      }
      this.#responses = undefined;
      this.#complete(compression);
    } catch (error) {
      this.fail(error);
    }
  }

  #waitForRoom(go: () => void): void {
    if (this.over) go();
    else this.#onDrained = go;
  }

  #begin(compression: Compression | undefined): void {
    this.#started = true;
    this.stream.start(200, this.#head(compression, this.call.sentHeaders));
  }

  #head(compression: Compression | undefined, headers: Metadata | undefined): string[] {
    const head = this.#wire.head(compression);
    if (headers !== undefined) for (const [name, value] of headers) head.push(name, value);
    return head;
  }

  /** Puts a message into the stream's body; a promise if it is compressed elsewhere meanwhile. */
  #write(response: unknown, compression: Compression | undefined): undefined | Promise<void> {
    const { body } = this.stream;
    if (compression !== undefined) return this.#writeCompressed(response, compression);
    body.openEnvelope(0);
    try {
      encodeResponse(this.#wire.codec, this.route.method, response, body);
    } catch (error) {
      body.dropEnvelope();
      throw error;
    }
    body.closeEnvelope();
    return undefined;
  }

  #writeCompressed(response: unknown, compression: Compression): undefined | Promise<void> {
    const scratch = new ChunkSink();
    encodeResponse(this.#wire.codec, this.route.method, response, scratch);
    const plain = scratch.toBytes();
    if (plain.length < this.settings.compressMinBytes) {
      this.#envelope(0, plain);
      return undefined;
    }
    const compressed = compressMessage(compression, plain);
    if (isThenable(compressed)) {
      return compressed.then((bytes) => {
        if (!this.over) this.#envelope(EnvelopeFlag.compressed, bytes);
      });
    }
    this.#envelope(EnvelopeFlag.compressed, compressed);
    return undefined;
  }

  #envelope(flags: number, bytes: Uint8Array): void {
    const { body } = this.stream;
    body.openEnvelope(flags);
    body.append(bytes);
    body.closeEnvelope();
  }

  /** Tells the handler's iterator that nobody wants more. Its last steps are its own: nobody waits for them. */
  #leave(): void {
    const responses = this.#responses;
    this.#responses = undefined;
    if (responses === undefined) return;
    try {
      const left = responses.return?.();
      if (isThenable(left)) left.then(undefined, (error: unknown) => this.#lastWords(error));
    } catch (error) {
      this.#lastWords(error);
    }
  }

  /** What a handler throws when its call is over already; that the call was given up is no news. */
  #lastWords(error: unknown): void {
    if (!RpcError.is(error)) this.report(error);
  }

  #watchQuiet(): void {
    const { betweenMessagesMs } = this.route.deadline;
    if (betweenMessagesMs === undefined) return;
    if (!this.#streamsRequests && !this.#streamsResponses) return;
    this.#quiet = new QuietTimer(betweenMessagesMs, () =>
      this.abandon(tooQuiet(this.route, betweenMessagesMs)),
    );
  }
}

function iteratorOf(
  { method }: Route,
  responses: unknown,
): AsyncIterator<unknown> | Iterator<unknown> {
  const iterable = responses as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null;
  const asynchronous = iterable?.[Symbol.asyncIterator]?.();
  if (asynchronous !== undefined) return asynchronous;
  const synchronous = typeof iterable === "object" ? iterable?.[Symbol.iterator]?.() : undefined;
  if (synchronous !== undefined) return synchronous;
  throw new TypeError(
    `the handler of ${method.path} returned nothing that can be iterated; write it as async *${method.localName}(…) and yield ${method.output.typeName}s`,
  );
}

function wrongCount({ method }: Route, what: string): RpcError {
  return new RpcError(
    "unimplemented",
    `${method.path} takes exactly one request message; ${what}`,
    { reason: "BOWLINE_MESSAGE_COUNT" },
  );
}

function detailsDropped(error: RpcError, limit: number): Error {
  return new Error(
    `the details of an error do not fit a header field of ${limit} bytes; the caller was told code and message only`,
    { cause: error },
  );
}

function unknownFlags(flags: number): RpcError {
  return new RpcError(
    "internal",
    `a message has the flags ${flags}, which mean nothing in this protocol`,
    { reason: "BOWLINE_MALFORMED" },
  );
}

function undeclared(): RpcError {
  return new RpcError(
    "internal",
    "a message is marked as compressed, and the request's headers do not say with what",
    { reason: "BOWLINE_MALFORMED" },
  );
}

function tooQuiet({ method }: Route, betweenMessagesMs: number): RpcError {
  return new RpcError(
    "deadline_exceeded",
    `${method.path}: neither side sent a message for ${betweenMessagesMs} ms (betweenMessagesMs)`,
    { reason: "BOWLINE_DEADLINE_EXCEEDED" },
  );
}
