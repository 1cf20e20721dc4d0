import type { Code } from "../code.js";
import type { Codec } from "../codec.js";
import type { Compression } from "../compression/compression.js";
import type { HeaderFields, ReadonlyMetadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import type { ServerStream } from "../transport/server-stream.js";
import type { Protocol } from "./handler-call.js";

/** What a protocol with messages in envelopes says of calls: calls with like headers share one. */
export interface EnvelopeWire {
  readonly protocol: Protocol;
  readonly codec: Codec;
  /** What requests are compressed with, by their headers. */
  readonly requestCompression: Compression | undefined;
  /** What answers may be compressed with: the caller asked for it. */
  readonly responseCompression: Compression | undefined;
  /** The code for requests that do not decode or decompress. */
  readonly decodeCode: Code;
  /** The protocol's own headers of an answer; the list may be shared. */
  head(compression: Compression | undefined): HeaderFields;
  /**
   * Ends the answer behind what is in the stream's body.
   * @param head the headers, if they have not been sent yet.
   * @returns whether all of the error could be said.
   */
  finish(
    stream: ServerStream,
    head: HeaderFields | undefined,
    error: RpcError | undefined,
    trailers: ReadonlyMetadata | undefined,
  ): boolean;
}
