import { binaryCodec, type HandlerOptions, type Implementation } from "@bowline/rpc";
import {
  createRequestHandler,
  handlerOptionNames,
  type RequestHandler,
} from "@bowline/rpc/internal";
import { jsonCodec } from "@bowline/rpc/json";
import { builtinCompressions } from "./compression/builtin-compressions.js";
import type { ServerLimits } from "./server-limits.js";

/** What the servers and adapters of this package make a request handler of. */
export interface NodeHandlerOptions extends HandlerOptions {
  readonly services: readonly Implementation[];
  readonly limits?: Pick<ServerLimits, "receivedMessageBytes">;
}

/** A request handler with what is built in on Node: both codecs, all compressions. */
export function nodeRequestHandler(options: NodeHandlerOptions): RequestHandler {
  const { services, limits, compression } = options;
  const own = handlerOptionNames.map((name) => [name, options[name]]);
  const given = Object.fromEntries(own.filter(([, value]) => value !== undefined));
  const receivedMessageBytes = limits?.receivedMessageBytes;
  return createRequestHandler({
    codecs: [binaryCodec, jsonCodec],
    ...given,
    services,
    compression: { ...compression, algorithms: compression?.algorithms ?? builtinCompressions() },
    ...(receivedMessageBytes === undefined ? {} : { receivedMessageBytes }),
  });
}
