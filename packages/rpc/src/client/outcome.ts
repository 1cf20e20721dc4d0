import type { ReadonlyMetadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";

/** Takes what comes of a request, in order; `succeed` or `fail` comes last, once. */
export interface Outcome {
  /** What is under way; the request sets it when it begins and takes it away when it is over. */
  running: RunningRequest | undefined;
  receivedHeaders(headers: ReadonlyMetadata): void;
  /** A message of a stream of responses, which took `size` bytes. */
  receivedMessage?(message: unknown, size: number): void;
  receivedTrailers(trailers: ReadonlyMetadata): void;
  /** @param response where there is one; a stream of responses has ended. */
  succeed(response: unknown): void;
  /** @param isGivenUp this side ended the call, so that what has come before is of no interest. */
  fail(error: RpcError, isGivenUp?: boolean): void;
}

/** A request under way, as the call that made it holds it. */
export interface RunningRequest {
  /** The caller wants it no more. */
  cancel(reason: unknown): void;
  /** Ends it with an error that was found outside of it. */
  giveUp(error: RpcError): void;
  /** The caller's reader is behind, or has caught up. */
  pause(): void;
  resume(): void;
  /** The caller waits for a response message. */
  reading(): void;
}
