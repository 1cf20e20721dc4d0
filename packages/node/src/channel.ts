import type { Channel, ChannelOptions } from "@bowline/rpc";
import {
  channelOptionNames,
  checkOptionNames,
  createTransportChannel,
} from "@bowline/rpc/internal";
import { createHttp1Transport } from "./http1/client.js";
import { parseTarget } from "./target.js";

/** Options of {@link createChannel}. */
export interface NodeChannelOptions extends ChannelOptions {
  readonly limits?: {
    /** Connections to the target at a time; calls beyond them wait. Default 256. */
    readonly connections?: number;
    /** Milliseconds to establish a connection. Default 20,000. */
    readonly connectTimeoutMs?: number;
    /** Bytes of a response's header list. Default 16 KiB, as on servers. */
    readonly headerListBytes?: number;
  };
}

const optionNames: ReadonlySet<string> = new Set<keyof NodeChannelOptions>([
  ...channelOptionNames,
  "limits",
]);
const limitNames: ReadonlySet<string> = new Set<keyof NonNullable<NodeChannelOptions["limits"]>>([
  "connections",
  "connectTimeoutMs",
  "headerListBytes",
]);

/**
 * Makes a channel: Connect over HTTP/1.1, connections kept alive and shared. Nothing is connected before the first
 * call, and idle connections do not keep the process alive: a script that made its calls ends by itself.
 *
 * A target says its scheme: `http://localhost:8080`. A bare `localhost:8080` is an error, because plaintext is a choice
 * that is written down.
 * @throws RpcError `invalid_argument` or `unimplemented` for a target or a protocol, `invalid_argument` for options.
 * @throws TypeError for an option that does not exist, and for a target that is no string.
 */
export function createChannel(target: string, options: NodeChannelOptions = {}): Channel {
  const parsed = parseTarget(target);
  checkOptionNames("createChannel", options, optionNames);
  checkOptionNames("createChannel's limits", options.limits ?? {}, limitNames);
  const {
    connections = 256,
    connectTimeoutMs = 20_000,
    headerListBytes = 16_384,
  } = options.limits ?? {};
  const transport = createHttp1Transport(parsed, {
    connections,
    connectTimeoutMs,
    headerListBytes,
  });
  return createTransportChannel(target, transport, options);
}
