import type { ContextValues } from "../context.js";
import type { HeaderFields, ReadonlyMetadata } from "../metadata.js";
import type { BodySink } from "../transport/byte-sink.js";
import type { ServerStream, StreamPeer } from "../transport/server-stream.js";

/** A stream whose answer carries further headers, whoever answers and however. */
export class CorsStream implements ServerStream {
  readonly #inner: ServerStream;
  readonly #fields: HeaderFields;

  constructor(inner: ServerStream, fields: HeaderFields) {
    this.#inner = inner;
    this.#fields = fields;
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

  get body(): BodySink {
    return this.#inner.body;
  }

  respond(status: number, headers: HeaderFields, trailers?: HeaderFields): void {
    this.#inner.respond(status, [...headers, ...this.#fields], trailers);
  }

  start(status: number, headers: HeaderFields): void {
    this.#inner.start(status, [...headers, ...this.#fields]);
  }

  flush(): boolean {
    return this.#inner.flush();
  }

  end(trailers?: HeaderFields): void {
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
}
