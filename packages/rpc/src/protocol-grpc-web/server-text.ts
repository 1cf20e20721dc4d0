import type { HeaderFields } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import type { EnvelopeExchange } from "../server/envelope-exchange.js";
import { ChunkSink } from "../transport/byte-sink.js";
import type { RequestReceiver } from "../transport/server-stream.js";
import type { StreamFailure } from "../transport/stream-failure.js";
import { WrappedStream } from "../transport/wrapped-stream.js";
import { Base64Decoder, encodeBase64Bytes } from "./text.js";

/** A stream whose body leaves as base64: `application/grpc-web-text`. Each piece that leaves is padded by itself. */
export class TextServerStream extends WrappedStream {
  readonly #body: ChunkSink = new ChunkSink();

  override get body(): ChunkSink {
    return this.#body;
  }

  override respond(status: number, headers: HeaderFields, trailers?: HeaderFields): void {
    this.#encode();
    super.respond(status, headers, trailers);
  }

  override flush(): boolean {
    this.#encode();
    return super.flush();
  }

  override end(trailers?: HeaderFields): void {
    this.#encode();
    super.end(trailers);
  }

  #encode(): void {
    const { inner } = this;
    if (this.#body.length > 0) inner.body.append(encodeBase64Bytes(this.#body.takeBytes()));
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
