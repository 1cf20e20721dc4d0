import type { ReadonlyMetadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import type { Method } from "../service-type.js";
import type { ClientStream, ResponseReceiver } from "../transport/client-stream.js";
import { memoryExhausted } from "../transport/message-body.js";
import type { StreamFailure } from "../transport/stream-failure.js";
import {
  brokenStream,
  canceledBy,
  expired,
  type Place,
  placed,
  unencodable,
} from "./call-failure.js";
import type { CallSettings } from "./call-settings.js";
import { refusedByBounds, type Watch, watchBounds } from "./call-watch.js";
import type { EnvelopedChannel } from "./enveloped-channel.js";
import { EnvelopedResponse, type ResponseOwner } from "./enveloped-response.js";
import { writeMessage } from "./message-writer.js";
import type { Outcome, RunningRequest } from "./outcome.js";
import { pumpRequests, type RequestStream } from "./request-pump.js";
import { RequestSender, type SenderTarget } from "./request-sender.js";

/** Starts a call with one request message. It settles `outcome`, in this tick only where nothing can be sent. */
export function startEnveloped(
  channel: EnvelopedChannel,
  method: Method,
  message: unknown,
  settings: CallSettings,
  outcome: Outcome,
): void {
  new EnvelopedRequest(channel, method, settings, outcome).startSingle(message);
}

/**
 * Starts a call with a stream of request messages.
 * @param source what is sent; `undefined`: what the sender that is returned is given.
 * @param isManual whether the caller decides when the stream of requests ends.
 */
export function startEnvelopedStream(
  channel: EnvelopedChannel,
  method: Method,
  settings: CallSettings,
  outcome: Outcome,
  source: RequestStream<unknown> | undefined,
  isManual: boolean,
): RequestSender {
  return new EnvelopedRequest(channel, method, settings, outcome).startStream(source, isManual);
}

/**
 * One call over a protocol of enveloped messages, from the request to the end. What is the protocol's own is asked of an
 * {@link EnvelopedProtocol}.
 */
class EnvelopedRequest implements ResponseReceiver, RunningRequest, SenderTarget, ResponseOwner {
  readonly #channel: EnvelopedChannel;
  readonly #method: Method;
  readonly #settings: CallSettings;
  readonly #outcome: Outcome;
  readonly #response: EnvelopedResponse;
  #stream: ClientStream | undefined;
  #sender: RequestSender | undefined;
  /** The whole request has been handed over. */
  #isSent = false;
  #isManual = false;
  #isReading = false;
  #watching: Watch | undefined;
  #startedAt = 0;
  #isOver = false;

  constructor(channel: EnvelopedChannel, method: Method, settings: CallSettings, outcome: Outcome) {
    this.#channel = channel;
    this.#method = method;
    this.#settings = settings;
    this.#outcome = outcome;
    this.#response = new EnvelopedResponse(channel, method, settings, outcome, this);
  }

  startSingle(message: unknown): void {
    const stream = this.#open();
    if (stream === undefined) return;
    try {
      const pending = writeMessage(stream.body, this.#method.input, message, this.#settings);
      if (pending === undefined) this.#sendWritten(stream);
      else this.#sendLater(pending, stream);
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
    const stream = this.#open(this.#refusedStart());
    if (stream === undefined) return sender;
    stream.start();
    this.#watch();
    if (source !== undefined) pumpRequests(source, sender, (error) => this.#sourceFailed(error));
    return sender;
  }

  // What the sender needs of the stream.

  write(message: unknown): Promise<void> | undefined {
    const { body } = this.#stream as ClientStream;
    return writeMessage(body, this.#method.input, message, this.#settings);
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

  head(status: number, headers: ReadonlyMetadata): void {
    this.#response.head(status, headers);
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.#response.data(bytes, start, end);
  }

  partialBytes(): number {
    return this.#isOver ? 0 : this.#response.partialBytes;
  }

  exhausted(message: string): void {
    this.giveUp(placed(memoryExhausted(message), this.place()));
  }

  end(trailers: ReadonlyMetadata): void {
    this.#response.end(trailers);
  }

  interrupted(failure: StreamFailure): void {
    this.#response.inOrder(() => {
      const { timeoutMs } = this.#settings;
      // A server that gives up at the deadline may be heard before this side's own timer.
      const isLate =
        failure.kind === "canceled" &&
        timeoutMs !== undefined &&
        performance.now() - this.#startedAt >= timeoutMs;
      const place = this.place();
      if (isLate) this.#finish(expired(timeoutMs, place), undefined, true);
      else this.#finish(brokenStream(failure, place));
    });
  }

  drained(): void {
    this.#sender?.drained();
  }

  opened(): void {
    if (this.#isReading) this.reading();
  }

  // What the response asks of the stream.

  get isOver(): boolean {
    return this.#isOver;
  }

  pauseStream(): void {
    this.#stream?.pause();
  }

  resumeStream(): void {
    this.#stream?.resume();
  }

  complete(error: RpcError | undefined, response: unknown): void {
    // A request that is still being sent is of no use to anybody.
    if (!this.#isSent) this.#stream?.reset();
    this.#finish(error, response);
  }

  // What the caller asks for.

  cancel(reason: unknown): void {
    this.giveUp(canceledBy(reason, this.place()));
  }

  giveUp(error: RpcError): void {
    if (this.#isOver) return;
    this.#response.stop();
    this.#stream?.reset();
    this.#finish(error, undefined, true);
  }

  expired(timeoutMs: number): void {
    this.giveUp(expired(timeoutMs, this.place()));
  }

  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  reading(): void {
    if (!this.#isManual || this.#isOver || this.#sender?.isClosed === true) return;
    this.#isReading = true;
    if (this.#stream?.httpVersion === "1.1") this.giveUp(halfDuplex(this.place()));
  }

  #open(refused?: RpcError): ClientStream | undefined {
    const refusal = refused ?? refusedByBounds(this.#settings, this) ?? this.#refusedByTransport();
    if (refusal !== undefined) {
      this.#finish(refusal);
      return undefined;
    }
    this.#outcome.running = this;
    const head = this.#channel.heads.of(this.#method, this.#settings);
    const stream = this.#channel.transport.open(head, this);
    this.#stream = stream;
    return stream;
  }

  #refusedStart(): RpcError | undefined {
    const { transport } = this.#channel;
    if (transport.refusesStart === undefined) return undefined;
    const message = `${this.#method.path} takes a stream of requests, and ${transport.refusesStart}`;
    return new RpcError("unimplemented", message, {
      ...this.place(),
      reason: "BOWLINE_REQUEST_STREAM",
    });
  }

  #refusedByTransport(): RpcError | undefined {
    const { protocol, transport } = this.#channel;
    if (!protocol.requiresHttp2 || transport.httpVersion !== "1.1") return undefined;
    return new RpcError(
      "unimplemented",
      'gRPC needs HTTP/2, and this channel speaks HTTP/1.1; use HTTP/2, or protocol "connect" or "grpc-web"',
      { ...this.place(), reason: "BOWLINE_HTTP_VERSION" },
    );
  }

  #sendLater(pending: Promise<void>, stream: ClientStream): void {
    pending.then(() => this.#sendWritten(stream)).catch((error) => this.failed(error));
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
    const { expiries } = this.#channel;
    this.#watching = watchBounds(this.#settings, this, expiries, this.#startedAt);
  }

  #finish(error: RpcError | undefined, response?: unknown, isGivenUp = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#watching?.stop();
    this.#outcome.running = undefined;
    this.#sender?.over(error);
    if (error === undefined) this.#outcome.succeed(response);
    else this.#outcome.fail(error, isGivenUp);
  }

  place(): Place {
    const place = { peer: this.#channel.transport.authority, method: this.#method.path };
    const { headers } = this.#response;
    return headers === undefined ? place : { ...place, headers };
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
