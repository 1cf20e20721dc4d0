import type { ContextValues } from "../context.js";
import type { HeaderFields, ReadonlyMetadata } from "../metadata.js";
import type { BodySink } from "./byte-sink.js";
import type { StreamFailure } from "./stream-failure.js";

/** What TLS says of a peer. */
export interface TlsIdentity {
  /** The version that was agreed on, `TLSv1.3`. */
  readonly version: string;
  /** The server name that the client asked for (SNI), if it did. */
  readonly serverName: string | undefined;
  /** The certificate that the peer showed, if it was asked for one and the certificate was verified. */
  readonly certificate: TlsCertificate | undefined;
}

/** A verified certificate. */
export interface TlsCertificate {
  /** The subject's distinguished name, `CN=greeter,O=Example`. */
  readonly subject: string;
  /** The alternative names as they are in the certificate: `DNS:greeter`, `URI:spiffe://…`. */
  readonly subjectAltNames: readonly string[];
  /** SHA-256 of the certificate, hexadecimal with colons. */
  readonly fingerprint256: string;
  /** The certificate in DER. */
  readonly raw: Uint8Array;
}

/** Who is at the other end of a stream. */
export interface StreamPeer {
  /** Address and port, `127.0.0.1:53412`; `unix` where there is no address. */
  readonly address: string;
  /** `undefined` on cleartext. */
  readonly tls: TlsIdentity | undefined;
}

/**
 * Shared by requests that have the same method, target and header names in the same order, and the same values of the
 * headers that `decisiveHeaders` lists.
 */
export interface RequestMemo {
  /** What the RPC layer decided on one of them. */
  plan: unknown;
  /** Where `ServerStream.headerAt` finds the header of that name; -1 if there is none, or more than one. */
  indexOf(name: string): number;
}

/**
 * One request on a server, as a transport offers it to the RPC layer once its headers are complete. A transport
 * knows HTTP and nothing of protocols, codecs or messages; framing headers (`content-length`, `connection`) are its own.
 *
 * What one tick writes leaves in one write, as far as the transport can: `flush` and `end` hand over, they do not wait.
 * A response is either `respond`, or `start`, any number of `flush`, and `end`.
 */
export interface ServerStream {
  readonly httpVersion: "1.1" | "2";
  /** The request method, `POST`. */
  readonly method: string;
  /** The request target as it came, query included. */
  readonly target: string;
  readonly headers: ReadonlyMetadata;
  readonly peer: StreamPeer;
  /** Values that what stands before the transport attached to the request. Default none. */
  readonly values?: ContextValues | undefined;
  /** What such requests share that differ in nothing that is decided by, where the transport knows them again. */
  readonly memo?: RequestMemo | undefined;
  /** The value of a header by its place, as the memo gives it. There where `memo` is. */
  headerAt?(index: number): string;
  /** Where the body of the response goes before `respond`, `flush` or `end`. */
  readonly body: BodySink;
  /**
   * Sends status, headers, what is in `body` and, on HTTP/2, trailers, and ends the response. Allowed at any time, once:
   * a transport that still receives the request stops delivering it, disposes of the rest within a bound of its own, and
   * frees the peer (HTTP/2: RST_STREAM(NO_ERROR) behind the end). Does nothing when the stream is gone.
   */
  respond(status: number, headers: HeaderFields, trailers?: HeaderFields): void;
  /** Begins a response whose body follows piece by piece. */
  start(status: number, headers: HeaderFields): void;
  /**
   * Hands over what is in `body`. `false`: the peer is slow and the transport holds more than it likes to; the receiver's
   * `drained` is called once when it has room again. More may be flushed all the same.
   */
  flush(): boolean;
  /** Sends what is in `body`, then trailers (HTTP/2 only), and ends the response. As `respond` for the request's rest. */
  end(trailers?: HeaderFields): void;
  /** Ends the stream without a proper end: the peer must not take what it has for a whole. HTTP/2: RST_STREAM. */
  reset(): void;
  /** Stops delivering the request's body, as soon as the transport can; what is on its way still comes. */
  pause(): void;
  /** Delivers again. */
  resume(): void;
}

/** What the RPC layer does with a request's body. The transport calls it in order, and never after the response's end. */
export interface RequestReceiver {
  /** A piece of the body: `bytes[start, end)`. The transport never writes to these bytes again. */
  data(bytes: Uint8Array, start: number, end: number): void;
  /** The body is complete. */
  end(): void;
  /**
   * The peer is gone or gave up, or the body will never be complete. May still come while the answer is being made, also
   * after `end`; nothing comes after it, and nothing can be sent.
   */
  interrupted(failure: StreamFailure): void;
  /** There is room again, after a `flush` that returned `false`. */
  drained(): void;
  /** Bytes of a message that are kept until its rest comes, or its end. A transport asks after each piece. Default: none. */
  partialBytes?(): number;
  /** There is no memory to wait for that rest. The call ends with `resource_exhausted`. Default: the stream is reset. */
  exhausted?(message: string): void;
  /**
   * Whether the peer may be silent for as long as it likes now: it stands between the messages of a stream. Otherwise, and
   * for receivers without this, a transport ends a request whose body stops for too long.
   */
  isResting?(): boolean;
}

/**
 * Decides on the headers alone. Returns who takes the body, or `undefined` if the request has been answered already;
 * then its body is not read. A receiver may call the stream's `pause` before this returns.
 */
export type RequestAcceptor = (stream: ServerStream) => RequestReceiver | undefined;
