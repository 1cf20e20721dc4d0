import type { CallSettings } from "../client/call-settings.js";
import type { ExpiryQueue } from "../client/expiry-queue.js";
import { RequestHeads } from "../client/request-heads.js";
import { acceptList } from "../compression/negotiate.js";
import { type HeaderFields, Metadata, type ReadonlyMetadata } from "../metadata.js";
import { unaryFields } from "./client-request.js";
import { formatTimeout } from "./timeout.js";

/** What the unary requests of a channel over Connect have in common, and what is known from earlier ones. */
export class UnaryChannel {
  readonly expiries: ExpiryQueue;
  /** Heads of a POST that is not compressed. */
  readonly heads: RequestHeads;
  /** The fields of the last head of a success that was accepted, and names no compression. */
  #accepted: HeaderFields | undefined;

  constructor(settings: CallSettings, expiries: ExpiryQueue) {
    this.expiries = expiries;
    const timeoutField = "connect-timeout-ms";
    const form = { timeoutField, formatTimeout, requiresHttp2: false, fields: fieldsOf };
    this.heads = new RequestHeads(form, settings);
  }

  /** Whether a head has been accepted before, as it is: transports may hand out the same fields again. */
  knowsHead(headers: ReadonlyMetadata): boolean {
    return this.#accepted !== undefined && Metadata.fieldsOf(headers) === this.#accepted;
  }

  acceptedHead(headers: ReadonlyMetadata): void {
    this.#accepted = Metadata.fieldsOf(headers);
  }
}

function fieldsOf({ codec, accept }: CallSettings): HeaderFields {
  const fields = unaryFields(codec);
  return accept.length === 0 ? fields : [...fields, "accept-encoding", acceptList(accept)];
}
