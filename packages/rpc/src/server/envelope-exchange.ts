import { compressMessage } from "../compression/compress-message.js";
import type { Compression } from "../compression/compression.js";
import { decompressMessage } from "../compression/decompress-message.js";
import { EnvelopeReader } from "../envelope/envelope-reader.js";
import { EnvelopeFlag } from "../envelope/flags.js";
import type { HeaderFields, Metadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import { ChunkSink } from "../transport/byte-sink.js";
import { isLittle } from "../transport/pieces.js";
import type { ServerStream } from "../transport/server-stream.js";
import type { EnvelopeWire } from "./envelope-wire.js";
import { Exchange } from "./exchange.js";
import { type HandlerOutcome, invoke, isThenable } from "./invoke.js";
import type { HandlerSettings } from "./options.js";
import { decodeRequest, unreadable } from "./request.js";
import { encodeResponse } from "./response.js";
import { sentWith } from "./response-metadata.js";
import type { Route } from "./router.js";

const prefixBytes = 5;

/**
 * One unary call whose messages come in envelopes: gRPC and gRPC-Web; and what streams in envelopes have in common with it.
 * Most calls are this and nothing else, so it keeps little.
 */
export class EnvelopeExchange extends Exchange implements HandlerOutcome {
  protected readonly wire: EnvelopeWire;
  /** Takes the body apart, unless it came as one whole message. */
  protected reader: EnvelopeReader | undefined;
  /** The head of the answer has left. */
  protected started = false;
  /** The one request of a method that takes one. */
  #flags = 0;
  #bytes: Uint8Array | undefined;
  #start = 0;
  #end = 0;

  constructor(
    stream: ServerStream,
    route: Route,
    settings: HandlerSettings,
    wire: EnvelopeWire,
    timeoutMs: number | undefined,
  ) {
    super(stream, route, settings, wire.protocol, timeoutMs);
    this.wire = wire;
  }

  isResting(): boolean {
    return false;
  }

  partialBytes(): number {
    if (this.over) return 0;
    // The one message waits, too: its call begins with the end of the body.
    const waiting = this.#bytes === undefined ? 0 : this.#end - this.#start;
    if (this.#bytes !== undefined && isLittle(this.#bytes, this.#start, this.#end)) {
      this.#bytes = this.#bytes.slice(this.#start, this.#end);
      this.#start = 0;
      this.#end = waiting;
    }
    return waiting + (this.reader?.partialBytes ?? 0);
  }

  drained(): void {}

  read(): unknown {
    return this.decode(this.#bytes as Uint8Array, this.#start, this.#end);
  }

  succeeded(result: unknown): void {
    if (!this.over) this.#answer(result);
  }

  protected opened(): void {}

  protected received(bytes: Uint8Array, start: number, end: number): void {
    if (this.reader === undefined && this.#takeWhole(bytes, start, end)) return;
    this.reader ??= this.createReader();
    this.reader.push(bytes, start, end);
  }

  /** Takes a message that is all of the body so far, as that of most unary calls is. */
  #takeWhole(bytes: Uint8Array, start: number, end: number): boolean {
    const from = start + prefixBytes;
    const size = end - from;
    if (size < 0 || size > this.messageBytes || this.#bytes !== undefined) return false;
    if (size > 0xffffff || bytes[start + 1] !== 0 || bytes[start + 2] !== size >>> 16) return false;
    if (bytes[start + 3] !== ((size >>> 8) & 0xff) || bytes[start + 4] !== (size & 0xff)) {
      return false;
    }
    this.#message(bytes[start] as number, bytes, from, end);
    return true;
  }

  protected createReader(): EnvelopeReader {
    return new EnvelopeReader(this.messageBytes, (flags, bytes, start, end) =>
      this.#message(flags, bytes, start, end),
    );
  }

  #message(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if (flags !== 0) {
      if ((flags & ~EnvelopeFlag.compressed) !== 0) throw unknownFlags(flags);
      if (this.wire.requestCompression === undefined) throw undeclared();
    }
    this.take(flags, bytes, start, end);
  }

  /** A request message, as it came. */
  protected take(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#bytes !== undefined) throw wrongCount(this.route, "more than one came");
    this.#flags = flags;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  protected complete(): void {
    this.reader?.finish();
    if (this.#bytes === undefined) throw wrongCount(this.route, "none came");
    if ((this.#flags & EnvelopeFlag.compressed) === 0) invoke(this.route, this.call, this);
    else this.#decompressOne();
  }

  #decompressOne(): void {
    const plain = this.decompress(this.#bytes as Uint8Array, this.#start, this.#end);
    const go = (whole: Uint8Array) => {
      this.#bytes = whole;
      this.#start = 0;
      this.#end = whole.length;
      if (!this.over) invoke(this.route, this.call, this);
    };
    if (isThenable(plain)) plain.then(go).catch((error: unknown) => this.incomingFailed(error));
    else go(plain);
  }

  protected decompress(
    bytes: Uint8Array,
    start: number,
    end: number,
  ): Uint8Array | Promise<Uint8Array> {
    const compression = this.wire.requestCompression as Compression;
    return decompressMessage(compression, bytes, start, end, this.messageBytes);
  }

  protected decode(bytes: Uint8Array, start: number, end: number): unknown {
    const { codec, decodeCode } = this.wire;
    return decodeRequest(codec, this.route.form, decodeCode, bytes, start, end);
  }

  protected incomingFailed(error: unknown): void {
    this.abandon(RpcError.is(error) ? error : this.#internal(error));
  }

  #internal(error: unknown): RpcError {
    this.report(error);
    return new RpcError("internal", "internal error", { cause: error, reason: "BOWLINE_HANDLER" });
  }

  protected brokenOff(_: RpcError): void {
    this.reader?.stop();
  }

  /** One response: head, message and end leave together. */
  #answer(response: unknown): void {
    const compression = this.wire.responseCompression;
    try {
      const pending = this.write(response, compression);
      if (pending === undefined) this.conclude(compression);
      else
        pending.then(
          () => this.conclude(compression),
          (error: unknown) => this.fail(error),
        );
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends the answer of a call that succeeded. */
  protected conclude(compression: Compression | undefined): void {
    if (this.over) return;
    this.finish();
    const head = this.started ? undefined : this.head(compression, this.call.sentHeaders);
    this.wire.finish(this.stream, head, undefined, this.call.sentTrailers);
  }

  protected answerError(error: RpcError): void {
    if (!this.started) this.stream.body.clear();
    const headers = sentWith(this.call.sentHeaders, error, "headers");
    const trailers = sentWith(this.call.sentTrailers, error, "trailers");
    const head = this.started ? undefined : this.head(undefined, headers);
    const told = unreadable(error, this.wire.decodeCode);
    const isWhole = this.wire.finish(this.stream, head, told, trailers);
    if (!isWhole) this.report(detailsDropped(error, this.settings.headerFieldBytes));
  }

  protected head(
    compression: Compression | undefined,
    headers: Metadata | undefined,
  ): HeaderFields {
    const own = this.wire.head(compression);
    if (headers === undefined) return own;
    const head = own.slice();
    for (const [name, value] of headers) head.push(name, value);
    return head;
  }

  /** Puts a message into the stream's body; a promise if it is compressed elsewhere meanwhile. */
  protected write(
    response: unknown,
    compression: Compression | undefined,
  ): undefined | Promise<void> {
    if (compression !== undefined) return this.#writeCompressed(response, compression);
    const { body } = this.stream;
    body.openEnvelope(0);
    try {
      encodeResponse(this.wire.codec, this.route.method, response, body);
    } catch (error) {
      body.dropEnvelope();
      throw error;
    }
    body.closeEnvelope();
    return undefined;
  }

  #writeCompressed(response: unknown, compression: Compression): undefined | Promise<void> {
    const scratch = new ChunkSink();
    encodeResponse(this.wire.codec, this.route.method, response, scratch);
    const plain = scratch.toBytes();
    if (plain.length < this.settings.compressMinBytes) {
      this.#envelope(0, plain);
      return undefined;
    }
    const compressed = compressMessage(compression, plain);
    if (isThenable(compressed)) {
      return compressed.then((bytes) => {
        if (!this.over) this.#envelope(EnvelopeFlag.compressed, bytes);
      });
    }
    this.#envelope(EnvelopeFlag.compressed, compressed);
    return undefined;
  }

  #envelope(flags: number, bytes: Uint8Array): void {
    const { body } = this.stream;
    body.openEnvelope(flags);
    body.append(bytes);
    body.closeEnvelope();
  }
}

function wrongCount({ method }: Route, what: string): RpcError {
  return new RpcError(
    "unimplemented",
    `${method.path} takes exactly one request message; ${what}`,
    { reason: "BOWLINE_MESSAGE_COUNT" },
  );
}

function detailsDropped(error: RpcError, limit: number): Error {
  return new Error(
    `the details of an error do not fit a header field of ${limit} bytes; the caller was told code and message only`,
    { cause: error },
  );
}

function unknownFlags(flags: number): RpcError {
  return new RpcError(
    "internal",
    `a message has the flags ${flags}, which mean nothing in this protocol`,
    { reason: "BOWLINE_MALFORMED" },
  );
}

function undeclared(): RpcError {
  return new RpcError(
    "internal",
    "a message is marked as compressed, and the request's headers do not say with what",
    { reason: "BOWLINE_MALFORMED" },
  );
}
