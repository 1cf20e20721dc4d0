import {
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";
import {
  ChunkSink,
  type ClientStream,
  Metadata,
  type ReadonlyMetadata,
  type RequestHead,
  type ResponseReceiver,
  type StreamFailure,
} from "@bowline/rpc/internal";
import { oversizedField } from "../http1/header-limit.js";
import type { Http2Connection } from "./client.js";
import { describeReset } from "./client-failure.js";
import { Upload } from "./client-upload.js";
import { oversizedRequest } from "./request-limit.js";

const noTrailers: ReadonlyMetadata = new Metadata();

/** A request on `node:http2`. */
export class Http2ClientStream implements ClientStream {
  readonly httpVersion = "2";
  readonly body: ChunkSink = new ChunkSink();
  readonly #connection: Http2Connection;
  readonly #head: RequestHead;
  readonly #receiver: ResponseReceiver;
  #stream: ClientHttp2Stream | undefined;
  #upload: Upload | undefined;
  #error: Error | undefined;
  #trailers: ReadonlyMetadata = noTrailers;
  /** END_STREAM came: what follows, a reset too, does not take the response back. */
  #complete = false;
  /** Bytes of the response that came and have not been handed on. */
  #undelivered = 0;
  #answered = false;
  #paused = false;
  #over = false;
  #released = false;
  /** What the connection had read, and how many streams it had had, when the head of the request left. */
  #before: { readonly bytes: number; readonly streams: number } | undefined;
  /** Bytes of the response's body. */
  #received = 0;

  constructor(connection: Http2Connection, head: RequestHead, receiver: ResponseReceiver) {
    this.#connection = connection;
    this.#head = head;
    this.#receiver = receiver;
  }

  send(): void {
    if (this.body.length === 0) {
      if (this.#request(true)) this.#upload?.stop();
    } else if (this.#request(false)) this.#upload?.end(this.body);
  }

  start(): void {
    this.#request(false);
  }

  flush(): boolean {
    if (!this.#over && this.#upload !== undefined) return this.#upload.write(this.body);
    this.body.clear();
    return true;
  }

  end(): void {
    if (this.#over) this.body.clear();
    else this.#upload?.end(this.body);
  }

  reset(): void {
    if (this.#over) return;
    this.#finish();
    this.#abandon();
  }

  pause(): void {
    this.#paused = true;
    if (this.#answered) this.#stream?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#answered) this.#stream?.resume();
  }

  /** Sends the head. Whether there is a stream now; if not, the receiver will know. */
  #request(endStream: boolean): boolean {
    if (this.#over) return false;
    const { bytesRead, streams, settings, headerListBytes } = this.#connection;
    const tooLarge = oversizedRequest(this.#head, settings, headerListBytes);
    if (tooLarge !== undefined) {
      queueMicrotask(() => this.#fail(tooLarge));
      return false;
    }
    this.#before = { bytes: bytesRead, streams: streams.open === 1 ? streams.ever : -1 };
    try {
      this.#listen(this.#connection.request(this.#fields(), endStream));
      return true;
    } catch (error) {
      const failure = this.#unsent(error as Error);
      queueMicrotask(() => this.#fail(failure));
      return false;
    }
  }

  #fields(): OutgoingHttpHeaders {
    const { method, path, headers } = this.#head;
    const { scheme, authority } = this.#connection.settings;
    const fields: Record<string, string | string[]> = {
      ":method": method,
      ":scheme": scheme,
      ":authority": authority,
      ":path": path,
    };
    for (let i = 0; i + 1 < headers.length; i += 2) {
      const name = headers[i] as string;
      const value = headers[i + 1] as string;
      const before = Object.hasOwn(fields, name) ? fields[name] : undefined;
      fields[name] = before === undefined ? value : [before, value].flat();
    }
    return fields;
  }

  #unsent(error: Error): StreamFailure {
    if (this.#connection.isOver) {
      return { kind: "refused", message: "the connection was closed before the call left" };
    }
    return {
      kind: "malformed",
      message: `the request cannot be sent: ${error.message}`,
      cause: error,
    };
  }

  #listen(stream: ClientHttp2Stream): void {
    this.#stream = stream;
    const { stalls } = this.#connection;
    this.#upload = new Upload(stream, stalls, {
      drained: () => {
        if (!this.#over) this.#receiver.drained();
      },
      stalled: () => this.#stalled(),
    });
    watchPush(stream, (size) => {
      if (size < 0) this.#complete = true;
      else {
        this.#undelivered += size;
        this.#received += size;
      }
    });
    stream.on("response", (_headers, _flags, ...rest: unknown[]) => {
      this.#respond(rest[0] as string[]);
    });
    stream.on("trailers", (_headers: IncomingHttpHeaders, _flags: number, ...rest: unknown[]) => {
      this.#trailers = this.#metadata(rest[0] as string[]);
    });
    stream.on("error", (error) => {
      this.#error = error;
    });
    stream.on("close", () => this.#closed());
  }

  #respond(raw: string[]): void {
    if (this.#over) return;
    this.#answered = true;
    const stream = this.#stream as ClientHttp2Stream;
    const headers = this.#metadata(raw);
    if (this.#over) return;
    stream.on("data", (chunk: Buffer) => {
      this.#undelivered -= chunk.length;
      if (!this.#over) this.#receiver.data(chunk, 0, chunk.length);
    });
    stream.on("end", () => {
      if (this.#complete) this.#succeed();
    });
    if (this.#paused) stream.pause();
    this.#receiver.head(Number(raw[raw.indexOf(":status") + 1]), headers);
  }

  /** The fields without pseudo-headers; ends the stream if one of them is past the limit. */
  #metadata(raw: string[]): ReadonlyMetadata {
    const { headerListBytes } = this.#connection.settings;
    const tooLarge = pastLimit(raw, headerListBytes);
    if (tooLarge !== undefined && !this.#over) {
      this.#fail(tooLarge);
      this.#abandon();
    }
    let fields = 0;
    while (raw[fields]?.startsWith(":")) fields += 2;
    return Metadata.fromWire(fields === 0 ? raw : raw.slice(fields));
  }

  #succeed(): void {
    if (this.#over) return;
    const ended = this.#upload?.ended;
    this.#finish();
    if (!ended) this.#abandon();
    this.#receiver.end(this.#trailers);
  }

  #stalled(): void {
    const { timeoutMs } = this.#connection.stalls;
    const message = `the server took nothing of the request for ${timeoutMs} ms`;
    this.#fail({ kind: "stalled", message });
    this.#abandon();
  }

  #closed(): void {
    const stream = this.#stream as ClientHttp2Stream;
    if (this.#complete && this.#answered && this.#undelivered === 0) this.#succeed();
    else {
      const ended = this.#connection.failureOf(stream.id, this.#error);
      this.#fail(ended ?? this.#resetFailure(stream.rstCode ?? 0));
    }
    this.#release();
  }

  /**
   * Why a stream was reset. `node:http2` itself does it for headers past the limit, with the code by which a peer asks for
   * calm; bytes that came and were no body tell which it was, if no other stream can have got them.
   */
  #resetFailure(code: number): StreamFailure {
    const { bytesRead, streams, settings } = this.#connection;
    const { bytes, streams: before } = this.#before ?? { bytes: 0, streams: -1 };
    const read = bytesRead - bytes - this.#received;
    if (code === constants.NGHTTP2_REFUSED_STREAM && read === 0) this.#connection.giveUp();
    if (code !== constants.NGHTTP2_ENHANCE_YOUR_CALM) return describeReset(code);
    const limit = settings.headerListBytes;
    if (streams.ever === before && read > limit / 4) {
      return headersTooLarge("the response's headers are", limit);
    }
    return describeReset(code);
  }

  #fail(failure: StreamFailure): void {
    if (this.#over) return;
    this.#finish();
    this.#receiver.interrupted(failure);
  }

  #finish(): void {
    this.#over = true;
    this.#upload?.stop();
    this.body.clear();
    if (this.#stream === undefined) this.#release();
  }

  /**
   * Tells the peer that nothing more is sent or wanted. Not at once, because this may run while `node:http2` closes a
   * stream: a reset of another then makes it send empty DATA frames for ever.
   */
  #abandon(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    setImmediate(() => {
      if (stream.destroyed) return;
      // Both sides have ended, and what is left of the response would wait for a reader for ever.
      if (stream.closed) {
        stream.destroy();
        return;
      }
      // `close` ends a request that is still being sent, and the peer would take the part that it has for the whole.
      stream._final = (done) => done();
      stream.close(constants.NGHTTP2_CANCEL);
    });
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#connection.release();
  }
}

/** What is wrong with a header list; `node:http2` bounds it only once the peer has acknowledged the limit. */
function pastLimit(raw: readonly string[], limit: number): StreamFailure | undefined {
  let size = 0;
  for (const each of raw) size += each.length + 16;
  if (size > limit) return headersTooLarge("the response's headers are", limit);
  const field = oversizedField(raw, limit / 2);
  if (field === undefined) return undefined;
  return headersTooLarge(`the response's header ${field} is`, limit / 2);
}

function headersTooLarge(what: string, limit: number): StreamFailure {
  return { kind: "limit", message: `${what} past the limit of ${limit} bytes (headerListBytes)` };
}

/**
 * Tells how many bytes `node:http2` hands to a stream, and -1 for END_STREAM. A reset ends the stream in the same way,
 * but marks it as closed before; there is no event that tells the two apart.
 */
function watchPush(stream: ClientHttp2Stream, pushed: (size: number) => void): void {
  const push = stream.push;
  stream.push = (chunk: Uint8Array | null, ...rest) => {
    if (chunk !== null) pushed(chunk.length);
    else if (!stream.closed) pushed(-1);
    return push.call(stream, chunk, ...rest);
  };
}
