import { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** Who takes the body of a request as it is parsed. */
export interface BodyTarget {
  /** A piece of the body. Returns whether more may come; then `readOn` asks for it. */
  take(chunk: Buffer): boolean;
  /** The body is complete. */
  complete(): void;
}

/**
 * A request whose body goes to a target as it is parsed, past the buffers, events and ticks of a stream; without a
 * target it is the stream that Node's is. A target is set while the request is announced, before any of its body is
 * parsed.
 */
export class RequestMessage extends IncomingMessage {
  static {
    // Node asks this way whether a body was taken: until it was it holds on to the request, and sees its end as a cut.
    const { get } = Object.getOwnPropertyDescriptor(Readable.prototype, "readableEnded") ?? {};
    Object.defineProperty(RequestMessage.prototype, "readableEnded", {
      get(this: RequestMessage): boolean {
        return this.target === undefined ? get?.call(this) : this.complete;
      },
    });
  }

  target: BodyTarget | undefined = undefined;

  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    const { target } = this;
    if (target === undefined) return super.push(chunk, encoding);
    if (chunk !== null) return target.take(chunk);
    target.complete();
    return false;
  }

  /** Lets the connection deliver. Tells Node, too, that somebody takes the body. */
  readOn(): void {
    this._read(0);
  }
}
