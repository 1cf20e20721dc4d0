import { Metadata, type ReadonlyMetadata } from "../metadata.js";
import { RpcError, type RpcErrorOptions } from "../rpc-error.js";
import { asObject, errorFromJson, errorToJson, parseObject } from "./error.js";

/** What the last message of a streaming response says. */
export interface EndOfStream {
  /** `undefined` for success. */
  readonly error: RpcError | undefined;
  readonly trailers: Metadata;
}

const fallback = {
  code: "unknown",
  message: "the stream ended with an error that does not say what it is",
} as const;

/**
 * Writes the last message of a streaming response, Connect's `EndStreamResponse`, without its envelope:
 * `{"error": {…}, "metadata": {"x-a": ["1"]}}`.
 */
export function encodeEndStream(
  error: RpcError | undefined,
  trailers: ReadonlyMetadata | undefined,
): Uint8Array {
  const json = {
    error: error === undefined ? undefined : errorToJson(error),
    metadata: trailers === undefined || trailers.size === 0 ? undefined : listsOf(trailers),
  };
  return new TextEncoder().encode(JSON.stringify(json));
}

/**
 * Reads such a message. One that is malformed is an `internal` error: the end of a stream is never guessed. The error's
 * trailers are those of the message; headers and place are taken from `options`.
 */
export function decodeEndStream(
  bytes: Uint8Array,
  options: Pick<RpcErrorOptions, "headers" | "peer" | "method">,
): EndOfStream {
  const json: { readonly error?: unknown; readonly metadata?: unknown } | undefined =
    parseObject(bytes);
  if (json === undefined) return malformed("it is not a JSON object", options);
  const trailers = metadataOf(json.metadata ?? {});
  if (trailers === undefined)
    return malformed('"metadata" is not an object of lists of texts', options);
  const { error = null } = json;
  if (error === null) return { error: undefined, trailers };
  return { error: errorFromJson(error, fallback, { ...options, trailers }), trailers };
}

function malformed(what: string, options: RpcErrorOptions): EndOfStream {
  const trailers = new Metadata();
  const error = new RpcError("internal", `the end of the stream is malformed: ${what}`, {
    ...options,
    trailers,
    origin: "wire",
    reason: "BOWLINE_MALFORMED",
  });
  return { error, trailers };
}

/** Each name with all its values; `__proto__` is a name as any other. */
function listsOf(metadata: ReadonlyMetadata): Record<string, string[]> {
  const lists = new Map<string, string[]>();
  for (const [name, value] of metadata) {
    const list = lists.get(name);
    if (list === undefined) lists.set(name, [value]);
    else list.push(value);
  }
  return Object.fromEntries(lists);
}

function metadataOf(value: unknown): Metadata | undefined {
  const lists = asObject(value);
  if (lists === undefined) return undefined;
  const fields: string[] = [];
  for (const [name, list] of Object.entries(lists)) {
    if (!Array.isArray(list)) return undefined;
    for (const each of list) {
      if (typeof each !== "string") return undefined;
      fields.push(name, each);
    }
  }
  return Metadata.fromWire(fields);
}
