import type { Deadline } from "../deadline.js";
import { RpcError } from "../rpc-error.js";
import { currentTick, type Lasting, type Tick } from "../tick-clock.js";
import { memoryExhausted } from "../transport/message-body.js";
import type { RequestReceiver, ServerStream } from "../transport/server-stream.js";
import type { StreamFailure } from "../transport/stream-failure.js";
import { WatchedDeadline } from "../watched-deadline.js";
import { grantedMs } from "./deadline-policy.js";
import { type CallSource, type Protocol, ServerCall } from "./handler-call.js";
import { isThenable, toCallerError } from "./invoke.js";
import type { GateDecision, HandlerSettings } from "./options.js";
import type { Route } from "./router.js";

/** What came of a body before the gate had decided. */
interface HeldBody {
  readonly pieces: (readonly [bytes: Uint8Array, start: number, end: number])[];
  isWhole: boolean;
}

/**
 * One call on a server, from the accepted headers to the end of the answer: what unary Connect calls and calls in
 * envelopes have in common. The gate comes first; the deadline runs from the start; whatever ends the call ends it once.
 */
export abstract class Exchange implements RequestReceiver, CallSource, Lasting {
  protected readonly stream: ServerStream;
  protected readonly route: Route;
  protected readonly settings: HandlerSettings;
  protected readonly call: ServerCall;
  /** Bound of one request message in bytes. */
  protected messageBytes: number;
  /** Nothing is sent any more: the answer is complete, or will never be. */
  protected over = false;
  /** When the time began that the call has, and how long that is; `undefined` if it may take for ever. */
  readonly #tick: Tick | undefined;
  readonly #grantedMs: number;
  /** Made when somebody asks, or when the call outlasts its tick, as most do not. */
  #deadline: WatchedDeadline | undefined;
  /** What came while the gate decides; `undefined` once it has. */
  #held: HeldBody | undefined;
  #holds = 0;

  constructor(
    stream: ServerStream,
    route: Route,
    settings: HandlerSettings,
    protocol: Protocol,
    timeoutMs: number | undefined,
  ) {
    this.stream = stream;
    this.route = route;
    this.settings = settings;
    this.messageBytes = route.receivedMessageBytes;
    const granted = grantedMs(route.deadline, timeoutMs);
    this.#tick = granted === undefined ? undefined : currentTick();
    this.#grantedMs = granted ?? 0;
    this.#tick?.watch(this);
    this.call = new ServerCall(route.method, protocol, stream, this);
  }

  get deadline(): Deadline | undefined {
    if (this.#deadline === undefined && this.#tick !== undefined) {
      this.#deadline = new WatchedDeadline(this.#grantedMs, this, this.#tick.now);
      if (this.over) this.#deadline.stop();
    }
    return this.#deadline;
  }

  outlast(): void {
    if (!this.over) void this.deadline;
  }

  /** Asks the gate, then opens the call. Returns whether the call goes on. */
  admit(): boolean {
    const { gate } = this.settings;
    if (gate === undefined) {
      this.#open(undefined);
      return !this.over;
    }
    try {
      const decision = gate(this.call);
      if (isThenable(decision)) {
        this.#held = { pieces: [], isWhole: false };
        this.hold();
        decision.then(
          (allowed) => this.#open(allowed as GateDecision | undefined),
          (error: unknown) => this.fail(error),
        );
      } else this.#open(decision);
    } catch (error) {
      this.fail(error);
    }
    return !this.over;
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    if (this.over) return;
    if (this.#held !== undefined) {
      this.#held.pieces.push([bytes, start, end]);
      return;
    }
    try {
      this.received(bytes, start, end);
    } catch (error) {
      this.#stepFailed(error);
    }
  }

  end(): void {
    if (this.over) return;
    if (this.#held !== undefined) {
      this.#held.isWhole = true;
      return;
    }
    const tick = this.#tick;
    if (tick !== undefined && tick.now + this.#grantedMs <= currentTick().now) {
      this.expire();
      return;
    }
    try {
      this.complete();
    } catch (error) {
      this.#stepFailed(error);
    }
  }

  interrupted(failure: StreamFailure): void {
    if (this.over) return;
    const error = interruption(failure);
    this.brokenOff(error);
    this.fail(error);
    this.call.abort(error);
  }

  /** Bytes of a message that wait for its rest, or for the end of the body that it came in. */
  abstract partialBytes(): number;

  /** There is no memory to wait for it. */
  exhausted(message: string): void {
    this.abandon(memoryExhausted(message));
  }

  abstract drained(): void;
  abstract read(): unknown;

  /** The gate let the call pass, and `messageBytes` is settled: a streaming handler may start. */
  protected abstract opened(): void;
  /** A piece of the request's body. What it throws fails the call. */
  protected abstract received(bytes: Uint8Array, start: number, end: number): void;
  /** The request's body is complete. What it throws fails the call. */
  protected abstract complete(): void;
  /** The request will never be complete: a handler that reads it has to learn that. */
  protected abstract brokenOff(error: RpcError): void;
  /** Answers with an error, behind what was sent already. */
  protected abstract answerError(error: RpcError): void;

  /** Ends the call with an error, whatever it is; its text reaches the caller if it is an `RpcError`. */
  fail(thrown: unknown): void {
    if (this.over) return;
    this.finish();
    const error = toCallerError(thrown, this.call, this.settings.onError);
    try {
      this.answerError(error);
    } catch (error) {
      // Only a codec or compression of the user's own can fail here; the peer must not take the answer for whole.
      this.report(error);
      this.stream.reset();
    }
  }

  /** The call is over: no timer, no answer any more. */
  protected finish(): void {
    this.over = true;
    this.#held = undefined;
    this.#deadline?.stop();
  }

  /** Ends the call with `deadline_exceeded`, whatever its handler does. */
  expire(): void {
    this.abandon(
      new RpcError(
        "deadline_exceeded",
        `${this.route.method.path} was not answered within the time that the caller waits, or this server grants`,
        { reason: "BOWLINE_DEADLINE_EXCEEDED" },
      ),
    );
  }

  /** Ends the call with an error that its handler did not make, and tells the handler. */
  abandon(error: RpcError): void {
    if (this.over) return;
    this.brokenOff(error);
    this.fail(error);
    this.call.abort(error);
  }

  /** Tells the hook of something that the caller is not told. */
  protected report(error: unknown): void {
    toCallerError(error, this.call, this.settings.onError);
  }

  /** Asks the transport to hold the request's body back, until as many `release` have come. */
  protected hold(): void {
    if (this.#holds++ === 0) this.stream.pause();
  }

  protected release(): void {
    if (--this.#holds === 0 && !this.over) this.stream.resume();
  }

  #open(decision: GateDecision | undefined | void): void {
    if (this.over) return;
    this.messageBytes = decision?.receivedMessageBytes ?? this.messageBytes;
    const held = this.#held;
    this.#held = undefined;
    try {
      this.opened();
    } catch (error) {
      this.#stepFailed(error);
    }
    if (held === undefined) return;
    for (const [bytes, start, end] of held.pieces) this.data(bytes, start, end);
    if (held.isWhole) this.end();
    this.release();
  }

  /** A step on behalf of the peer failed: that fails the call and nothing else. */
  #stepFailed(error: unknown): void {
    this.abandon(toCallerError(error, this.call, this.settings.onError));
  }
}

/** What a broken request means for its handler and, where it can still hear it, for the caller. */
function interruption(failure: StreamFailure): RpcError {
  const code =
    failure.kind === "shutdown"
      ? "unavailable"
      : failure.kind === "stalled"
        ? "deadline_exceeded"
        : "canceled";
  return new RpcError(code, failure.message, {
    cause: failure.cause,
    reason: failure.kind === "shutdown" ? "BOWLINE_SHUTDOWN" : "BOWLINE_REQUEST_BROKEN",
  });
}
