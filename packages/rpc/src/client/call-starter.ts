import type { HeaderFields } from "../metadata.js";
import { startConnectUnary } from "../protocol-connect/client.js";
import { unaryForms } from "../protocol-connect/client-forms.js";
import { unaryFields } from "../protocol-connect/client-request.js";
import { connectStreams } from "../protocol-connect/client-stream.js";
import { UnaryChannel } from "../protocol-connect/unary-channel.js";
import { grpc } from "../protocol-grpc/client.js";
import { grpcWeb } from "../protocol-grpc-web/client.js";
import type { Protocol } from "../server/handler-call.js";
import type { Method } from "../service-type.js";
import type { ClientTransport } from "../transport/client-stream.js";
import type { CallSettings, ChannelSettings } from "./call-settings.js";
import { EnvelopedChannel } from "./enveloped-channel.js";
import type { EnvelopedProtocol } from "./enveloped-protocol.js";
import { startEnveloped, startEnvelopedStream } from "./enveloped-request.js";
import { ExpiryQueue } from "./expiry-queue.js";
import type { Outcome } from "./outcome.js";
import type { RequestStream } from "./request-pump.js";
import type { RequestSender } from "./request-sender.js";

const enveloped: Readonly<Record<Protocol, EnvelopedProtocol>> = {
  connect: connectStreams,
  grpc,
  "grpc-web": grpcWeb,
};

/** Starts calls of every kind over one transport, in one protocol. */
export class CallStarter {
  /** The deadlines of its calls. */
  readonly expiries: ExpiryQueue = new ExpiryQueue();
  readonly #transport: ClientTransport;
  readonly #channel: EnvelopedChannel;
  /** Connect's unary calls are plain HTTP, and have fields of their own. */
  readonly #unaryFields: HeaderFields;
  readonly #unary: UnaryChannel | undefined;

  constructor(transport: ClientTransport, settings: ChannelSettings) {
    const { protocol, codec } = settings;
    this.#transport = transport;
    const { expiries } = this;
    this.#channel = new EnvelopedChannel(enveloped[protocol], transport, settings, expiries);
    this.#unaryFields = unaryFields(codec);
    if (protocol === "connect") this.#unary = new UnaryChannel(settings, expiries);
  }

  /** Starts a call with one request message. */
  single(method: Method, message: unknown, settings: CallSettings, outcome: Outcome): void {
    const channel = this.#unary;
    if (method.kind === "unary" && channel !== undefined) {
      const transport = this.#transport;
      const fields = this.#unaryFields;
      const forms = unaryForms;
      const init = { fields, transport, method, settings, outcome, forms, channel };
      startConnectUnary(init, message);
      return;
    }
    startEnveloped(this.#channel, method, message, settings, outcome);
  }

  /**
   * Starts a call with a stream of request messages.
   * @param source what is sent; `undefined`: what the sender that is returned is given.
   * @param isManual whether the caller decides when the stream of requests ends. Default: if there is no `source`.
   */
  stream(
    method: Method,
    source: RequestStream<unknown> | undefined,
    settings: CallSettings,
    outcome: Outcome,
    isManual: boolean = source === undefined,
  ): RequestSender {
    return startEnvelopedStream(this.#channel, method, settings, outcome, source, isManual);
  }
}
