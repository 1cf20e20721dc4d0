import type { ContextValues } from "../context.js";
import type { HeaderFields, ReadonlyMetadata } from "../metadata.js";
import type { BodySink } from "./byte-sink.js";
import type { ServerStream, StreamPeer } from "./server-stream.js";

/**
 * A stream that is another one, but for what a subclass does in its own way. It has no `memo`: what was decided for the
 * other is not decided for this.
 */
export class WrappedStream implements ServerStream {
  protected readonly inner: ServerStream;

  constructor(inner: ServerStream) {
    this.inner = inner;
  }

  get httpVersion(): "1.1" | "2" {
    return this.inner.httpVersion;
  }

  get method(): string {
    return this.inner.method;
  }

  get target(): string {
    return this.inner.target;
  }

  get headers(): ReadonlyMetadata {
    return this.inner.headers;
  }

  get peer(): StreamPeer {
    return this.inner.peer;
  }

  get values(): ContextValues | undefined {
    return this.inner.values;
  }

  get body(): BodySink {
    return this.inner.body;
  }

  respond(status: number, headers: HeaderFields, trailers?: HeaderFields): void {
    this.inner.respond(status, headers, trailers);
  }

  start(status: number, headers: HeaderFields): void {
    this.inner.start(status, headers);
  }

  flush(): boolean {
    return this.inner.flush();
  }

  end(trailers?: HeaderFields): void {
    this.inner.end(trailers);
  }

  reset(): void {
    this.inner.reset();
  }

  pause(): void {
    this.inner.pause();
  }

  resume(): void {
    this.inner.resume();
  }
}
