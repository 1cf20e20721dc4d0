import type {
  ClientStream,
  RequestHead,
  ResponseReceiver,
  StreamFailure,
} from "@bowline/rpc/internal";
import type { Address } from "./address.js";

/** An established connection, as a dialler gives it. Over HTTP/1.1 it is a pool of sockets to the one address. */
export interface Connection {
  readonly httpVersion: "1.1" | "2";
  /** Whether the peer takes one more stream now. */
  readonly hasRoom: boolean;
  /**
   * Whether a stream may end with `refused`, which says that it is safe to repeat. HTTP/2 can say so; where nothing can,
   * streams are handed out as they are.
   */
  readonly refusesStreams: boolean;
  /** Opens a stream; only while `hasRoom`. Never throws, and does not call the receiver inside this call. */
  open(head: RequestHead, receiver: ResponseReceiver): ClientStream;
  /**
   * As `open`, for a request that is `send` as a whole. The stream keeps what it sends until the answer begins, and gives
   * it back if it is refused before; connections that do not have this leave that to their caller.
   */
  openWhole?(head: RequestHead, receiver: ResponseReceiver, refused: RefusedRequests): ClientStream;
  /** Ends the connection at once; its streams are interrupted with `shutdown`. */
  close(): void;
  describe(): ConnectionDescription;
}

/** Takes requests back that a server refused before it looked at them. */
export interface RefusedRequests {
  /** Bytes of a request that are kept for this; a larger one that is refused has failed. */
  readonly replayBytes: number;
  /** Sends a request once more. What is returned goes on in the place of the stream that was refused. */
  reopen(
    head: RequestHead,
    receiver: ResponseReceiver,
    body: readonly Uint8Array[],
    isPaused: boolean,
  ): ClientStream;
}

/** What a connection is busy with. */
export interface ConnectionDescription {
  readonly httpVersion: "1.1" | "2";
  readonly openStreams: number;
  /** What speaks HTTP on it, `@bowline/http2`; for people and reports. */
  readonly engine?: string;
  /** Milliseconds that the peer took to answer the last PING, if there was one. */
  readonly roundTripMs?: number;
}

/** What a connection tells its subchannel. Nothing is called inside a call of the dialler. */
export interface ConnectionListener {
  /** The connection can carry streams. Called once, or `failed` instead. */
  ready(connection: Connection): void;
  /** No connection came about. */
  failed(failure: StreamFailure): void;
  /** There is room again on a connection that had none. */
  room(): void;
  /**
   * The connection takes no more streams: it was closed, or the peer asked for no more (GOAWAY). Those that are open are
   * the connection's own matter. Called once.
   * @param failure if the peer could not be reached any more; then the next attempt waits for the backoff.
   */
  over(failure?: StreamFailure): void;
}

/** Connects to an address. Returns what gives the attempt up; the listener is not called any more then. */
export type Dialer = (address: Address, listener: ConnectionListener) => () => void;
