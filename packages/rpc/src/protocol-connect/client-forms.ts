import { userAgent } from "../client/user-agent.js";
import { compressMessage } from "../compression/compress-message.js";
import { decompressMessage } from "../compression/decompress-message.js";
import { ChunkSink } from "../transport/byte-sink.js";
import type { RequestHead } from "../transport/client-stream.js";
import type { UnaryRequestInit } from "./client.js";
import { requestFields, requestHead } from "./client-request.js";
import { formatGetQuery } from "./get-query.js";

/** The longest path and query of a GET; what would be longer goes as POST. */
const longestTarget = 8192;

type RequestInit = Omit<UnaryRequestInit, "outcome">;

/** A request that is ready to be sent. */
export interface PreparedRequest {
  readonly head: RequestHead;
  /** `undefined` for a GET. */
  readonly body: Uint8Array | undefined;
}

/** Whether the head of a request depends on its encoded message. */
function needsPreparation({ settings, method }: RequestInit): boolean {
  return settings.send !== undefined || isGet(settings, method);
}

/**
 * Encodes and compresses a message and hands it on with its head, at once where the compression allows it.
 * @returns a promise where the compression takes its time.
 * @throws what the codec or the compression throws; a promise is rejected with it.
 */
function prepareRequest(
  init: RequestInit,
  message: unknown,
  ready: (request: PreparedRequest) => void,
): Promise<void> | undefined {
  const { codec, send, minBytes } = init.settings;
  const sink = new ChunkSink();
  const get = isGet(init.settings, init.method);
  codec.encode(init.method.input, message, sink, get ? { deterministic: true } : undefined);
  const bytes = sink.takeBytes();
  if (send === undefined || bytes.length < minBytes) {
    ready(withBody(init, bytes));
    return undefined;
  }
  const compressed = compressMessage(send, bytes);
  if (!(compressed instanceof Uint8Array)) {
    return compressed.then((each) => ready(withBody(init, each, send.name)));
  }
  ready(withBody(init, compressed, send.name));
  return undefined;
}

function withBody(init: RequestInit, body: Uint8Array, encoding?: string): PreparedRequest {
  const get = isGet(init.settings, init.method) ? getHead(init, body, encoding) : undefined;
  if (get !== undefined) return { head: get, body: undefined };
  return { head: requestHead(init, encoding), body };
}

/** The head of a GET; `undefined` if it would be too long. */
function getHead(
  init: RequestInit,
  message: Uint8Array,
  compression: string | undefined,
): RequestHead | undefined {
  const { codec } = init.settings;
  if (message.length > longestTarget) return undefined;
  const query = formatGetQuery({ codec: codec.name, message, compression });
  const path = init.method.path + query;
  if (path.length > longestTarget) return undefined;
  const headers = requestFields(init, ["user-agent", userAgent], undefined);
  return { method: "GET", path, headers, isWhole: true, requiresHttp2: false };
}

function isGet(settings: RequestInit["settings"], method: RequestInit["method"]): boolean {
  return settings.useHttpGet && method.idempotency === "no_side_effects";
}

/** What a unary request can be beside a plain POST, and an answer beside plain. Clients that are to be small lack it. */
export interface UnaryForms {
  readonly needsPreparation: typeof needsPreparation;
  readonly prepareRequest: typeof prepareRequest;
  readonly decompressMessage: typeof decompressMessage;
}

/** All of it: compression both ways, and GET. */
export const unaryForms: UnaryForms = { needsPreparation, prepareRequest, decompressMessage };
