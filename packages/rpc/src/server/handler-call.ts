import { ContextValues } from "../context.js";
import type { Deadline } from "../deadline.js";
import type { InterceptedCall } from "../interceptor.js";
import { Metadata, type ReadonlyMetadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import type { Method } from "../service-type.js";
import type { ServerStream, TlsIdentity } from "../transport/server-stream.js";

/** The RPC protocols. */
export type Protocol = "connect" | "grpc" | "grpc-web";

/** Who is at the other end of a call. */
export interface Peer {
  /** Address and port, `127.0.0.1:53412`; on clients the authority that is called. */
  readonly address: string;
  /** The RPC protocol that is spoken. */
  readonly protocol: Protocol;
  /** `undefined` on clients before a connection is chosen. */
  readonly httpVersion: "1.1" | "2" | undefined;
  /** What TLS says of the peer; `undefined` on cleartext. */
  readonly tls: TlsIdentity | undefined;
}

/** The call that a handler answers: its second argument. */
export interface HandlerCall {
  /** The method that was called, with its descriptor and options. */
  readonly method: Method;
  readonly peer: Peer;
  readonly requestHeaders: ReadonlyMetadata;
  /** Sent before the response, with errors too. */
  readonly responseHeaders: Metadata;
  /** Sent behind the response, with errors too. */
  readonly responseTrailers: Metadata;
  /** When the caller stops waiting; `undefined` if it waits for ever. */
  readonly deadline: Date | undefined;
  /** Milliseconds until then, 0 when it has passed; `undefined` without a deadline. */
  timeRemainingMs(): number | undefined;
  /**
   * Aborted when the deadline passes, the caller cancels or is gone, or the server stops; never by success. Its
   * reason is an `RpcError`. Made on first use.
   */
  readonly signal: AbortSignal;
  /** Values that a framework's middleware, the gate, interceptors and handlers attach to this call. */
  readonly values: ContextValues;
}

/** What a call has, made when somebody asks for it. */
export interface CallSource {
  /** When the call must be over; `undefined` if it may take for ever. */
  readonly deadline: Deadline | undefined;
  /** The message, decoded on the first call, or the AsyncIterable of messages. */
  read(): unknown;
}

/** Nobody has asked for the request. */
const unread: unique symbol = Symbol("unread");

/** The call as the server keeps it. What a handler may never ask for is made on first use. */
export class ServerCall implements HandlerCall, InterceptedCall {
  readonly method: Method;
  readonly protocol: Protocol;
  /** What the handler set, `undefined` if it never asked. */
  sentHeaders: Metadata | undefined;
  sentTrailers: Metadata | undefined;
  readonly #stream: ServerStream;
  readonly #source: CallSource;
  #request: unknown = unread;
  #peer: Peer | undefined;
  #controller: AbortController | undefined;
  #aborted: RpcError | undefined;
  #values: ContextValues | undefined;

  constructor(method: Method, protocol: Protocol, stream: ServerStream, source: CallSource) {
    this.method = method;
    this.protocol = protocol;
    this.#stream = stream;
    this.#source = source;
  }

  get side(): "server" {
    return "server";
  }

  get peer(): Peer {
    this.#peer ??= peerOf(this.#stream, this.protocol);
    return this.#peer;
  }

  get requestHeaders(): Metadata {
    // Transports give metadata of their own making, which nobody else holds.
    return this.#stream.headers as Metadata;
  }

  get responseHeaders(): Metadata {
    this.sentHeaders ??= new Metadata();
    return this.sentHeaders;
  }

  get responseTrailers(): Metadata {
    this.sentTrailers ??= new Metadata();
    return this.sentTrailers;
  }

  get request(): unknown {
    if (this.#request === unread) this.#request = this.#source.read();
    return this.#request;
  }

  set request(value: unknown) {
    this.#request = value;
  }

  get deadline(): Date | undefined {
    return this.#source.deadline?.toDate();
  }

  timeRemainingMs(): number | undefined {
    return this.#source.deadline?.remainingMs();
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  get values(): ContextValues {
    this.#values ??= this.#stream.values ?? new ContextValues();
    return this.#values;
  }

  /** Tells the handler that nobody waits for its answer any more. */
  abort(reason: RpcError): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }
}

/** Who sent a request. */
export function peerOf({ peer, httpVersion }: ServerStream, protocol: Protocol): Peer {
  return { address: peer.address, protocol, httpVersion, tls: peer.tls };
}
