import type { MessageType } from "@bowline/protobuf";
import { type Code, codeNumber } from "./code.js";
import type { ErrorDetail } from "./error-detail.js";
import type { ReadonlyMetadata } from "./metadata.js";

const brand = Symbol.for("bowline.rpc.RpcError");

/** What an {@link RpcError} carries beside code and message. */
export interface RpcErrorOptions {
  /** Typed details for the caller: `detail(BadRequest, { … })`. */
  readonly details?: readonly ErrorDetail[];
  /** Response headers to send with the error. */
  readonly headers?: ReadonlyMetadata;
  /** Response trailers to send with the error. */
  readonly trailers?: ReadonlyMetadata;
  /** What led to it. Stays on this side of the wire. */
  readonly cause?: unknown;
  /** Stable name of what happened, for programs: `BOWLINE_DEADLINE_EXCEEDED`. Stays on this side of the wire. */
  readonly reason?: string;
  /** `wire` for an error that the peer sent. Default `local`. */
  readonly origin?: "wire" | "local";
}

/** A call that failed, or the way for a handler to let one fail: its code, message and details reach the caller. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: Code;
  /** Stable name of what happened where this library found it; `undefined` for errors of handlers and peers. */
  readonly reason: string | undefined;
  /** `wire`: the peer said so. `local`: found or thrown on this side. */
  readonly origin: "wire" | "local";
  /** Response headers: those received with the error, or those to send with it. */
  readonly headers: ReadonlyMetadata | undefined;
  /** Response trailers: those received with the error, or those to send with it. */
  readonly trailers: ReadonlyMetadata | undefined;
  /** Every detail, undecoded; those of unknown types too. */
  readonly rawDetails: readonly ErrorDetail[];

  constructor(code: Code, message: string, options: RpcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = code;
    this.reason = options.reason;
    this.origin = options.origin ?? "local";
    this.headers = options.headers;
    this.trailers = options.trailers;
    this.rawDetails = options.details ?? [];
  }

  /**
   * The details of one type, decoded, in order; empty if there are none.
   * @throws DecodeError if the peer sent bytes that are not a message of the type.
   */
  details<T>(type: MessageType<T>): T[] {
    const found = this.rawDetails.filter((each) => each.typeName === type.typeName);
    return found.map((each) => type.decode(each.value));
  }

  /** Whether a value is an `RpcError`, of this or another copy of the library. */
  static is(value: unknown): value is RpcError {
    return (
      typeof value === "object" &&
      value !== null &&
      (value as Record<symbol, unknown>)[brand] === true
    );
  }

  /** The number of a code in gRPC: `RpcError.number("not_found") === 5`. */
  static number(code: Code): number {
    return codeNumber(code);
  }
}
