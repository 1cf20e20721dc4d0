import { acceptList } from "../compression/negotiate.js";
import { type HeaderFields, Metadata, type ReadonlyMetadata } from "../metadata.js";
import type { Method } from "../service-type.js";
import type { ClientTransport, RequestHead } from "../transport/client-stream.js";
import type { CallSettings } from "./call-settings.js";
import type { EnvelopedProtocol } from "./enveloped-protocol.js";
import { withMetadata } from "./request-fields.js";
import { CallHead, noFields } from "./request-head.js";

/** What the requests of a channel over a protocol of enveloped messages have in common, and what is known from earlier ones. */
export class EnvelopedChannel {
  readonly protocol: EnvelopedProtocol;
  readonly transport: ClientTransport;
  readonly #settings: CallSettings;
  readonly #fields: HeaderFields;
  /** Heads of requests with the channel's own settings. */
  readonly #heads = new Map<Method, RequestHead>();
  /** The fields of the last head that was accepted, and of the last trailers that said success and nothing else. */
  #accepted: HeaderFields | undefined;
  #succeeded: HeaderFields | undefined;

  constructor(protocol: EnvelopedProtocol, transport: ClientTransport, settings: CallSettings) {
    this.protocol = protocol;
    this.transport = transport;
    this.#settings = settings;
    this.#fields = this.#fieldsWith(settings);
  }

  head(method: Method, settings: CallSettings): RequestHead {
    if (settings !== this.#settings) return this.#makeHead(method, settings);
    let head = this.#heads.get(method);
    if (head === undefined) {
      head = this.#makeHead(method, settings);
      this.#heads.set(method, head);
    }
    return head;
  }

  /** Whether a head has been accepted before, as it is: transports may hand out the same fields again. */
  knowsHead(headers: ReadonlyMetadata): boolean {
    return this.#accepted !== undefined && Metadata.fieldsOf(headers) === this.#accepted;
  }

  acceptedHead(headers: ReadonlyMetadata): void {
    this.#accepted = Metadata.fieldsOf(headers);
  }

  /** Whether these trailers have been read before, and said success and nothing else. */
  knowsSuccess(trailers: ReadonlyMetadata): boolean {
    return this.#succeeded !== undefined && Metadata.fieldsOf(trailers) === this.#succeeded;
  }

  saidSuccess(trailers: ReadonlyMetadata): void {
    this.#succeeded = Metadata.fieldsOf(trailers);
  }

  #makeHead(method: Method, settings: CallSettings): CallHead {
    const { timeoutMs, headers, send, accept } = settings;
    const { timeoutField, formatTimeout, requiresHttp2 } = this.protocol;
    const isWhole = method.kind === "unary" || method.kind === "server_streaming";
    const timeout = timeoutMs === undefined ? noFields : [timeoutField, formatTimeout(timeoutMs)];
    const isUsual = send === this.#settings.send && accept === this.#settings.accept;
    if (isUsual && headers?.has("user-agent") !== true) {
      const own = withMetadata(timeout, headers);
      return new CallHead(method.path, this.#fields, own, isWhole, requiresHttp2);
    }
    const own = withMetadata([...this.#fieldsWith(settings), ...timeout], headers);
    return new CallHead(method.path, undefined, own, isWhole, requiresHttp2);
  }

  #fieldsWith({ codec, send, accept }: CallSettings): HeaderFields {
    const { protocol } = this;
    const fields = [...protocol.fields(codec)];
    if (send !== undefined) fields.push(protocol.encodingField, send.name);
    if (accept.length > 0) fields.push(protocol.acceptField, acceptList(accept));
    return fields;
  }
}
