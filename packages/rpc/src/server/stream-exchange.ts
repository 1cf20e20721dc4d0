import type { Compression } from "../compression/compression.js";
import { RpcError } from "../rpc-error.js";
import { MessageQueue } from "../stream/message-queue.js";
import { decompressedBytesBetweenTurns, nextTurn } from "../stream/turn.js";
import type { ServerStream } from "../transport/server-stream.js";
import { EnvelopeExchange } from "./envelope-exchange.js";
import type { EnvelopeWire } from "./envelope-wire.js";
import { invoke, isThenable } from "./invoke.js";
import type { HandlerSettings } from "./options.js";
import { QuietTimer } from "./quiet-timer.js";
import type { Route } from "./router.js";

/** After so many responses the event loop gets a turn: a generator that never waits must not keep others from running. */
const messagesBetweenTurns = 256;

/** The exchange of a call whose messages come in envelopes. */
export function openExchange(
  stream: ServerStream,
  route: Route,
  settings: HandlerSettings,
  wire: EnvelopeWire,
  timeoutMs: number | undefined,
): EnvelopeExchange {
  return route.method.kind === "unary"
    ? new EnvelopeExchange(stream, route, settings, wire, timeoutMs)
    : new StreamExchange(stream, route, settings, wire, timeoutMs);
}

/** One call of a method that streams requests, answers or both, over any of the protocols. */
class StreamExchange extends EnvelopeExchange {
  readonly #streamsRequests: boolean;
  readonly #streamsResponses: boolean;
  /** The requests of a stream, on their way to the handler. */
  #requests: MessageQueue<unknown> | undefined;
  /** All requests have come, and some have yet to be handed on. */
  #isWhole = false;
  #responses: AsyncIterator<unknown> | Iterator<unknown> | undefined;
  /** What is called with each step of the handler's iterator, and when one fails. */
  #onStep: ((step: unknown) => void) | undefined;
  #onFailure: ((error: unknown) => void) | undefined;
  #sent = 0;
  #onDrained: (() => void) | undefined;
  /** Bytes that were decompressed without a turn of the event loop in between. */
  #decompressed = 0;
  #quiet: QuietTimer | undefined;

  constructor(
    stream: ServerStream,
    route: Route,
    settings: HandlerSettings,
    wire: EnvelopeWire,
    timeoutMs: number | undefined,
  ) {
    super(stream, route, settings, wire, timeoutMs);
    const { kind } = route.method;
    this.#streamsRequests = kind === "client_streaming" || kind === "bidi";
    this.#streamsResponses = kind === "server_streaming" || kind === "bidi";
  }

  protected override opened(): void {
    this.#watchQuiet();
    if (!this.#streamsRequests) return;
    this.reader = this.createReader();
    this.#requests = new MessageQueue<unknown>({
      full: () => this.#holdRequests(),
      hungry: () => this.#goOnReading(),
      left: () => this.reader?.stop(),
    });
    invoke(this.route, this.call, this);
  }

  protected override complete(): void {
    if (!this.#streamsRequests) return super.complete();
    this.#isWhole = true;
    if (this.reader?.isPaused === true) return;
    this.reader?.finish();
    this.#requests?.end();
  }

  override read(): unknown {
    return this.#streamsRequests ? this.#requests : super.read();
  }

  override drained(): void {
    const resume = this.#onDrained;
    this.#onDrained = undefined;
    resume?.();
  }

  /** Streams may pause between messages; how long is for the deadline policy to say. */
  override isResting(): boolean {
    return this.#streamsRequests && (this.reader?.atBoundary ?? false);
  }

  override succeeded(result: unknown): void {
    if (this.over) return;
    if (this.#streamsResponses) this.#pump(result);
    else super.succeeded(result);
  }

  protected override brokenOff(error: RpcError): void {
    super.brokenOff(error);
    this.#requests?.abort(error);
  }

  protected override finish(): void {
    super.finish();
    this.#quiet?.stop();
    this.#leave();
    this.drained();
  }

  protected override take(flags: number, bytes: Uint8Array, start: number, end: number): void {
    this.#quiet?.touch();
    if (!this.#streamsRequests) return super.take(flags, bytes, start, end);
    if (flags === 0) return this.#push(bytes, start, end);
    const plain = this.decompress(bytes, start, end);
    if (isThenable(plain)) {
      this.#holdRequests();
      plain
        .then((whole) => {
          this.#push(whole, 0, whole.length);
          this.#goOnReading();
        })
        .catch((error: unknown) => this.incomingFailed(error));
      return;
    }
    this.#push(plain, 0, plain.length);
    this.#decompressed += plain.length;
    if (this.#decompressed < decompressedBytesBetweenTurns) return;
    this.#decompressed = 0;
    this.#holdRequests();
    nextTurn(() => this.#goOnReading());
  }

  #push(bytes: Uint8Array, start: number, end: number): void {
    if (!this.over) this.#requests?.push(this.decode(bytes, start, end), end - start);
  }

  /** Hands on no request until as many `#goOnReading` have come, and lets no more come. */
  #holdRequests(): void {
    this.reader?.pause();
    this.hold();
  }

  #goOnReading(): void {
    if (this.over) return;
    try {
      this.reader?.resume();
      if (this.#isWhole) this.complete();
    } catch (error) {
      this.incomingFailed(error);
    }
    this.release();
  }

  /** Sends what a handler yields, as fast as the peer takes it. */
  #pump(responses: unknown): void {
    try {
      this.#responses = iteratorOf(this.route, responses);
      if (this.over) return this.#leave();
      // One pair for the whole stream, instead of one a message.
      this.#onStep = (step) => this.#stepped(step as IteratorResult<unknown>);
      this.#onFailure = (error) => this.fail(error);
      this.#pull();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Asks for messages until one has to be waited for. What a step throws fails the call. */
  #pull(): void {
    const iterator = this.#responses;
    while (iterator !== undefined && !this.over) {
      const step = iterator.next();
      if (step instanceof Promise) {
        step.then(this.#onStep, this.#onFailure);
        return;
      }
      if (isThenable(step)) {
        Promise.resolve(step).then(this.#onStep, this.#onFailure);
        return;
      }
      if (!this.#send(step)) return;
    }
  }

  #stepped(step: IteratorResult<unknown>): void {
    try {
      if (this.#send(step)) this.#pull();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Sends what a step brought. Whether the next can be asked for at once; if not, it is asked for later. */
  #send({ done, value }: IteratorResult<unknown>): boolean {
    if (this.over) return false;
    const compression = this.wire.responseCompression;
    if (done === true) {
      this.#responses = undefined;
      this.conclude(compression);
      return false;
    }
    if (!this.started) this.#begin(compression);
    const pending = this.write(value, compression);
    if (pending === undefined) return this.#written();
    pending.then(() => this.#goOn(this.#written()), this.#onFailure);
    return false;
  }

  /** A message is in the body. Whether the next can be asked for at once. */
  #written(): boolean {
    if (this.over) return false;
    if (++this.#sent % messagesBetweenTurns !== 0) return this.#flushed();
    nextTurn(() => this.#goOn(this.#flushed()));
    return false;
  }

  #flushed(): boolean {
    if (this.over) return false;
    this.#quiet?.touch();
    if (this.stream.body.isCarried === true) return true;
    if (this.stream.flush()) return !this.over;
    if (!this.over) this.#onDrained = () => this.#goOn(true);
    return false;
  }

  #goOn(mayPull: boolean): void {
    if (!mayPull) return;
    try {
      this.#pull();
    } catch (error) {
      this.fail(error);
    }
  }

  #begin(compression: Compression | undefined): void {
    this.started = true;
    this.stream.start(200, this.head(compression, this.call.sentHeaders));
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

function tooQuiet({ method }: Route, betweenMessagesMs: number): RpcError {
  return new RpcError(
    "deadline_exceeded",
    `${method.path}: neither side sent a message for ${betweenMessagesMs} ms (betweenMessagesMs)`,
    { reason: "BOWLINE_DEADLINE_EXCEEDED" },
  );
}
