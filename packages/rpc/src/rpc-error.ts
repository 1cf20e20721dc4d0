import type { MessageType } from "@bowline/protobuf";
import { type Code, codeNumber, codes, isCode } from "./code.js";
import type { ErrorDetail } from "./error-detail.js";
import type { ReadonlyMetadata } from "./metadata.js";
import { quote } from "./option-names.js";

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
  /** Who was called, `localhost:8080`. Named in the message, and stays on this side of the wire. */
  readonly peer?: string;
  /** What was called, `/greet.v1.GreetService/Greet`. Named in the message, and stays on this side of the wire. */
  readonly method?: string;
}

/**
 * A call that failed, or the way for a handler to let one fail: its code, text and details reach the caller.
 *
 * `message` is for readers: `not_found: localhost:8080 (/greet.v1.GreetService/Greet): no such user`. The text alone,
 * as it is on the wire, is `rawMessage`.
 */
export class RpcError extends Error {
  declare readonly name: "RpcError";
  readonly code: Code;
  /** Stable name of what happened where this library found it; `undefined` for errors of handlers and peers. */
  readonly reason: string | undefined;
  /** `wire`: the peer said so. `local`: found or thrown on this side. */
  readonly origin: "wire" | "local";
  /** On clients: who was called, `localhost:8080`. */
  readonly peer: string | undefined;
  /** On clients: what was called, `/greet.v1.GreetService/Greet`. */
  readonly method: string | undefined;
  /** Response headers: those received with the error, or those to send with it. */
  readonly headers: ReadonlyMetadata | undefined;
  /** Response trailers: those received with the error, or those to send with it. */
  readonly trailers: ReadonlyMetadata | undefined;
  /** Every detail, undecoded; those of unknown types too. */
  readonly rawDetails: readonly ErrorDetail[];
  readonly #rawMessage: string;

  static {
    // On the prototype, so that the stack begins with it.
    Object.defineProperty(RpcError.prototype, "name", { value: "RpcError", configurable: true });
  }

  /** @throws TypeError for what is no code. */
  constructor(code: Code, message: string, options: RpcErrorOptions = {}) {
    if (!isCode(code)) throw new TypeError(`${quote(code)} is no code; codes: ${codes.join(", ")}`);
    const { cause, peer, method } = options;
    super(describe(code, peer, method, message), cause === undefined ? undefined : { cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = code;
    this.reason = options.reason;
    this.origin = options.origin ?? "local";
    this.peer = peer;
    this.method = method;
    this.headers = options.headers;
    this.trailers = options.trailers;
    this.rawDetails = options.details ?? [];
    this.#rawMessage = message;
  }

  /** The text without code and place: what is, or was, on the wire. */
  get rawMessage(): string {
    return this.#rawMessage;
  }

  /** What a log may show: neither metadata, nor details, nor the cause. */
  toJSON(): { [name: string]: string | undefined } {
    const { name, code, message, reason, origin, peer, method } = this;
    return { name, code, message, reason, origin, peer, method };
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

function describe(
  code: Code,
  peer: string | undefined,
  method: string | undefined,
  text: string,
): string {
  const place =
    peer === undefined || method === undefined ? (peer ?? method) : `${peer} (${method})`;
  return [code, place, text].filter((each) => each !== undefined && each !== "").join(": ");
}
