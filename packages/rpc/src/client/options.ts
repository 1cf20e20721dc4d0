import type { Codec } from "../codec.js";
import type { MetadataInit } from "../metadata.js";

/** Options of one call. */
export interface CallOptions {
  /**
   * How long the call may take, in milliseconds; the server is told and gives up too. 0 fails at once. Default: the
   * channel's `defaults.timeoutMs`; without one the call may take for ever.
   */
  readonly timeoutMs?: number | undefined;
  /** Sent with the request, in place of the channel's default headers of the same names. */
  readonly headers?: MetadataInit | undefined;
  /** Aborting it cancels the call. */
  readonly signal?: AbortSignal | undefined;
  /** Bound of the response message in bytes. Default: the channel's. */
  readonly receivedMessageBytes?: number | undefined;
}

/** Options that every channel has, whatever its transport. */
export interface ChannelOptions {
  /** What is spoken. This version speaks Connect only. */
  readonly protocol?: "connect";
  /** The form of messages. Default binary; JSON: `jsonCodec` from `@bowline/rpc/json`. */
  readonly codec?: Codec;
  /** What calls use that do not say otherwise. */
  readonly defaults?: {
    /** Milliseconds. Default none. */
    readonly timeoutMs?: number;
    readonly headers?: MetadataInit;
  };
  /** Bound of a response message in bytes, error bodies included. Default 4 MiB, as on servers. */
  readonly receivedMessageBytes?: number;
}
