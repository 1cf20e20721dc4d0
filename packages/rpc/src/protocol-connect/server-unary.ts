import type { Codec } from "../codec.js";
import { compressMessage } from "../compression/compress-message.js";
import type { Compression } from "../compression/compression.js";
import { decompressMessage } from "../compression/decompress-message.js";
import { chooseResponse } from "../compression/negotiate.js";
import type { RpcError } from "../rpc-error.js";
import { Exchange } from "../server/exchange.js";
import { type HandlerOutcome, invoke, isThenable } from "../server/invoke.js";
import type { HandlerSettings } from "../server/options.js";
import { decodeRequest, unreadable } from "../server/request.js";
import { encodeResponse } from "../server/response.js";
import { sentWith } from "../server/response-metadata.js";
import type { Route } from "../server/router.js";
import { ChunkSink } from "../transport/byte-sink.js";
import { MessageBody } from "../transport/message-body.js";
import type { ServerStream } from "../transport/server-stream.js";
import { unaryContentType } from "./content-type.js";
import { appendMetadata } from "./headers.js";
import { respondWithError } from "./refusal.js";
import { appendTrailers } from "./trailer.js";

/** One unary call over Connect: the body of the request is the message, that of the answer too. */
export class UnaryExchange extends Exchange implements HandlerOutcome {
  readonly #codec: Codec;
  readonly #compression: Compression | undefined;
  /** The message of a GET request, `undefined` where the body is the message. */
  readonly #query: Uint8Array | undefined;
  #body: MessageBody | undefined;
  #bytes: Uint8Array | undefined;
  #start = 0;
  #end = 0;

  constructor(
    stream: ServerStream,
    route: Route,
    settings: HandlerSettings,
    codec: Codec,
    compression: Compression | undefined,
    timeoutMs: number | undefined,
    query?: Uint8Array,
  ) {
    super(stream, route, settings, "connect", timeoutMs);
    this.#codec = codec;
    this.#compression = compression;
    this.#query = query;
  }

  protected opened(): void {
    this.#body = new MessageBody(this.messageBytes);
    const announced =
      this.#query === undefined
        ? this.stream.headers.get("content-length")
        : String(this.#query.length);
    this.#body.announce(announced);
  }

  protected received(bytes: Uint8Array, start: number, end: number): void {
    if (this.#query === undefined) this.#body?.add(bytes, start, end);
  }

  protected complete(): void {
    this.#takeBody();
    if (this.#compression === undefined) {
      invoke(this.route, this.call, this);
      return;
    }
    const bytes = this.#bytes as Uint8Array;
    const plain = decompressMessage(
      this.#compression,
      bytes,
      this.#start,
      this.#end,
      this.messageBytes,
    );
    const go = (whole: Uint8Array) => {
      if (this.over) return;
      this.#bytes = whole;
      this.#start = 0;
      this.#end = whole.length;
      invoke(this.route, this.call, this);
    };
    if (isThenable(plain)) plain.then(go, (error: unknown) => this.fail(error));
    else go(plain);
  }

  read(): unknown {
    const { form } = this.route;
    const bytes = this.#bytes as Uint8Array;
    return decodeRequest(this.#codec, form, "invalid_argument", bytes, this.#start, this.#end);
  }

  partialBytes(): number {
    if (this.over) return 0;
    return this.#body?.partialBytes(this.stream.httpVersion === "1.1") ?? 0;
  }

  drained(): void {}

  protected brokenOff(): void {}

  succeeded(response: unknown): void {
    if (this.over) return;
    const { compressions } = this.settings;
    const compression =
      compressions.length === 0
        ? undefined
        : chooseResponse(this.stream.headers.get("accept-encoding"), compressions);
    try {
      if (compression !== undefined) return this.#compress(response, compression);
      encodeResponse(this.#codec, this.route.method, response, this.stream.body);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#answer(undefined);
  }

  protected answerError(error: RpcError): void {
    const fields: string[] = [];
    appendMetadata(fields, sentWith(this.call.sentHeaders, error, "headers"));
    appendTrailers(fields, sentWith(this.call.sentTrailers, error, "trailers"));
    respondWithError(this.stream, unreadable(error, "invalid_argument"), fields);
  }

  #takeBody(): void {
    if (this.#query !== undefined) {
      this.#bytes = this.#query;
      this.#end = this.#query.length;
      return;
    }
    const body = this.#body as MessageBody;
    body.finish();
    this.#bytes = body.bytes;
    this.#start = body.start;
    this.#end = body.end;
  }

  #compress(response: unknown, compression: Compression): void {
    const scratch = new ChunkSink();
    encodeResponse(this.#codec, this.route.method, response, scratch);
    const plain = scratch.toBytes();
    if (plain.length < this.settings.compressMinBytes) {
      this.stream.body.append(plain);
      this.#answer(undefined);
      return;
    }
    const compressed = compressMessage(compression, plain);
    const send = (bytes: Uint8Array) => {
      if (this.over) return;
      this.stream.body.append(bytes);
      this.#answer(compression);
    };
    if (isThenable(compressed)) compressed.then(send, (error: unknown) => this.fail(error));
    else send(compressed);
  }

  #answer(compression: Compression | undefined): void {
    this.finish();
    const fields = ["content-type", unaryContentType(this.#codec)];
    if (compression !== undefined) fields.push("content-encoding", compression.name);
    if (this.#query !== undefined) fields.push("vary", "Accept-Encoding");
    appendMetadata(fields, this.call.sentHeaders);
    appendTrailers(fields, this.call.sentTrailers);
    this.stream.respond(200, fields);
  }
}
