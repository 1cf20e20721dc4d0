import type { InitOf, MessageOf, MessageType } from "@bowline/protobuf";
import { binaryCodec } from "../codec.js";
import { startConnectUnary } from "../protocol-connect/client.js";
import { RpcError } from "../rpc-error.js";
import type { UnaryMethod } from "../service-type.js";
import type { ClientTransport } from "../transport/client-stream.js";
import { type ChannelSettings, callSettings, channelSettings } from "./call-settings.js";
import type { CallOptions, ChannelOptions } from "./options.js";
import { PendingUnaryCall, type UnaryCall } from "./unary-call.js";

/** A way to a server that clients share. */
export interface Channel extends AsyncDisposable {
  /** The target it was made for, `http://localhost:8080`. */
  readonly target: string;
  /**
   * Starts a unary call. A client of `createClient` does this for each method by its name.
   * @throws TypeError for an option that does not exist.
   */
  unary<I extends MessageType, O extends MessageType>(
    method: UnaryMethod<I, O>,
    request: InitOf<I>,
    options?: CallOptions,
  ): UnaryCall<MessageOf<O>>;
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

class TransportChannel implements Channel {
  readonly target: string;
  readonly #transport: ClientTransport;
  readonly #settings: ChannelSettings;
  readonly #calls = new Set<{ cancel(reason?: unknown): void }>();
  #closed = false;

  constructor(target: string, transport: ClientTransport, settings: ChannelSettings) {
    this.target = target;
    this.#transport = transport;
    this.#settings = settings;
  }

  unary<I extends MessageType, O extends MessageType>(
    method: UnaryMethod<I, O>,
    request: InitOf<I>,
    options?: CallOptions,
  ): UnaryCall<MessageOf<O>> {
    const call = new PendingUnaryCall<MessageOf<O>>();
    try {
      if (this.#closed) throw this.#closedError();
      const settings = callSettings(this.#settings, options);
      this.#calls.add(call);
      call.onOver = () => this.#calls.delete(call);
      startConnectUnary(this.#transport, method, request, settings, call);
    } catch (error) {
      if (!RpcError.is(error)) throw error;
      call.fail(error);
    }
    return call;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#calls) call.cancel(this.#closedError());
    this.#transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #closedError(): RpcError {
    return new RpcError("canceled", `the channel to ${this.target} is closed`, {
      reason: "BOWLINE_CHANNEL_CLOSED",
    });
  }
}
