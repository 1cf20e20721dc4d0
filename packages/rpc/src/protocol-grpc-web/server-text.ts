import type { ContextValues } from "../context.js";
import type { HeaderFields, ReadonlyMetadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import type { EnvelopeExchange } from "../server/envelope-exchange.js";
import { ChunkSink } from "../transport/byte-sink.js";
import type { RequestReceiver, ServerStream, StreamPeer } from "../transport/server-stream.js";
import type { StreamFailure } from "../transport/stream-failure.js";
import { Base64Decoder, encodeBase64Bytes } from "./text.js";

/** A stream whose body leaves as base64: `application/grpc-web-text`. Each piece that leaves is padded by itself. */
export class TextServerStream implements ServerStream {
  readonly body: ChunkSink = new ChunkSink();
  readonly #inner: ServerStream;

  constructor(inner: ServerStream) {
    this.#inner = inner;
  }

  get httpVersion(): "1.1" | "2" {
    return this.#inner.httpVersion;
  }

  get method(): string {
    return this.#inner.method;
  }

  get target(): string {
    return this.#inner.target;
  }

  get headers(): ReadonlyMetadata {
    return this.#inner.headers;
  }

  get peer(): StreamPeer {
    return this.#inner.peer;
  }

  get values(): ContextValues | undefined {
    return this.#inner.values;
  }

  respond(status: number, headers: HeaderFields, trailers?: HeaderFields): void {
    this.#encode();
    this.#inner.respond(status, headers, trailers);
  }

  start(status: number, headers: HeaderFields): void {
    this.#inner.start(status, headers);
  }

  flush(): boolean {
    this.#encode();
    return this.#inner.flush();
  }

  end(trailers?: HeaderFields): void {
    this.#encode();
    this.#inner.end(trailers);
  }

  reset(): void {
    this.#inner.reset();
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  #encode(): void {
    if (this.body.length > 0) this.#inner.body.append(encodeBase64Bytes(this.body.takeBytes()));
  }
}

/** Takes the body of a request that comes as base64. */
export class TextReceiver implements RequestReceiver {
  readonly #exchange: EnvelopeExchange;
  readonly #decoder: Base64Decoder = new Base64Decoder();

  constructor(exchange: EnvelopeExchange) {
    this.#exchange = exchange;
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.#attempt(() => {
      const plain = this.#decoder.push(bytes, start, end);
      this.#exchange.data(plain, 0, plain.length);
    });
  }

  end(): void {
    this.#attempt(() => {
      this.#decoder.finish();
      this.#exchange.end();
    });
  }

  interrupted(failure: StreamFailure): void {
    this.#exchange.interrupted(failure);
  }

  drained(): void {
    this.#exchange.drained();
  }

  partialBytes(): number {
    return this.#exchange.partialBytes();
  }

  exhausted(message: string): void {
    this.#exchange.exhausted(message);
  }

  isResting(): boolean {
    return this.#exchange.isResting();
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!RpcError.is(error)) throw error;
      this.#exchange.abandon(error);
    }
  }
}
