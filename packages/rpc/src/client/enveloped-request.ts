import type { Compression } from "../compression/compression.js";
import { decompressMessage } from "../compression/decompress-message.js";
import { acceptList, findCompression } from "../compression/negotiate.js";
import { EnvelopeReader } from "../envelope/envelope-reader.js";
import { type HeaderFields, Metadata, type ReadonlyMetadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import type { Method } from "../service-type.js";
import type {
  ClientStream,
  ClientTransport,
  ResponseReceiver,
} from "../transport/client-stream.js";
import type { StreamFailure } from "../transport/stream-failure.js";
import {
  brokenEnd,
  brokenStream,
  canceled,
  expired,
  type Place,
  undecodable,
  unencodable,
  unexpected,
} from "./call-failure.js";
import type { CallSettings } from "./call-settings.js";
import { refusedByBounds, watchBounds } from "./call-watch.js";
import type { EnvelopedProtocol } from "./enveloped-protocol.js";
import { writeMessage } from "./message-writer.js";
import type { Outcome, RunningRequest } from "./outcome.js";
import { withMetadata } from "./request-fields.js";
import { pumpRequests, type RequestStream } from "./request-pump.js";
import { RequestSender, type SenderTarget } from "./request-sender.js";

/** What a request of enveloped messages is made from. */
export interface EnvelopedRequestInit {
  readonly protocol: EnvelopedProtocol;
  /** The protocol's fields for the channel's codec, made once. */
  readonly fields: HeaderFields;
  readonly transport: ClientTransport;
  readonly method: Method;
  readonly settings: CallSettings;
  readonly outcome: Outcome;
}

/** Starts a call with one request message. It settles `outcome`, in this tick only where nothing can be sent. */
export function startEnveloped(init: EnvelopedRequestInit, message: unknown): void {
  new EnvelopedRequest(init).startSingle(message);
}

/**
 * Starts a call with a stream of request messages.
 * @param source what is sent; `undefined`: what the sender that is returned is given.
 * @param isManual whether the caller decides when the stream of requests ends.
 */
export function startEnvelopedStream(
  init: EnvelopedRequestInit,
  source: RequestStream<unknown> | undefined,
  isManual: boolean,
): RequestSender {
  return new EnvelopedRequest(init).startStream(source, isManual);
}

/**
 * One call over a protocol of enveloped messages, from the request to the end of the response. What is the protocol's own
 * is asked of an {@link EnvelopedProtocol}.
 */
class EnvelopedRequest implements ResponseReceiver, RunningRequest, SenderTarget {
  readonly #protocol: EnvelopedProtocol;
  readonly #init: EnvelopedRequestInit;
  readonly #settings: CallSettings;
  readonly #outcome: Outcome;
  readonly #reader: EnvelopeReader;
  /** One response message is expected, not a stream of them. */
  readonly #isSingle: boolean;
  #stream: ClientStream | undefined;
  #sender: RequestSender | undefined;
  /** The whole request has been handed over. */
  #isSent = false;
  #isManual = false;
  #isReading = false;
  #stopWatching: (() => void) | undefined;
  #startedAt = 0;
  #isOver = false;
  #headers: ReadonlyMetadata | undefined;
  /** The headers may be the whole response; the caller sees them once that is known. */
  #isHeld = false;
  #compression: Compression | undefined;
  #arrived = 0;
  #response: unknown;
  #endArrived = false;
  #end: Uint8Array | undefined;
  /** What waits behind a message that is being decompressed. */
  #queue: (() => void)[] | undefined;
  #isPaused = false;

  constructor(init: EnvelopedRequestInit) {
    this.#init = init;
    this.#protocol = init.protocol;
    this.#settings = init.settings;
    this.#outcome = init.outcome;
    this.#isSingle = init.method.kind === "unary" || init.method.kind === "client_streaming";
    this.#reader = new EnvelopeReader(
      init.settings.receivedMessageBytes,
      (flags, bytes, start, end) => this.#arrive(flags, bytes, start, end),
    );
  }

  startSingle(message: unknown): void {
    const stream = this.#open();
    if (stream === undefined) return;
    const { method } = this.#init;
    try {
      const pending = writeMessage(stream.body, method.input, message, this.#settings);
      if (pending === undefined) this.#sendWritten(stream);
      else pending.then(() => this.#sendWritten(stream)).catch((error) => this.failed(error));
    } catch (error) {
      this.failed(error);
      return;
    }
    this.#watch();
  }

  startStream(source: RequestStream<unknown> | undefined, isManual: boolean): RequestSender {
    const sender = new RequestSender(this);
    this.#sender = sender;
    this.#isManual = isManual;
    const stream = this.#open();
    if (stream === undefined) return sender;
    stream.start();
    this.#watch();
    if (source !== undefined) pumpRequests(source, sender, (error) => this.#sourceFailed(error));
    return sender;
  }

  // What the sender needs of the stream.

  write(message: unknown): Promise<void> | undefined {
    const { body } = this.#stream as ClientStream;
    return writeMessage(body, this.#init.method.input, message, this.#settings);
  }

  flush(): boolean {
    return (this.#stream as ClientStream).flush();
  }

  endRequests(): void {
    this.#isSent = true;
    (this.#stream as ClientStream).end();
  }

  failed(error: unknown): RpcError {
    const failure = unencodable(error, this.place());
    this.giveUp(failure);
    return failure;
  }

  // What the transport delivers.

  head(status: number, received: ReadonlyMetadata): void {
    this.#headers = received;
    const refusal = this.#protocol.refuse(status, received, this.#settings.codec);
    if (refusal !== undefined) {
      this.#outcome.receivedHeaders(received);
      this.giveUp(unexpected(refusal.code, refusal.message, this.place()));
      return;
    }
    this.#isHeld = this.#protocol.saysEnd(received);
    if (!this.#isHeld) this.#acceptHead(received);
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isOver || start === end) return;
    try {
      if (this.#isHeld) this.#acceptHead(this.#headers as ReadonlyMetadata);
      if (this.#endArrived)
        throw brokenEnd("more came behind the end of the response", this.place());
      this.#reader.push(bytes, start, end);
    } catch (error) {
      this.#broken(error);
    }
  }

  end(trailers: ReadonlyMetadata): void {
    this.#inOrder(() => this.#complete(trailers));
  }

  interrupted(failure: StreamFailure): void {
    this.#inOrder(() => {
      const { timeoutMs } = this.#settings;
      // A server that gives up at the deadline may be heard before this side's own timer.
      const isLate =
        failure.kind === "canceled" &&
        timeoutMs !== undefined &&
        performance.now() - this.#startedAt >= timeoutMs;
      const place = this.place();
      this.#finish(isLate ? expired(timeoutMs, place) : brokenStream(failure, place));
    });
  }

  drained(): void {
    this.#sender?.drained();
  }

  opened(): void {
    if (this.#isReading) this.reading();
  }

  // What the caller asks for.

  cancel(reason: unknown): void {
    this.giveUp(RpcError.is(reason) ? reason : canceled(reason, this.place()));
  }

  giveUp(error: RpcError): void {
    if (this.#isOver) return;
    this.#reader.stop();
    this.#stream?.reset();
    this.#finish(error);
  }

  pause(): void {
    this.#isPaused = true;
    this.#stream?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#queue === undefined) this.#stream?.resume();
  }

  reading(): void {
    if (!this.#isManual || this.#isOver || this.#sender?.isClosed === true) return;
    this.#isReading = true;
    if (this.#stream?.httpVersion === "1.1") this.giveUp(halfDuplex(this.place()));
  }

  #open(): ClientStream | undefined {
    const { transport, method } = this.#init;
    const refusal = refusedByBounds(this.#settings, this) ?? this.#refusedByTransport();
    if (refusal !== undefined) {
      this.#finish(refusal);
      return undefined;
    }
    this.#outcome.running = this;
    const { requiresHttp2 } = this.#protocol;
    const head = { method: "POST", path: method.path, headers: this.#fields(), requiresHttp2 };
    this.#stream = transport.open(head, this);
    return this.#stream;
  }

  #refusedByTransport(): RpcError | undefined {
    const { transport } = this.#init;
    if (!this.#protocol.requiresHttp2 || transport.httpVersion !== "1.1") return undefined;
    return new RpcError(
      "unimplemented",
      'gRPC needs HTTP/2, and this channel speaks HTTP/1.1; use HTTP/2, or protocol "connect" or "grpc-web"',
      { ...this.place(), reason: "BOWLINE_HTTP_VERSION" },
    );
  }

  #fields(): HeaderFields {
    const { timeoutMs, headers, send, accept } = this.#settings;
    const { fields: base } = this.#init;
    if (timeoutMs === undefined && send === undefined && accept.length === 0) {
      return withMetadata(base, headers);
    }
    const protocol = this.#protocol;
    const fields = [...base];
    if (timeoutMs !== undefined)
      fields.push(protocol.timeoutField, protocol.formatTimeout(timeoutMs));
    if (send !== undefined) fields.push(protocol.encodingField, send.name);
    if (accept.length > 0) fields.push(protocol.acceptField, acceptList(accept));
    return withMetadata(fields, headers);
  }

  #sendWritten(stream: ClientStream): void {
    if (this.#isOver) return;
    this.#isSent = true;
    stream.send();
  }

  #sourceFailed(error: unknown): void {
    if (this.#isOver) return;
    this.giveUp(
      new RpcError("canceled", `the requests ended with an error: ${textOf(error)}`, {
        ...this.place(),
        cause: error,
        reason: "BOWLINE_CANCELED",
      }),
    );
  }

  #watch(): void {
    if (this.#isOver) return;
    if (this.#settings.timeoutMs !== undefined) this.#startedAt = performance.now();
    this.#stopWatching = watchBounds(this.#settings, this);
  }

  #acceptHead(headers: ReadonlyMetadata): void {
    this.#isHeld = false;
    this.#outcome.receivedHeaders(headers);
    const encoding = headers.get(this.#protocol.encodingField);
    if (encoding === undefined || encoding === "identity") return;
    const { accept } = this.#settings;
    this.#compression = findCompression(accept, encoding);
    if (this.#compression !== undefined) return;
    const accepted = acceptList(accept) || "nothing";
    const got = JSON.stringify(encoding.slice(0, 40));
    this.giveUp(
      unexpected(
        "internal",
        `answered with ${this.#protocol.encodingField} ${got}; asked for: ${accepted}`,
        this.place(),
      ),
    );
  }

  /** A message has come whole. What is refused is refused here, before it is decompressed. */
  #arrive(flags: number, bytes: Uint8Array, start: number, end: number): void {
    const { endFlag } = this.#protocol;
    if (this.#endArrived) throw brokenEnd("more came behind the end of the response", this.place());
    if ((flags & ~(endFlag | 1)) !== 0) {
      throw unexpected(
        "internal",
        `answered with a message of unknown flags ${flags}`,
        this.place(),
      );
    }
    if ((flags & endFlag) !== 0) this.#endArrived = true;
    else if (++this.#arrived > 1 && this.#isSingle) throw this.#wrongCount("more than one message");
    if ((flags & 1) === 0) {
      if (this.#queue === undefined) this.#deliver(flags, bytes, start, end);
      else this.#queue.push(() => this.#deliver(flags, bytes, start, end));
    } else {
      this.#inOrder(() => this.#decompress(flags, bytes, start, end));
    }
  }

  #decompress(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#compression === undefined) {
      throw unexpected(
        "internal",
        "answered with a compressed message and named no compression",
        this.place(),
      );
    }
    const limit = this.#settings.receivedMessageBytes;
    const plain = decompressMessage(this.#compression, bytes, start, end, limit);
    if (plain instanceof Uint8Array) {
      this.#deliver(flags, plain, 0, plain.length);
      return;
    }
    this.#queue = [];
    this.#stream?.pause();
    plain.then(
      (ready) => this.#proceed(() => this.#deliver(flags, ready, 0, ready.length)),
      (error: unknown) => this.#broken(error),
    );
  }

  /** Runs what waited, in order, up to the next message that takes its time. */
  #proceed(first: () => void): void {
    const waiting = [first, ...(this.#queue ?? [])];
    this.#queue = undefined;
    try {
      while (waiting.length > 0 && !this.#isOver) {
        (waiting.shift() as () => void)();
        const queue = this.#queue as (() => void)[] | undefined;
        if (queue === undefined) continue;
        queue.push(...waiting);
        return;
      }
    } catch (error) {
      this.#broken(error);
    }
    if (!this.#isOver && !this.#isPaused) this.#stream?.resume();
  }

  #inOrder(step: () => void): void {
    if (this.#isOver) return;
    if (this.#queue === undefined) step();
    else this.#queue.push(step);
  }

  #deliver(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#isOver) return;
    if ((flags & this.#protocol.endFlag) !== 0) {
      this.#end = bytes.subarray(start, end);
      return;
    }
    let message: unknown;
    try {
      message = this.#settings.codec.decode(this.#init.method.output, bytes, start, end);
    } catch (error) {
      throw undecodable(error, this.place());
    }
    if (this.#isSingle) this.#response = message;
    else this.#outcome.receivedMessage?.(message, end - start);
  }

  #complete(trailers: ReadonlyMetadata): void {
    try {
      this.#reader.finish();
      this.#readEnd(trailers);
    } catch (error) {
      this.#broken(error);
    }
  }

  #readEnd(trailers: ReadonlyMetadata): void {
    const headers = this.#headers as ReadonlyMetadata;
    if (this.#isHeld && trailers.size > 0) this.#acceptHead(headers);
    if (this.#isOver) return;
    const isTrailersOnly = this.#isHeld;
    const response = { headers, trailers, end: this.#end, isTrailersOnly };
    if (isTrailersOnly) this.#headers = new Metadata();
    const end = this.#protocol.readEnd(response, this);
    if (isTrailersOnly) this.#outcome.receivedHeaders(this.#headers as ReadonlyMetadata);
    this.#outcome.receivedTrailers(end.trailers);
    const failure = end.error ?? this.#missing(end.trailers);
    // A request that is still being sent is of no use to anybody.
    if (!this.#isSent) this.#stream?.reset();
    this.#finish(failure);
  }

  #missing(trailers: ReadonlyMetadata): RpcError | undefined {
    if (!this.#isSingle || this.#arrived === 1) return undefined;
    return this.#wrongCount("no message", trailers);
  }

  #wrongCount(what: string, trailers?: ReadonlyMetadata): RpcError {
    const place = trailers === undefined ? this.place() : { ...this.place(), trailers };
    return unexpected(
      "unimplemented",
      `answered with ${what}; a ${this.#init.method.kind} method answers with one`,
      place,
    );
  }

  #broken(error: unknown): void {
    this.giveUp(undecodable(error, this.place()));
  }

  #finish(error: RpcError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue = undefined;
    this.#stopWatching?.();
    this.#outcome.running = undefined;
    this.#sender?.over(error);
    if (error === undefined) this.#outcome.succeed(this.#response);
    else this.#outcome.fail(error);
  }

  place(): Place {
    const { transport, method } = this.#init;
    const place = { peer: transport.authority, method: method.path };
    return this.#headers === undefined ? place : { ...place, headers: this.#headers };
  }
}

function halfDuplex(place: Place): RpcError {
  return new RpcError(
    "unimplemented",
    "over HTTP/1.1 responses can be read once all requests are sent; call closeSend() first, or use HTTP/2",
    { ...place, reason: "BOWLINE_HTTP_VERSION" },
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
