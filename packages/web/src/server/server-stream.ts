import { type ContextValues, RpcError } from "@bowline/rpc";
import {
  ChunkSink,
  type HeaderFields,
  QuietTimer,
  type ReadonlyMetadata,
  type RequestReceiver,
  type ServerStream,
  type StreamFailure,
  type StreamPeer,
} from "@bowline/rpc/internal";
import { isWorkers } from "../platform.js";
import type { PartialMessages } from "./partial-messages.js";
import { RequestBody } from "./request-body.js";
import { toResponse } from "./response.js";

/** Bytes of a response that wait for the platform before the handler is asked to wait: HTTP/2's first window. */
const highWaterBytes = 65_536;
/** Pieces up to this size leave as one, which copies them. */
const joinedBytes = 16_384;

/** What is known of a request before its body. */
export interface RequestInfo {
  readonly target: string;
  readonly headers: ReadonlyMetadata;
  readonly peer: StreamPeer;
  readonly values: ContextValues | undefined;
}

/**
 * A `Request` and the `Response` to it, as the RPC layer sees them. There are no trailers, and nobody says whether the
 * response may begin before the request is complete: as over HTTP/1.1.
 */
export class FetchServerStream implements ServerStream {
  readonly httpVersion = "1.1";
  readonly method: string;
  readonly target: string;
  readonly headers: ReadonlyMetadata;
  readonly peer: StreamPeer;
  readonly values: ContextValues | undefined;
  readonly body: ChunkSink = new ChunkSink();
  /** Settles when the response begins. */
  readonly response: Promise<Response>;
  readonly #request: RequestBody;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#interrupt(gone);
  #resolve!: (response: Response) => void;
  #reject!: (error: unknown) => void;
  #receiver: RequestReceiver | undefined;
  /** The body of a response that follows piece by piece. */
  #pieces: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** A `flush` said that there is no room. */
  #isFull = false;
  readonly #stallTimeoutMs: number;
  /** Runs while there is no room. */
  #stall: QuietTimer | undefined;
  /** The response is complete, or will never be. */
  #isAnswered = false;

  constructor(
    request: Request,
    info: RequestInfo,
    stallTimeoutMs: number,
    partial: PartialMessages,
  ) {
    this.method = request.method;
    this.target = info.target;
    this.headers = info.headers;
    this.peer = info.peer;
    this.values = info.values;
    this.#signal = request.signal ?? undefined;
    this.#stallTimeoutMs = stallTimeoutMs;
    this.#request = new RequestBody(request.body, stallTimeoutMs, partial, (failure) =>
      this.#interrupt(failure),
    );
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Delivers the body to a receiver; without one the request is answered, and the body disposed of. */
  deliver(receiver: RequestReceiver | undefined): void {
    if (receiver === undefined || this.#isAnswered) {
      this.#request.dispose();
      return;
    }
    this.#receiver = receiver;
    if (this.#signal?.aborted) queueMicrotask(this.#onAbort);
    else this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#request.deliver(receiver);
  }

  respond(status: number, headers: HeaderFields): void {
    if (this.#isAnswered) return;
    const body = this.body.takeBytes();
    this.#settle();
    this.#behindRequest(() => this.#resolveWith(() => toResponse(status, headers, body)));
  }

  start(status: number, headers: HeaderFields): void {
    if (this.#isAnswered || this.#pieces !== undefined) return;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#pieces = controller;
        },
        pull: () => this.#pulled(),
        cancel: () => this.#interrupt(gone),
      },
      { highWaterMark: highWaterBytes, size: (piece) => piece?.length ?? 0 },
    );
    this.#resolveWith(() => toResponse(status, headers, body));
  }

  flush(): boolean {
    this.#write();
    this.#isFull = !this.#isAnswered && (this.#pieces?.desiredSize ?? 1) <= 0;
    if (this.#isFull) this.#watchStall();
    return !this.#isFull;
  }

  end(): void {
    if (this.#isAnswered) return;
    this.#write();
    this.#settle();
    this.#behindRequest(() => this.#attempt((pieces) => pieces.close()));
  }

  reset(): void {
    if (this.#isAnswered) return;
    this.#settle();
    this.body.clear();
    const error = new RpcError("internal", "the response broke off", { reason: "BOWLINE_HANDLER" });
    if (this.#pieces === undefined) this.#reject(error);
    else this.#attempt((pieces) => pieces.error(error));
  }

  pause(): void {
    this.#request.pause();
  }

  resume(): void {
    this.#request.resume();
  }

  #write(): void {
    const { body } = this;
    if (body.length === 0) return;
    const chunks = body.length <= joinedBytes ? [body.takeBytes()] : body.takeChunks();
    if (this.#isAnswered) return;
    for (const piece of chunks) this.#attempt((pieces) => pieces.enqueue(piece));
  }

  #pulled(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#stall?.stop();
    this.#stall = undefined;
    if (!this.#isAnswered) this.#receiver?.drained();
  }

  /** Ends a response of which the peer takes nothing for too long. */
  #watchStall(): void {
    const timeoutMs = this.#stallTimeoutMs;
    if (timeoutMs === 0 || this.#stall !== undefined) return;
    this.#stall = new QuietTimer(timeoutMs, () => {
      const message = `the caller took nothing of the response for ${timeoutMs} ms`;
      this.#interrupt({ kind: "stalled", message });
    });
  }

  /** The exchange cannot go on. Says so to the receiver if it still waits or works. */
  #interrupt(failure: StreamFailure): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    if (!this.#isAnswered) receiver?.interrupted(failure);
  }

  /** Whatever happens from now on is no affair of the call's. */
  #settle(): void {
    this.#isAnswered = true;
    this.#receiver = undefined;
    this.#stall?.stop();
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#request.dispose();
  }

  /** Workers close the connection on what the peer still sends once the response has ended: it would see that instead. */
  #behindRequest(step: () => void): void {
    if (!isWorkers || this.#request.isComplete) step();
    else this.#request.whenPassed(step);
  }

  #resolveWith(make: () => Response): void {
    try {
      this.#resolve(make());
    } catch (error) {
      this.#reject(error);
    }
  }

  /** A body that the platform has given up takes nothing any more. */
  #attempt(step: (pieces: ReadableStreamDefaultController<Uint8Array>) => void): void {
    try {
      if (this.#pieces !== undefined) step(this.#pieces);
    } catch {}
  }
}

const gone: StreamFailure = { kind: "canceled", message: "the caller gave the request up" };
