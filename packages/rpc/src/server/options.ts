import type { Codec } from "../codec.js";
import type { Method } from "../service-type.js";
import type { Peer } from "./handler-call.js";
import type { Implementation } from "./implement.js";

/** Where an error happened that its caller was not told about. */
export interface ErrorContext {
  readonly method: Method;
  readonly peer: Peer;
}

/**
 * Is told what reached the caller as `internal` without its text: what a handler threw, or why its answer could not be
 * encoded. What it throws itself is ignored.
 */
export type ErrorHook = (error: unknown, context: ErrorContext) => void;

/** What a request handler is made of. */
export interface RequestHandlerOptions {
  readonly services: readonly Implementation[];
  /** In the order in which refusals list them. */
  readonly codecs: readonly Codec[];
  /** Bound of a request message in bytes. */
  readonly receivedMessageBytes: number;
  readonly onError: ErrorHook;
}

/** The default hook: one entry on standard error. */
export function reportError(error: unknown, { method }: ErrorContext): void {
  console.error(`${method.path} failed:`, error);
}
