import {
  ChunkSink,
  type ClientStream,
  listBytes,
  Metadata,
  type ReadonlyMetadata,
  type RequestHead,
  type ResponseReceiver,
  type StreamFailure,
  userAgent,
} from "@bowline/rpc/internal";
import { isDeno, isWorkers } from "../platform.js";
import { describeCut, describeNoResponse } from "./failure.js";
import type { FetchTransport } from "./transport.js";

/** What `fetch` decompresses by itself; the headers still tell of it. */
const decompressed =
  isDeno || isWorkers ? /^(?:x-)?gzip$|^br$/i : /^(?:x-)?(?:gzip|deflate|br|zstd)$/i;

/** One request by `fetch`. */
export class FetchStream implements ClientStream {
  readonly httpVersion = undefined;
  readonly body: ChunkSink = new ChunkSink();
  readonly #transport: FetchTransport;
  readonly #head: RequestHead;
  readonly #receiver: ResponseReceiver;
  readonly #controller = new AbortController();
  #isSent = false;
  #isOver = false;
  #isPaused = false;
  /** Goes on with a body that is not read because the receiver pauses. */
  #wake: (() => void) | undefined;

  constructor(transport: FetchTransport, head: RequestHead, receiver: ResponseReceiver) {
    this.#transport = transport;
    this.#head = head;
    this.#receiver = receiver;
  }

  send(): void {
    if (this.#isSent || this.#isOver) return;
    this.#isSent = true;
    this.#transport.streams.add(this);
    void this.#exchange(this.#head.method === "GET" ? undefined : this.body.takeBytes());
  }

  // Calls that would send a request piece by piece are refused before they come here: `refusesStart`.

  start(): void {
    const message = `the request was not sent: ${this.#transport.refusesStart}`;
    queueMicrotask(() => this.#interrupt({ kind: "unsupported", message }));
  }

  flush(): boolean {
    this.body.clear();
    return true;
  }

  end(): void {
    this.body.clear();
  }

  reset(): void {
    if (this.#isOver) return;
    this.#finish();
    this.#controller.abort();
    this.#wake?.();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#wake?.();
  }

  /** The transport was closed. */
  shutDown(): void {
    queueMicrotask(() => this.#abort(shutdown));
  }

  async #exchange(body: Uint8Array | undefined): Promise<void> {
    // Nothing reaches the receiver while it still calls `send`, whatever `fetch` does.
    await undefined;
    if (this.#transport.isClosed) return this.#interrupt(shutdown);
    if (this.#isOver) return;
    let response: Response;
    try {
      response = await this.#fetch(body);
    } catch (error) {
      return this.#interrupt(describeNoResponse(error, this.#transport.settings.base));
    }
    if (this.#isOver) return;
    if (response.type === "opaqueredirect") return this.#abort(redirected);
    const headers = headersOf(response.headers);
    const { headerListBytes } = this.#transport.settings;
    if (listBytes(headers) > headerListBytes) return this.#abort(tooManyHeaders(headerListBytes));
    this.#receiver.head(response.status, headers);
    await this.#deliver(response.body);
  }

  #fetch(body: Uint8Array | undefined): Promise<Response> {
    const { settings } = this.#transport;
    const { method, path, headers } = this.#head;
    return settings.fetch(settings.base.prefix + path, {
      ...settings.init,
      method,
      headers: requestHeaders(headers),
      ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      // A redirected POST becomes a GET of something else.
      redirect: "manual",
      signal: this.#controller.signal,
    });
  }

  async #deliver(body: ReadableStream<Uint8Array> | null): Promise<void> {
    try {
      const reader = body?.getReader();
      for (;;) {
        if (this.#isPaused && !this.#isOver) await this.#resumed();
        if (this.#isOver) return;
        const piece = await reader?.read();
        if (this.#isOver) return;
        if (piece?.value === undefined) break;
        this.#receiver.data(piece.value, 0, piece.value.length);
      }
    } catch (error) {
      return this.#interrupt(describeCut(error));
    }
    this.#finish();
    this.#receiver.end(new Metadata());
  }

  #resumed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #abort(failure: StreamFailure): void {
    if (this.#isOver) return;
    this.#interrupt(failure);
    this.#controller.abort();
    this.#wake?.();
  }

  #interrupt(failure: StreamFailure): void {
    if (this.#isOver) return;
    this.#finish();
    this.#receiver.interrupted(failure);
  }

  #finish(): void {
    this.#isOver = true;
    this.#transport.streams.delete(this);
  }
}

const shutdown: StreamFailure = { kind: "shutdown", message: "the channel is closed" };

const redirected: StreamFailure = {
  kind: "malformed",
  message: "the server redirects the call to another address; make the channel for that one",
};

function tooManyHeaders(limit: number): StreamFailure {
  const message = `the headers of the response are past the limit of ${limit} bytes (headerListBytes)`;
  return { kind: "limit", message };
}

/**
 * The headers of a request, without those that are the platform's: browsers ignore `accept-encoding`, and ask for what
 * they decompress; a `user-agent` of ours would make them ask the server for permission.
 */
function requestHeaders(fields: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const [name, value] = [fields[i] as string, fields[i + 1] as string];
    if (name === "accept-encoding" || (name === "user-agent" && value === userAgent)) continue;
    pairs.push([name, value]);
  }
  return pairs;
}

/** The headers of a response. Those that describe the body as it was before it was decompressed say nothing any more. */
function headersOf(headers: Headers): ReadonlyMetadata {
  const isPlain = headers.get("content-encoding")?.split(",").every(isDecompressed);
  const fields: string[] = [];
  headers.forEach((value, name) => {
    if (!isPlain || (name !== "content-encoding" && name !== "content-length"))
      fields.push(name, value);
  });
  return Metadata.fromWire(fields);
}

function isDecompressed(encoding: string): boolean {
  return decompressed.test(encoding.trim());
}
