import {
  type HeaderFields,
  Metadata,
  type MetadataInit,
  type ReadonlyMetadata,
} from "../metadata.js";
import { ChunkSink } from "../transport/byte-sink.js";
import type { ServerStream } from "../transport/server-stream.js";
import { toCallerError } from "./invoke.js";
import { refuse } from "./refusal.js";

/** An HTTP response that says an error in its caller's protocol. */
export interface RenderedError {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/**
 * An error as the caller of a request expects it, for middleware that stands before the RPC handlers: Connect's JSON with
 * its HTTP status, gRPC's status in headers, gRPC-Web's, Connect's end of a stream, by the request's content type.
 * What is no `RpcError` becomes `internal` without its text.
 * @param request the headers of the request that is refused.
 */
export function renderError(
  request: { readonly headers: MetadataInit | HeadersLike },
  error: unknown,
): RenderedError {
  const stream = new RenderStream(headersOf(request.headers));
  refuse(
    stream,
    toCallerError(error, noContext, () => {}),
  );
  return stream.rendered as RenderedError;
}

/** `Headers` of the fetch API, or what looks like them. */
export interface HeadersLike {
  get(name: string): string | null;
}

const noContext = {} as Parameters<typeof toCallerError>[1];

function headersOf(headers: MetadataInit | HeadersLike): ReadonlyMetadata {
  const contentType =
    "get" in headers && typeof headers.get === "function"
      ? headers.get("content-type")
      : contentTypeOf(headers as { readonly [name: string]: unknown });
  return Metadata.fromWire(typeof contentType === "string" ? ["content-type", contentType] : []);
}

function contentTypeOf(headers: { readonly [name: string]: unknown }): unknown {
  const entries: Iterable<readonly [string, unknown]> =
    Symbol.iterator in headers
      ? (headers as unknown as Iterable<readonly [string, unknown]>)
      : Object.entries(headers);
  for (const [name, value] of entries) if (name.toLowerCase() === "content-type") return value;
  return undefined;
}

/** Takes an answer that is made for a stream. */
class RenderStream implements ServerStream {
  readonly httpVersion = "2";
  readonly method = "POST";
  readonly target = "/";
  readonly peer = { address: "unknown", tls: undefined };
  readonly body: ChunkSink = new ChunkSink();
  readonly headers: ReadonlyMetadata;
  rendered: RenderedError | undefined;

  constructor(headers: ReadonlyMetadata) {
    this.headers = headers;
  }

  respond(status: number, headers: HeaderFields, trailers: HeaderFields = []): void {
    const fields: [string, string][] = [];
    const all = [...headers, ...trailers];
    for (let i = 0; i < all.length; i += 2) fields.push([all[i] as string, all[i + 1] as string]);
    this.rendered = { status, headers: fields, body: this.body.takeBytes() };
  }

  start(): void {}

  flush(): boolean {
    return true;
  }

  end(): void {}
  reset(): void {}
  pause(): void {}
  resume(): void {}
}
