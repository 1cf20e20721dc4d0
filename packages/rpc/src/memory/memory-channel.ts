import { channelOptionNames } from "../client/call-settings.js";
import { type Channel, createTransportChannel } from "../client/channel.js";
import type { ChannelOptions } from "../client/options.js";
import { binaryCodec } from "../codec.js";
import { jsonCodec } from "../json.js";
import { checkOptionNames } from "../option-names.js";
import type { Implementation } from "../server/implement.js";
import { type HandlerOptions, handlerOptionNames } from "../server/options.js";
import { createRequestHandler } from "../server/request-handler.js";
import { defaultReceivedMessageBytes } from "../transport/message-body.js";
import { createMemoryTransport } from "./memory-transport.js";

/** Options of {@link createMemoryChannel}: those of every channel, and the server's. */
export interface MemoryChannelOptions extends ChannelOptions {
  readonly server?: MemoryServerOptions;
}

/** Options of the server behind a channel in memory. */
export interface MemoryServerOptions extends HandlerOptions {
  readonly limits?: {
    /** Bytes of a request message. Default 4 MiB, as everywhere. */
    readonly receivedMessageBytes?: number;
    /** Bytes of a header list, of requests and responses. Default 16 KiB, as everywhere. */
    readonly headerListBytes?: number;
    /** Bytes of one header field, name and value. Default 8 KiB, as everywhere. */
    readonly headerFieldBytes?: number;
  };
}

const optionNames: ReadonlySet<string> = new Set<keyof MemoryChannelOptions>([
  ...channelOptionNames,
  "server",
]);

const serverOptionNames: ReadonlySet<string> = new Set<keyof MemoryServerOptions>([
  ...handlerOptionNames,
  "limits",
]);
const limitNames: ReadonlySet<string> = new Set<keyof NonNullable<MemoryServerOptions["limits"]>>([
  "receivedMessageBytes",
  "headerListBytes",
  "headerFieldBytes",
]);

/**
 * Makes a channel to services in the same process, without a port: for tests of handlers and clients, and for a service
 * that is called where it is. Everything is as over HTTP/2: messages are encoded and decoded, headers, trailers, errors,
 * deadlines, cancellation, limits and backpressure included; answers come later than the call returns.
 *
 * ```ts
 * it("greets by name", async () => {
 *   const greet = createClient(GreetService, createMemoryChannel([greeter]));
 *   const { greeting } = await greet.greet({ name: "Ada" });
 *   expect(greeting).toBe("Hello, Ada!");
 * });
 * ```
 * @throws RpcError `already_exists` for a service given twice, `invalid_argument` for a value that an option cannot have.
 * @throws TypeError for an option that does not exist, and for a service without `implement`.
 */
export function createMemoryChannel(
  services: readonly Implementation[],
  options: MemoryChannelOptions = {},
): Channel {
  checkOptionNames("createMemoryChannel", options, optionNames);
  const { server = {}, ...own } = options;
  checkOptionNames("createMemoryChannel's server", server, serverOptionNames);
  checkOptionNames("createMemoryChannel's server.limits", server.limits ?? {}, limitNames);
  const { limits = {}, ...handling } = server;
  const {
    receivedMessageBytes = defaultReceivedMessageBytes,
    headerListBytes = 16_384,
    headerFieldBytes = 8_192,
  } = limits;
  const accept = createRequestHandler({
    codecs: [binaryCodec, jsonCodec],
    ...handling,
    services,
    receivedMessageBytes,
    headerFieldBytes,
  });
  const transport = createMemoryTransport(accept, { headerListBytes, headerFieldBytes });
  return createTransportChannel("memory:", transport, own);
}
