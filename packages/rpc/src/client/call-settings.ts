import { type Codec, checkCodec } from "../codec.js";
import type { Compression } from "../compression/compression.js";
import { checkCompression, checkCompressions } from "../compression/negotiate.js";
import type { ContextValues } from "../context.js";
import type { Interceptor } from "../interceptor.js";
import { Metadata, type MetadataInit } from "../metadata.js";
import { checkOptionNames, quote } from "../option-names.js";
import { RpcError } from "../rpc-error.js";
import type { Protocol } from "../server/handler-call.js";
import { defaultReceivedMessageBytes } from "../transport/message-body.js";
import type { CallOptions, ChannelOptions } from "./options.js";

/** What holds for one call: its own options over those of the channel. */
export interface CallSettings {
  readonly codec: Codec;
  /** The nearer one of the call's own and its parent's. */
  readonly timeoutMs: number | undefined;
  readonly headers: Metadata | undefined;
  readonly signal: AbortSignal | undefined;
  readonly parent: CallOptions["parent"];
  readonly receivedMessageBytes: number;
  /** What request messages from `minBytes` up are compressed with. */
  readonly send: Compression | undefined;
  readonly minBytes: number;
  readonly accept: readonly Compression[];
  readonly useHttpGet: boolean;
  readonly values: ContextValues | undefined;
}

/** A channel's options, checked and completed: what holds for a call that has none of its own. */
export interface ChannelSettings extends CallSettings {
  readonly protocol: Protocol;
  readonly interceptors: readonly Interceptor[];
}

const callOptionNames: ReadonlySet<string> = new Set<keyof CallOptions>([
  "timeoutMs",
  "headers",
  "signal",
  "receivedMessageBytes",
  "parent",
  "compression",
  "useHttpGet",
  "values",
]);
const defaultsNames: ReadonlySet<string> = new Set<keyof NonNullable<ChannelOptions["defaults"]>>([
  "timeoutMs",
  "headers",
]);
const compressionNames: ReadonlySet<string> = new Set<
  keyof NonNullable<ChannelOptions["compression"]>
>(["send", "accept", "minBytes"]);
const protocols: readonly string[] = ["connect", "grpc", "grpc-web"] satisfies Protocol[];

/** The options that channels of every transport have. */
export const channelOptionNames: readonly (keyof ChannelOptions)[] = [
  "protocol",
  "codec",
  "compression",
  "interceptors",
  "defaults",
  "receivedMessageBytes",
  "useHttpGet",
];

/**
 * @throws RpcError `invalid_argument` for a value that an option cannot have.
 * @throws TypeError for an unknown name among the defaults or under compression.
 */
export function channelSettings(options: ChannelOptions, binary: Codec): ChannelSettings {
  const { defaults = {}, interceptors = [] } = options;
  checkOptionNames("a channel's defaults", defaults, defaultsNames);
  const { headers, timeoutMs } = defaults;
  return {
    protocol: checkProtocol(options.protocol),
    codec: codecOf(options.codec, binary),
    timeoutMs: checkTimeout(timeoutMs),
    headers: headers === undefined ? undefined : metadataOf(headers),
    signal: undefined,
    parent: undefined,
    receivedMessageBytes:
      checkBytes("receivedMessageBytes", options.receivedMessageBytes) ??
      defaultReceivedMessageBytes,
    ...compressionSettings(options.compression),
    useHttpGet: options.useHttpGet ?? false,
    values: undefined,
    interceptors: checkInterceptors(interceptors),
  };
}

/**
 * @throws RpcError `invalid_argument` for a value that an option cannot have.
 * @throws TypeError for an unknown option.
 */
export function callSettings(
  channel: ChannelSettings,
  options: CallOptions | undefined,
): CallSettings {
  if (options === undefined) return channel;
  checkOptionNames("a call", options, callOptionNames);
  const { compression, parent } = options;
  if (compression !== undefined && compression !== false) {
    checkCompression("a call's compression", compression);
  }
  return {
    codec: channel.codec,
    timeoutMs: nearer(checkTimeout(options.timeoutMs) ?? channel.timeoutMs, parent),
    headers: overlay(channel.headers, options.headers),
    signal: checkSignal(options.signal),
    parent,
    receivedMessageBytes:
      checkBytes("receivedMessageBytes", options.receivedMessageBytes) ??
      channel.receivedMessageBytes,
    send: compression === undefined ? channel.send : compression || undefined,
    minBytes: channel.minBytes,
    accept: channel.accept,
    useHttpGet: options.useHttpGet ?? channel.useHttpGet,
    values: options.values,
  };
}

function compressionSettings(
  options: ChannelOptions["compression"] = {},
): Pick<CallSettings, "send" | "accept" | "minBytes"> {
  checkOptionNames("a channel's compression", options, compressionNames);
  const { send, accept = send === undefined ? [] : [send] } = options;
  if (send !== undefined) checkCompression("a channel's compression.send", send);
  checkCompressions("a channel's compression.accept", accept);
  const minBytes = checkBytes("compression.minBytes", options.minBytes) ?? 1024;
  return { send, accept, minBytes };
}

function codecOf(codec: Codec | undefined, binary: Codec): Codec {
  if (codec === undefined) return binary;
  checkCodec("a channel's codec", codec);
  return codec;
}

function checkSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined || typeof signal?.addEventListener === "function") return signal;
  throw unusable(
    `signal must be an AbortSignal, such as controller.signal; it is ${quote(signal)}`,
  );
}

function nearer(timeoutMs: number | undefined, parent: CallOptions["parent"]): number | undefined {
  if (parent === undefined) return timeoutMs;
  if (typeof parent?.timeRemainingMs !== "function") {
    throw unusable(`parent must be the call of a handler; it is ${quote(parent)}`);
  }
  const left = parent.timeRemainingMs();
  if (left === undefined) return timeoutMs;
  return timeoutMs === undefined ? left : Math.min(left, timeoutMs);
}

function overlay(
  defaults: Metadata | undefined,
  own: CallOptions["headers"],
): Metadata | undefined {
  if (own === undefined) return defaults;
  const headers = metadataOf(own);
  if (defaults === undefined) return headers;
  const names = new Set([...headers].map(([name]) => name));
  for (const [name, value] of defaults) if (!names.has(name)) headers.append(name, value);
  return headers;
}

function metadataOf(init: MetadataInit): Metadata {
  try {
    return new Metadata(init);
  } catch (cause) {
    throw new RpcError("invalid_argument", `headers: ${(cause as Error).message}`, {
      cause,
      reason: "BOWLINE_OPTION",
    });
  }
}

function checkProtocol(protocol: Protocol = "connect"): Protocol {
  if (protocols.includes(protocol)) return protocol;
  throw unusable(`protocol is ${quote(protocol)}; it can be "connect", "grpc" or "grpc-web"`);
}

function checkInterceptors(interceptors: readonly Interceptor[]): readonly Interceptor[] {
  if (Array.isArray(interceptors) && interceptors.every((each) => typeof each === "function")) {
    return interceptors;
  }
  throw unusable(`interceptors must be an array of functions; it is ${quote(interceptors)}`);
}

function checkTimeout(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || timeoutMs === Infinity) return undefined;
  if (typeof timeoutMs === "number" && timeoutMs >= 0) return timeoutMs;
  throw unusable(
    `timeoutMs must be a number of milliseconds, 0 or more; it is ${quote(timeoutMs)}`,
  );
}

function checkBytes(name: string, bytes: number | undefined): number | undefined {
  if (bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0)) return bytes;
  throw unusable(`${name} must be a whole number of bytes, 0 or more; it is ${quote(bytes)}`);
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_OPTION" });
}
