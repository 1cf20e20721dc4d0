import type { Code } from "../code.js";
import type { Codec } from "../codec.js";
import type { ReadonlyMetadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import type { Protocol } from "../server/handler-call.js";
import type { Placer } from "./call-failure.js";

/** How a protocol of enveloped messages dresses requests, and how its responses begin and end. */
export interface EnvelopedProtocol {
  readonly name: Protocol;
  /** The protocol needs HTTP/2. */
  readonly requiresHttp2: boolean;
  /** The fields that every request begins with, names and values one after the other. */
  fields(codec: Codec): readonly string[];
  readonly timeoutField: string;
  /** Writes a timeout in milliseconds. */
  formatTimeout(remainingMs: number): string;
  /** The field that names the compression of messages, in requests and responses. */
  readonly encodingField: string;
  /** The field that lists the compressions which are accepted. */
  readonly acceptField: string;
  /** The flag of the message that ends a response; 0 where HTTP's trailers do. */
  readonly endFlag: number;
  /** Whether these headers may be all that comes: they say how the call ended. */
  saysEnd(headers: ReadonlyMetadata): boolean;
  /** Why a response of this status and these headers is not read. */
  refuse(status: number, headers: ReadonlyMetadata, codec: Codec): Refusal | undefined;
  /**
   * Reads how a complete response ended.
   * @throws RpcError `internal` if it does not say, or says it wrongly.
   */
  readEnd(response: CompleteResponse, call: Placer): ResponseEnd;
}

/** A response that is not of the form that was asked for. */
export interface Refusal {
  readonly code: Code;
  readonly message: string;
}

/** What there is when a response is complete. */
export interface CompleteResponse {
  readonly headers: ReadonlyMetadata;
  /** HTTP's trailers. */
  readonly trailers: ReadonlyMetadata;
  /** The content of the message with the end flag, if it came. */
  readonly end: Uint8Array | undefined;
  /** There were headers only, and they say how the call ended. */
  readonly isTrailersOnly: boolean;
}

/** How a response ended. */
export interface ResponseEnd {
  readonly trailers: ReadonlyMetadata;
  /** `undefined` for success. */
  readonly error: RpcError | undefined;
}
