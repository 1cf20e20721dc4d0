import type { HeaderFields, ReadonlyMetadata } from "../metadata.js";
import type { BodySink } from "./byte-sink.js";
import type { StreamFailure } from "./stream-failure.js";

/** The head of a request. Framing headers (`host`, `content-length`, `connection`) are the transport's own. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderFields;
  /**
   * `headers` in two parts: those that are one and the same object for many requests to the same path, so that a transport
   * may keep what it makes of them, and those of this request.
   */
  readonly shared?: HeaderFields | undefined;
  readonly own?: HeaderFields | undefined;
  /** The request will be `send`, as a whole. */
  readonly isWhole?: boolean;
  /** The protocol needs HTTP/2: a transport that reaches the peer over HTTP/1.1 alone fails with `unsupported`. */
  readonly requiresHttp2: boolean;
}

/**
 * One request on a client. Nothing leaves before `send` or `start`; a request is either `send`, or `start`, any number
 * of `flush`, and `end`. The receiver is never called inside a call of these methods.
 */
export interface ClientStream {
  /** The HTTP version in use; `undefined` until it is known (TLS decides while connecting). */
  readonly httpVersion: "1.1" | "2" | undefined;
  /** Where the body of the request goes. */
  readonly body: BodySink;
  /** Sends the head and what is in `body`, and ends the request. */
  send(): void;
  /** Sends the head; the body follows piece by piece. */
  start(): void;
  /**
   * Hands over what is in `body`. `false`: the peer is slow and the transport holds more than it likes to; the receiver's
   * `drained` is called once when it has room again. More may be flushed all the same.
   */
  flush(): boolean;
  /** Sends what is in `body` and ends the request. */
  end(): void;
  /** Gives the request up, tells the peer (HTTP/2: RST_STREAM(CANCEL)) and frees what it holds. The receiver is not called any more. */
  reset(): void;
  /** Stops delivering the response's body, as soon as the transport can; what is on its way still comes. */
  pause(): void;
  /** Delivers again. */
  resume(): void;
}

/** What the RPC layer does with a response. The transport calls it in order; `end` or `interrupted` comes last. */
export interface ResponseReceiver {
  /** The stream's `httpVersion` is known now; called where it was not known when the stream was opened. */
  opened?(): void;
  /** Status and headers; informational responses (1xx) are not passed on. */
  head(status: number, headers: ReadonlyMetadata): void;
  /** A piece of the body: `bytes[start, end)`. The transport never writes to these bytes again. */
  data(bytes: Uint8Array, start: number, end: number): void;
  /** The response is complete, by the rules of its HTTP version. `trailers` is empty where there are none. */
  end(trailers: ReadonlyMetadata): void;
  interrupted(failure: StreamFailure): void;
  /** There is room again, after a `flush` that returned `false`. */
  drained(): void;
  /** Bytes of a message that are kept until its rest comes. A transport asks after each piece. Default: none. */
  partialBytes?(): number;
  /** There is no memory to wait for that rest. The call ends with `resource_exhausted`. Default: the stream is reset. */
  exhausted?(message: string): void;
}

/** A way to one target. Connections come and go underneath; idle ones do not keep a process alive. */
export interface ClientTransport {
  /** Who is called, for messages: `localhost:8080`. */
  readonly authority: string;
  /** The HTTP version, where it is the same for every stream and known without a connection. */
  readonly httpVersion: "1.1" | "2" | undefined;
  /** Where requests cannot be sent piece by piece: why, and what can do it. `start` is never called then. */
  readonly refusesStart?: string;
  open(head: RequestHead, receiver: ResponseReceiver): ClientStream;
  /** Closes every connection. */
  close(): void;
}
