import type { Codec } from "../codec.js";
import { Metadata, type MetadataInit } from "../metadata.js";
import { checkOptionNames, quote } from "../option-names.js";
import { RpcError } from "../rpc-error.js";
import { defaultReceivedMessageBytes } from "../transport/message-body.js";
import type { CallOptions, ChannelOptions } from "./options.js";

/** What holds for one call: its own options over those of the channel. */
export interface CallSettings {
  readonly codec: Codec;
  readonly timeoutMs: number | undefined;
  readonly headers: Metadata | undefined;
  readonly signal: AbortSignal | undefined;
  readonly receivedMessageBytes: number;
}

/** A channel's options, checked and completed. */
export interface ChannelSettings {
  readonly codec: Codec;
  readonly timeoutMs: number | undefined;
  readonly headers: Metadata | undefined;
  readonly receivedMessageBytes: number;
}

const callOptionNames: ReadonlySet<string> = new Set<keyof CallOptions>([
  "timeoutMs",
  "headers",
  "signal",
  "receivedMessageBytes",
]);
const defaultsNames: ReadonlySet<string> = new Set<keyof NonNullable<ChannelOptions["defaults"]>>([
  "timeoutMs",
  "headers",
]);

/** The options that channels of every transport have. */
export const channelOptionNames: readonly (keyof ChannelOptions)[] = [
  "protocol",
  "codec",
  "defaults",
  "receivedMessageBytes",
];

/**
 * @throws RpcError `invalid_argument` for a value that an option cannot have, `unimplemented` for another protocol.
 * @throws TypeError for an unknown name among the defaults.
 */
export function channelSettings(options: ChannelOptions, binary: Codec): ChannelSettings {
  checkProtocol(options.protocol);
  checkOptionNames("a channel's defaults", options.defaults ?? {}, defaultsNames);
  const { headers, timeoutMs } = options.defaults ?? {};
  return {
    codec: options.codec ?? binary,
    timeoutMs: checkTimeout(timeoutMs),
    headers: headers === undefined ? undefined : metadataOf(headers),
    receivedMessageBytes: checkBytes(options.receivedMessageBytes) ?? defaultReceivedMessageBytes,
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
  if (options === undefined) return { ...channel, signal: undefined };
  checkOptionNames("a call", options, callOptionNames);
  return {
    codec: channel.codec,
    timeoutMs: checkTimeout(options.timeoutMs) ?? channel.timeoutMs,
    headers: overlay(channel.headers, options.headers),
    signal: options.signal,
    receivedMessageBytes: checkBytes(options.receivedMessageBytes) ?? channel.receivedMessageBytes,
  };
}

function overlay(
  defaults: Metadata | undefined,
  own: CallOptions["headers"],
): Metadata | undefined {
  if (own === undefined) return defaults;
  const headers = metadataOf(own);
  const names = new Set([...headers].map(([name]) => name));
  for (const [name, value] of defaults ?? []) if (!names.has(name)) headers.append(name, value);
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

function checkProtocol(protocol: string | undefined): void {
  if (protocol === undefined || protocol === "connect") return;
  throw new RpcError(
    protocol === "grpc" || protocol === "grpc-web" ? "unimplemented" : "invalid_argument",
    `protocol is ${quote(protocol)}; this version speaks "connect" only`,
    { reason: "BOWLINE_OPTION" },
  );
}

function checkTimeout(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY) return undefined;
  if (typeof timeoutMs === "number" && timeoutMs >= 0) return timeoutMs;
  throw unusable(
    `timeoutMs must be a number of milliseconds, 0 or more; it is ${quote(timeoutMs)}`,
  );
}

function checkBytes(bytes: number | undefined): number | undefined {
  if (bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0)) return bytes;
  throw unusable(
    `receivedMessageBytes must be a whole number of bytes, 0 or more; it is ${quote(bytes)}`,
  );
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_OPTION" });
}
