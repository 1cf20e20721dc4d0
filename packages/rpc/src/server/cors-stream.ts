import type { HeaderFields } from "../metadata.js";
import type { ServerStream } from "../transport/server-stream.js";
import { WrappedStream } from "../transport/wrapped-stream.js";

/** A stream whose answer carries further headers, whoever answers and however. */
export class CorsStream extends WrappedStream {
  readonly #fields: HeaderFields;

  constructor(inner: ServerStream, fields: HeaderFields) {
    super(inner);
    this.#fields = fields;
  }

  override respond(status: number, headers: HeaderFields, trailers?: HeaderFields): void {
    super.respond(status, [...headers, ...this.#fields], trailers);
  }

  override start(status: number, headers: HeaderFields): void {
    super.start(status, [...headers, ...this.#fields]);
  }
}
