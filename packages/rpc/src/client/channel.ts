import type { InitOf, MessageOf, MessageType } from "@bowline/protobuf";
import { binaryCodec } from "../codec.js";
import { quote } from "../option-names.js";
import { RpcError } from "../rpc-error.js";
import type {
  BidiMethod,
  ClientStreamingMethod,
  Method,
  ServerStreamingMethod,
  UnaryMethod,
} from "../service-type.js";
import type { ClientTransport } from "../transport/client-stream.js";
import { type BidiCall, PendingBidiCall } from "./bidi-call.js";
import { CallList, type ListedCall } from "./call-list.js";
import {
  type CallSettings,
  type ChannelSettings,
  callSettings,
  channelSettings,
} from "./call-settings.js";
import { CallStarter } from "./call-starter.js";
import { type ClientStreamCall, PendingClientStreamCall } from "./client-stream-call.js";
import { Interception } from "./intercept.js";
import type { CallOptions, ChannelOptions } from "./options.js";
import type { Outcome } from "./outcome.js";
import { asyncRequests, isRequestStream, type RequestStream } from "./request-pump.js";
import { PendingStreamCall, type ServerStreamCall } from "./stream-call.js";
import { PendingUnaryCall, type UnaryCall } from "./unary-call.js";

/** A way to a server that clients share. */
export interface Channel extends AsyncDisposable {
  /** The target it was made for, `http://localhost:8080`. */
  readonly target: string;
  /**
   * Starts a unary call. A client of `createClient` does this, and the like, for each method by its name.
   * @throws TypeError for an option that does not exist.
   */
  unary<I extends MessageType, O extends MessageType>(
    method: UnaryMethod<I, O>,
    request: InitOf<I>,
    options?: CallOptions,
  ): UnaryCall<MessageOf<O>>;
  /** Starts a call that is answered with a stream. As {@link Channel.unary}. */
  serverStreaming<I extends MessageType, O extends MessageType>(
    method: ServerStreamingMethod<I, O>,
    request: InitOf<I>,
    options?: CallOptions,
  ): ServerStreamCall<MessageOf<O>>;
  /**
   * Starts a call that sends a stream: what `requests` gives, or what the call's `send` is given. As
   * {@link Channel.unary}.
   */
  clientStreaming<I extends MessageType, O extends MessageType>(
    method: ClientStreamingMethod<I, O>,
    requests?: RequestStream<InitOf<I>>,
    options?: CallOptions,
  ): ClientStreamCall<InitOf<I>, MessageOf<O>>;
  /** Starts a call with two streams. As {@link Channel.clientStreaming}. */
  bidi<I extends MessageType, O extends MessageType>(
    method: BidiMethod<I, O>,
    requests?: RequestStream<InitOf<I>>,
    options?: CallOptions,
  ): BidiCall<InitOf<I>, MessageOf<O>>;
  /** Cancels the calls that are under way and closes the connections. Calls that come later fail. */
  close(): Promise<void>;
}

/**
 * Makes a channel over a transport.
 * @throws RpcError `invalid_argument` for a value that an option cannot have.
 */
export function createTransportChannel(
  target: string,
  transport: ClientTransport,
  options: ChannelOptions,
): Channel {
  return new TransportChannel(target, transport, channelSettings(options, binaryCodec));
}

function notIterable({ path }: Method, requests: unknown): RpcError {
  const message = `the requests of ${path} must be an iterable of messages: an array, a generator, a stream; they are ${quote(requests)}`;
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_ENCODE" });
}

/** A call as a channel keeps it while it is under way. */
interface PendingCall extends Outcome, ListedCall {}

interface PendingSendingCall extends PendingCall {
  readonly sending: PendingBidiCall<unknown, unknown>["sending"];
}

class TransportChannel implements Channel {
  readonly target: string;
  readonly #transport: ClientTransport;
  readonly #settings: ChannelSettings;
  readonly #starter: CallStarter;
  /** `undefined` without interceptors. */
  readonly #interception: Interception | undefined;
  readonly #calls = new CallList<PendingCall>();
  #closed = false;

  constructor(target: string, transport: ClientTransport, settings: ChannelSettings) {
    this.target = target;
    this.#transport = transport;
    this.#settings = settings;
    this.#starter = new CallStarter(transport, settings);
    const { interceptors, protocol } = settings;
    if (interceptors.length === 0) return;
    const { authority: address, httpVersion } = transport;
    const peer = { address, protocol, httpVersion, tls: undefined };
    this.#interception = new Interception(interceptors, this.#starter, peer);
  }

  unary<I extends MessageType, O extends MessageType>(
    method: UnaryMethod<I, O>,
    request: InitOf<I>,
    options?: CallOptions,
  ): UnaryCall<MessageOf<O>> {
    const call = new PendingUnaryCall<MessageOf<O>>();
    this.#single(method, request, options, call);
    return call;
  }

  serverStreaming<I extends MessageType, O extends MessageType>(
    method: ServerStreamingMethod<I, O>,
    request: InitOf<I>,
    options?: CallOptions,
  ): ServerStreamCall<MessageOf<O>> {
    const call = new PendingStreamCall<MessageOf<O>>(this.#transport.authority, method.path);
    this.#single(method, request, options, call);
    return call;
  }

  clientStreaming<I extends MessageType, O extends MessageType>(
    method: ClientStreamingMethod<I, O>,
    requests?: RequestStream<InitOf<I>>,
    options?: CallOptions,
  ): ClientStreamCall<InitOf<I>, MessageOf<O>> {
    const call = new PendingClientStreamCall<InitOf<I>, MessageOf<O>>();
    this.#stream(method, requests, options, call);
    return call;
  }

  bidi<I extends MessageType, O extends MessageType>(
    method: BidiMethod<I, O>,
    requests?: RequestStream<InitOf<I>>,
    options?: CallOptions,
  ): BidiCall<InitOf<I>, MessageOf<O>> {
    const call = new PendingBidiCall<InitOf<I>, MessageOf<O>>(
      this.#transport.authority,
      method.path,
    );
    this.#stream(method, requests, options, call);
    return call;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#calls) call.running?.cancel(this.#closedError());
    this.#transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #single(
    method: Method,
    request: unknown,
    options: CallOptions | undefined,
    call: PendingCall,
  ): void {
    const settings = this.#begin(options, call);
    if (settings === undefined) return;
    if (this.#interception === undefined) this.#starter.single(method, request, settings, call);
    else this.#interception.start(method, request, settings, call);
  }

  #stream(
    method: Method,
    requests: RequestStream<unknown> | undefined,
    options: CallOptions | undefined,
    call: PendingSendingCall,
  ): void {
    call.sending.isPumped = requests !== undefined;
    if (requests !== undefined && !isRequestStream(requests)) {
      call.fail(notIterable(method, requests));
      return;
    }
    const settings = this.#begin(options, call);
    if (settings === undefined) return;
    if (this.#interception === undefined) {
      call.sending.sender = this.#starter.stream(method, requests, settings, call);
    } else if (requests === undefined) {
      call.sending.sender = this.#interception.startManual(method, settings, call);
    } else {
      this.#interception.start(method, asyncRequests(method.input, requests), settings, call);
    }
  }

  /** What holds for a call; `undefined` if it has failed already. */
  #begin(options: CallOptions | undefined, call: PendingCall): CallSettings | undefined {
    try {
      if (this.#closed) throw this.#closedError();
      const settings = callSettings(this.#settings, options);
      this.#calls.add(call);
      return settings;
    } catch (error) {
      if (!RpcError.is(error)) throw error;
      call.fail(error);
      return undefined;
    }
  }

  #closedError(): RpcError {
    return new RpcError("canceled", `the channel to ${this.target} is closed`, {
      reason: "BOWLINE_CHANNEL_CLOSED",
    });
  }
}
