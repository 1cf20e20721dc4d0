import type { Codec } from "../codec.js";
import type { Compression } from "../compression/compression.js";
import type { ContextValues } from "../context.js";
import type { Interceptor } from "../interceptor.js";
import type { MetadataInit } from "../metadata.js";
import type { HandlerCall, Protocol } from "../server/handler-call.js";

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
  /** Bound of a response message in bytes. Default: the channel's. */
  readonly receivedMessageBytes?: number | undefined;
  /**
   * The call of a handler that makes this one: its deadline bounds this call where it is the nearer one, and when it is
   * cancelled, so is this call.
   */
  readonly parent?: Pick<HandlerCall, "timeRemainingMs" | "signal"> | undefined;
  /** What request messages are compressed with; `false`: nothing is. Default: the channel's `compression.send`. */
  readonly compression?: Compression | false | undefined;
  /** Whether a method without side effects is called by HTTP GET. Default: the channel's. */
  readonly useHttpGet?: boolean | undefined;
  /** What interceptors are to know of this call. */
  readonly values?: ContextValues | undefined;
}

/** Options that every channel has, whatever its transport. */
export interface ChannelOptions {
  /** What is spoken. Default `connect`, which every HTTP version and every proxy carries. */
  readonly protocol?: Protocol;
  /** The form of messages. Default binary; JSON: `jsonCodec` from `@bowline/rpc/json`. */
  readonly codec?: Codec;
  readonly compression?: {
    /** What request messages are compressed with. Default nothing: servers need not understand it. */
    readonly send?: Compression;
    /** What the server may compress responses with, best first. Default: `send`, or nothing. */
    readonly accept?: readonly Compression[];
    /** Messages of fewer bytes are sent as they are. Default 1024; 0 compresses all, empty ones too. */
    readonly minBytes?: number;
  };
  /** Stand between the caller and the wire; the first is the outermost. */
  readonly interceptors?: readonly Interceptor[];
  /** What calls use that do not say otherwise. */
  readonly defaults?: {
    /** Milliseconds. Default none. */
    readonly timeoutMs?: number;
    readonly headers?: MetadataInit;
  };
  /**
   * Bound of a response message in bytes, decompressed; error bodies and the end of a stream included. Default 4 MiB, as
   * on servers.
   */
  readonly receivedMessageBytes?: number;
  /**
   * Connect only: methods without side effects are called by HTTP GET, which caches understand. A request whose URL would
   * be longer than 8 KiB goes as POST. Default `false`.
   */
  readonly useHttpGet?: boolean;
}
