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
import type { BaseUrl } from "./base-url.js";

/** How requests are made. */
export interface FetchSettings {
  readonly base: BaseUrl;
  readonly fetch: FetchFunction;
  /** Members of `RequestInit` that the caller asked for; some platforms refuse to see others. */
  readonly init: Pick<RequestInit, "credentials" | "cache">;
  readonly headerListBytes: number;
  /** Why there is no response, or (`isCut`) no more of it. */
  readonly describe: (error: unknown, base: BaseUrl, isCut: boolean) => StreamFailure;
}

/** `fetch`, as far as it is used: always with a URL and members. */
export type FetchFunction = (url: string, init: RequestInit) => Promise<Response>;

/** What `fetch` decompresses by itself; the headers still tell of it. */
const decompressed =
  isDeno || isWorkers ? /^(?:x-)?gzip$|^br$/i : /^(?:x-)?(?:gzip|deflate|br|zstd)$/i;

/** One whole request by `fetch`, and the response to it, for receivers that never pause. */
export class FetchExchange implements ClientStream {
  readonly httpVersion = undefined;
  readonly body: ChunkSink = new ChunkSink();
  protected isOver = false;
  protected readonly settings: FetchSettings;
  readonly #head: RequestHead;
  readonly #receiver: ResponseReceiver;
  readonly #controller = new AbortController();

  constructor(settings: FetchSettings, head: RequestHead, receiver: ResponseReceiver) {
    this.settings = settings;
    this.#head = head;
    this.#receiver = receiver;
  }

  send(): void {
    void this.#exchange(this.#head.method === "GET" ? undefined : this.body.takeBytes());
  }

  reset(): void {
    if (this.isOver) return;
    this.finish();
    this.#controller.abort();
  }

  // For those that pause, and for requests in pieces, which are refused before they come here.

  start(): void {}

  flush(): boolean {
    return true;
  }

  end(): void {}
  pause(): void {}
  resume(): void {}

  /** Why nothing may be sent. */
  protected refused(): StreamFailure | undefined {
    return undefined;
  }

  /** Waits until the receiver wants more. */
  protected resumed(): Promise<void> | undefined {
    return undefined;
  }

  protected finish(): void {
    this.isOver = true;
  }

  protected abort(failure: StreamFailure): void {
    this.#interrupt(failure);
    this.#controller.abort();
  }

  async #exchange(body: Uint8Array | undefined): Promise<void> {
    // Nothing reaches the receiver while it still calls `send`, whatever `fetch` does.
    await undefined;
    if (this.isOver) return;
    const refusal = this.refused();
    if (refusal !== undefined) return this.#interrupt(refusal);
    const { settings } = this;
    let isCut = false;
    try {
      const response = await this.#fetch(body);
      if (this.isOver) return;
      const failure = this.#receiveHead(response);
      if (failure !== undefined) return this.abort(failure);
      isCut = true;
      await this.#deliver(response.body?.getReader());
    } catch (error) {
      this.#interrupt(settings.describe(error, settings.base, isCut));
    }
  }

  #fetch(body: Uint8Array | undefined): Promise<Response> {
    const { settings } = this;
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

  #receiveHead({ type, status, headers }: Response): StreamFailure | undefined {
    if (type === "opaqueredirect") return redirected;
    const fields = headersOf(headers);
    const { headerListBytes } = this.settings;
    if (listBytes(fields) <= headerListBytes) {
      this.#receiver.head(status, fields);
      return undefined;
    }
    const message = `the headers of the response are past the limit of ${headerListBytes} bytes (headerListBytes)`;
    return { kind: "limit", message };
  }

  async #deliver(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<void> {
    for (;;) {
      await this.resumed();
      if (this.isOver) return;
      const piece = await reader?.read();
      if (this.isOver) return;
      if (piece?.value === undefined) break;
      this.#receiver.data(piece.value, 0, piece.value.length);
    }
    this.finish();
    this.#receiver.end(new Metadata());
  }

  #interrupt(failure: StreamFailure): void {
    if (this.isOver) return;
    this.finish();
    this.#receiver.interrupted(failure);
  }
}

const redirected: StreamFailure = {
  kind: "malformed",
  message: "the server redirects the call to another address; use that one",
};

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
