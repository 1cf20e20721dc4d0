import type { HeaderFields, ReadonlyMetadata } from "../metadata.js";
import type { BodySink } from "./byte-sink.js";
import type { StreamFailure } from "./stream-failure.js";

/** The head of a request. Framing headers (`host`, `content-length`, `connection`) are the transport's own. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderFields;
}

/** One request on a client. Nothing leaves before {@link ClientStream.send}. */
export interface ClientStream {
  /** Where the body of the request goes. */
  readonly body: BodySink;
  /** Sends head and body. The receiver is never called inside this call. */
  send(): void;
  /** Gives the request up and frees what it holds. The receiver is not called any more. */
  reset(): void;
}

/** What the RPC layer does with a response. The transport calls it in order; `end` or `interrupted` comes last. */
export interface ResponseReceiver {
  head(status: number, headers: ReadonlyMetadata): void;
  /** A piece of the body: `bytes[start, end)`. The transport never writes to these bytes again. */
  data(bytes: Uint8Array, start: number, end: number): void;
  /** The response is complete, by the rules of its HTTP version. */
  end(): void;
  interrupted(failure: StreamFailure): void;
}

/** A way to one target. Connections come and go underneath; idle ones do not keep a process alive. */
export interface ClientTransport {
  /** Who is called, for messages: `localhost:8080`. */
  readonly authority: string;
  open(head: RequestHead, receiver: ResponseReceiver): ClientStream;
  /** Closes every connection. */
  close(): void;
}
