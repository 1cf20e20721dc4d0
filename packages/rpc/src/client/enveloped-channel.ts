import { acceptList } from "../compression/negotiate.js";
import { type HeaderFields, Metadata, type ReadonlyMetadata } from "../metadata.js";
import type { ClientTransport } from "../transport/client-stream.js";
import type { CallSettings } from "./call-settings.js";
import type { EnvelopedProtocol } from "./enveloped-protocol.js";
import type { ExpiryQueue } from "./expiry-queue.js";
import { RequestHeads } from "./request-heads.js";

/** What the requests of a channel over a protocol of enveloped messages have in common, and what is known from earlier ones. */
export class EnvelopedChannel {
  readonly protocol: EnvelopedProtocol;
  readonly transport: ClientTransport;
  readonly expiries: ExpiryQueue;
  readonly heads: RequestHeads;
  /** The fields of the last head that was accepted, and of the last trailers that said success and nothing else. */
  #accepted: HeaderFields | undefined;
  #succeeded: HeaderFields | undefined;

  constructor(
    protocol: EnvelopedProtocol,
    transport: ClientTransport,
    settings: CallSettings,
    expiries: ExpiryQueue,
  ) {
    this.protocol = protocol;
    this.transport = transport;
    this.expiries = expiries;
    const { timeoutField, formatTimeout, requiresHttp2 } = protocol;
    const fields = (each: CallSettings) => fieldsOf(protocol, each);
    this.heads = new RequestHeads({ timeoutField, formatTimeout, requiresHttp2, fields }, settings);
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
}

function fieldsOf(
  protocol: EnvelopedProtocol,
  { codec, send, accept }: CallSettings,
): HeaderFields {
  const fields = [...protocol.fields(codec)];
  if (send !== undefined) fields.push(protocol.encodingField, send.name);
  if (accept.length > 0) fields.push(protocol.acceptField, acceptList(accept));
  return fields;
}
