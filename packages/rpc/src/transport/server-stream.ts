import type { HeaderFields, ReadonlyMetadata } from "../metadata.js";
import type { BodySink } from "./byte-sink.js";
import type { StreamFailure } from "./stream-failure.js";

/**
 * One request on a server, as a transport offers it to the RPC layer once its headers are complete. A transport
 * knows HTTP and nothing of protocols, codecs or messages; framing headers (`content-length`, `connection`) are its own.
 */
export interface ServerStream {
  readonly httpVersion: "1.1" | "2";
  /** The request method, `POST`. */
  readonly method: string;
  /** The request target as it came, query included. */
  readonly target: string;
  readonly headers: ReadonlyMetadata;
  /** The peer's address and port, `127.0.0.1:53412`. */
  readonly peerAddress: string;
  /** Where the body of the response goes before {@link ServerStream.respond}. */
  readonly body: BodySink;
  /**
   * Sends status, headers and what is in `body`, and ends the response. Allowed at any time, once: a transport that
   * still receives the request stops delivering it and disposes of the rest within a bound of its own.
   */
  respond(status: number, headers: HeaderFields): void;
}

/** What the RPC layer does with a request's body. The transport calls it in order, and never after `respond`. */
export interface RequestReceiver {
  /** A piece of the body: `bytes[start, end)`. The transport never writes to these bytes again. */
  data(bytes: Uint8Array, start: number, end: number): void;
  /** The body is complete. */
  end(): void;
  /** The peer is gone, or the body will never be complete. May still come while the answer is being made. */
  interrupted(failure: StreamFailure): void;
}

/**
 * Decides on the headers alone. Returns who takes the body, or `undefined` if the request has been answered already;
 * then its body is not read.
 */
export type RequestAcceptor = (stream: ServerStream) => RequestReceiver | undefined;
