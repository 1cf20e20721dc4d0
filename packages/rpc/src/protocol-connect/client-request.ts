import { withMetadata } from "../client/request-fields.js";
import { userAgent } from "../client/user-agent.js";
import type { Codec } from "../codec.js";
import { compressMessage } from "../compression/compress-message.js";
import { acceptList } from "../compression/negotiate.js";
import type { HeaderFields } from "../metadata.js";
import { ChunkSink } from "../transport/byte-sink.js";
import type { RequestHead } from "../transport/client-stream.js";
import type { UnaryRequestInit } from "./client.js";
import { unaryContentType } from "./content-type.js";
import { formatGetQuery } from "./get-query.js";
import { formatTimeout } from "./timeout.js";

/** The longest path and query of a GET; what would be longer goes as POST. */
const longestTarget = 8192;

type RequestInit = Omit<UnaryRequestInit, "outcome">;

/** A request that is ready to be sent. */
export interface PreparedRequest {
  readonly head: RequestHead;
  /** `undefined` for a GET. */
  readonly body: Uint8Array | undefined;
}

/** The fields that every unary request of a channel begins with. */
export function unaryFields(codec: Codec): readonly string[] {
  return [
    ...["content-type", unaryContentType(codec)],
    ...["connect-protocol-version", "1", "user-agent", userAgent],
  ];
}

/** Whether the head of a request depends on its encoded message. */
export function needsPreparation({ settings, method }: RequestInit): boolean {
  return settings.send !== undefined || isGet(settings, method);
}

/** The head of a POST, whose body may be compressed. */
export function requestHead(init: RequestInit, encoding?: string): RequestHead {
  const headers = requestFields(init, init.fields, encoding);
  return { method: "POST", path: init.method.path, headers, requiresHttp2: false };
}

/**
 * Encodes and compresses a message and hands it on with its head, at once where the compression allows it.
 * @returns a promise where the compression takes its time.
 * @throws what the codec or the compression throws; a promise is rejected with it.
 */
export function prepareRequest(
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
  return { method: "GET", path, headers, requiresHttp2: false };
}

function isGet(settings: RequestInit["settings"], method: RequestInit["method"]): boolean {
  return settings.useHttpGet && method.idempotency === "no_side_effects";
}

function requestFields(
  { settings }: RequestInit,
  base: HeaderFields,
  encoding: string | undefined,
): HeaderFields {
  const { timeoutMs, headers, accept } = settings;
  if (timeoutMs === undefined && encoding === undefined && accept.length === 0) {
    return withMetadata(base, headers);
  }
  const fields = [...base];
  if (timeoutMs !== undefined) fields.push("connect-timeout-ms", formatTimeout(timeoutMs));
  if (encoding !== undefined) fields.push("content-encoding", encoding);
  if (accept.length > 0) fields.push("accept-encoding", acceptList(accept));
  return withMetadata(fields, headers);
}
