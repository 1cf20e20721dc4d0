import { chainInterceptors, type Interceptor, type InterceptorNext } from "../interceptor.js";
import type { ReadonlyMetadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import type { Peer } from "../server/handler-call.js";
import type { Method } from "../service-type.js";
import { canceledBy, expired, type Place } from "./call-failure.js";
import type { CallSettings } from "./call-settings.js";
import type { CallStarter } from "./call-starter.js";
import { refusedByBounds, type Watch, watchBounds } from "./call-watch.js";
import { ClientInterceptedCall } from "./intercepted-call.js";
import type { Outcome, RunningRequest } from "./outcome.js";
import { asyncRequests, leave, type RequestStream } from "./request-pump.js";
import { SendQueue } from "./send-queue.js";
import { PendingStreamCall } from "./stream-call.js";

/** Starts calls that go through interceptors. */
export class Interception {
  readonly #starter: CallStarter;
  readonly #peer: Peer;
  readonly #first: InterceptorNext;

  constructor(interceptors: readonly Interceptor[], starter: CallStarter, peer: Peer) {
    this.#starter = starter;
    this.#peer = peer;
    this.#first = chainInterceptors(interceptors, (call) => {
      if (call instanceof ClientInterceptedCall) return call.send();
      return Promise.reject(new TypeError("next takes the call that the interceptor was given"));
    });
  }

  /** Starts a call with one request message, or an iterable of them. */
  start(method: Method, request: unknown, settings: CallSettings, outcome: Outcome): void {
    this.#run(method, request, settings, outcome, undefined);
  }

  /** Starts a call that sends by hand; returns where to. */
  startManual(method: Method, settings: CallSettings, outcome: Outcome): SendQueue {
    const queue = new SendQueue();
    this.#run(method, asyncRequests(method.input, queue), settings, outcome, queue);
    return queue;
  }

  #run(
    method: Method,
    request: unknown,
    settings: CallSettings,
    outcome: Outcome,
    queue: SendQueue | undefined,
  ): void {
    const run = new InterceptedRun(this.#starter, method, outcome, queue, this.#peer);
    run.start(this.#first, request, settings);
  }
}

/** A size by which the caller's queue is full with one message: interceptors are asked for one after the other. */
const oneByOne = 64 * 1024 + 1;

/** One call on its way through the interceptors, with the requests that it leads to. */
class InterceptedRun implements RunningRequest {
  readonly #starter: CallStarter;
  readonly #method: Method;
  readonly #outcome: Outcome;
  readonly #queue: SendQueue | undefined;
  readonly #peer: Peer;
  /** What the interceptors made of the call; those that are over do nothing any more. */
  readonly #requests: RunningRequest[] = [];
  #call: ClientInterceptedCall | undefined;
  #watching: Watch | undefined;
  #isOver = false;
  #leave: (() => void) | undefined;
  #resumed: (() => void) | undefined;
  #isPaused = false;

  constructor(
    starter: CallStarter,
    method: Method,
    outcome: Outcome,
    queue: SendQueue | undefined,
    peer: Peer,
  ) {
    this.#starter = starter;
    this.#method = method;
    this.#outcome = outcome;
    this.#queue = queue;
    this.#peer = peer;
  }

  start(first: InterceptorNext, request: unknown, settings: CallSettings): void {
    const refusal = refusedByBounds(settings, this);
    if (refusal !== undefined) {
      this.#finish(refusal);
      return;
    }
    this.#outcome.running = this;
    const send = (call: ClientInterceptedCall) => this.#send(call);
    const call = new ClientInterceptedCall(this.#method, this.#peer, request, settings, send);
    this.#call = call;
    const { expiries } = this.#starter;
    this.#watching = watchBounds(settings, this, expiries);
    void this.#follow(first, call);
  }

  cancel(reason: unknown): void {
    this.giveUp(canceledBy(reason, this.place()));
  }

  giveUp(error: RpcError): void {
    if (!this.#isOver) this.#finish(error, undefined, true);
  }

  expired(timeoutMs: number): void {
    this.giveUp(expired(timeoutMs, this.place()));
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#resumed?.();
  }

  reading(): void {
    if (this.#queue?.isClosed !== false) return;
    for (const request of this.#requests) request.reading();
  }

  /** Waits for what the interceptors make of the call. */
  async #follow(first: InterceptorNext, call: ClientInterceptedCall): Promise<void> {
    try {
      const result = await first(call);
      if (this.#isOver) return;
      if (this.#isSingle()) this.#succeed(call, this.#messageOf(result));
      else await this.#read(call, result);
    } catch (error) {
      if (!this.#isOver) this.#finish(RpcError.is(error) ? error : this.#wrapped(error));
    }
  }

  async #read(call: ClientInterceptedCall, result: unknown): Promise<void> {
    const iterator = this.#iteratorOf(result);
    this.#leave = () => leave(iterator);
    this.#outcome.receivedHeaders(call.responseHeaders);
    for (;;) {
      if (this.#isPaused) await new Promise<void>((resolve) => (this.#resumed = resolve));
      if (this.#isOver) return;
      const { done, value } = await iterator.next();
      if (this.#isOver) return;
      if (done === true) break;
      this.#outcome.receivedMessage?.(this.#messageOf(value), oneByOne);
    }
    this.#leave = undefined;
    this.#succeed(call, undefined);
  }

  #succeed(call: ClientInterceptedCall, response: unknown): void {
    this.#outcome.receivedHeaders(call.responseHeaders);
    this.#outcome.receivedTrailers(call.responseTrailers);
    this.#finish(undefined, response);
  }

  /** Makes a request of what interceptors have left of the call. */
  #send(call: ClientInterceptedCall): Promise<unknown> {
    return this.#isSingle() ? this.#sendForOne(call) : this.#sendForStream(call);
  }

  #sendForOne(call: ClientInterceptedCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#startRequest(call, new SingleOutcome(call, resolve, reject));
    });
  }

  async #sendForStream(call: ClientInterceptedCall): Promise<unknown> {
    const outcome = new StreamOutcome(call);
    this.#startRequest(call, outcome);
    await outcome.headers;
    return outcome;
  }

  #startRequest(call: ClientInterceptedCall, outcome: Outcome): void {
    const settings = call.requestSettings();
    const request = call.rawRequest;
    if (this.#method.kind === "unary" || this.#method.kind === "server_streaming") {
      this.#starter.single(this.#method, request, settings, outcome);
    } else {
      const isManual = this.#queue !== undefined;
      const source = request as RequestStream<unknown>;
      this.#starter.stream(this.#method, source, settings, outcome, isManual);
    }
    if (outcome.running !== undefined) this.#requests.push(outcome.running);
  }

  #finish(error: RpcError | undefined, response?: unknown, isGivenUp = false): void {
    this.#isOver = true;
    this.#watching?.stop();
    this.#outcome.running = undefined;
    this.#resumed?.();
    this.#leave?.();
    if (error !== undefined) this.#end(error);
    this.#queue?.over(error);
    if (error === undefined) this.#outcome.succeed(response);
    else this.#outcome.fail(error, isGivenUp);
  }

  /** Ends what the call led to, and tells the caller what had come. */
  #end(error: RpcError): void {
    const call = this.#call;
    if (call === undefined) return;
    call.abort(error);
    for (const request of this.#requests) request.giveUp(error);
    if (call.hasHeaders) this.#outcome.receivedHeaders(call.responseHeaders);
    if (call.hasTrailers) this.#outcome.receivedTrailers(call.responseTrailers);
  }

  #isSingle(): boolean {
    return this.#method.kind === "unary" || this.#method.kind === "client_streaming";
  }

  /** A response that an interceptor made may be a literal. */
  #messageOf(value: unknown): unknown {
    const { output, path } = this.#method;
    if (typeof value !== "object" || value === null) {
      throw new TypeError(
        `an interceptor answered ${path} with ${String(value)}; return a message`,
      );
    }
    return output.is(value) ? value : output.create(value);
  }

  #iteratorOf(value: unknown): AsyncIterator<unknown> {
    const iterable = value as Partial<AsyncIterable<unknown>> | null | undefined;
    const iterator = iterable?.[Symbol.asyncIterator]?.();
    if (iterator !== undefined) return iterator;
    const { path } = this.#method;
    throw new TypeError(`an interceptor answered ${path} with no AsyncIterable of messages`);
  }

  #wrapped(error: unknown): RpcError {
    const text = error instanceof Error ? error.message : String(error);
    return new RpcError("internal", `an interceptor threw: ${text}`, {
      ...this.place(),
      cause: error,
      reason: "BOWLINE_INTERCEPTOR",
    });
  }

  place(): Place {
    return { peer: this.#peer.address, method: this.#method.path };
  }
}

/** Takes one response of a request for the interceptors. */
class SingleOutcome implements Outcome {
  readonly #call: ClientInterceptedCall;
  readonly succeed: (response: unknown) => void;
  readonly fail: (error: RpcError) => void;
  running: RunningRequest | undefined;

  constructor(
    call: ClientInterceptedCall,
    succeed: (response: unknown) => void,
    fail: (error: RpcError) => void,
  ) {
    this.#call = call;
    this.succeed = succeed;
    this.fail = fail;
  }

  receivedHeaders(headers: ReadonlyMetadata): void {
    this.#call.received(headers);
  }

  receivedTrailers(trailers: ReadonlyMetadata): void {
    this.#call.receivedTrailers(trailers);
  }
}

/** Takes the stream of responses of a request for the interceptors, who read it. */
class StreamOutcome extends PendingStreamCall<unknown> {
  readonly #call: ClientInterceptedCall;

  constructor(call: ClientInterceptedCall) {
    super(call.peer.address, call.method.path);
    this.#call = call;
    // How the call fails is the caller's to see.
    this.seen();
  }

  override receivedHeaders(headers: ReadonlyMetadata): void {
    this.#call.received(headers);
    super.receivedHeaders(headers);
  }

  override receivedTrailers(trailers: ReadonlyMetadata): void {
    this.#call.receivedTrailers(trailers);
    super.receivedTrailers(trailers);
  }
}
