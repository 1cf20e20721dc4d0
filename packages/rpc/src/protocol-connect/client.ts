import {
  brokenStream,
  canceledBy,
  expired,
  type Place,
  placed,
  statusMessage,
  undecodable,
  unencodable,
  unexpected,
} from "../client/call-failure.js";
import type { CallSettings } from "../client/call-settings.js";
import { plainTimers, refusedByBounds, type Watch, watchBounds } from "../client/call-watch.js";
import type { Outcome, RunningRequest } from "../client/outcome.js";
import type { Compression } from "../compression/compression.js";
import { acceptList, findCompression } from "../compression/negotiate.js";
import type { HeaderFields, ReadonlyMetadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import type { Method } from "../service-type.js";
import type {
  ClientStream,
  ClientTransport,
  RequestHead,
  ResponseReceiver,
} from "../transport/client-stream.js";
import { MessageBody, memoryExhausted } from "../transport/message-body.js";
import type { StreamFailure } from "../transport/stream-failure.js";
import type { UnaryForms } from "./client-forms.js";
import { requestHead } from "./client-request.js";
import { unaryContentType } from "./content-type.js";
import { decodeError } from "./error.js";
import { codeFromStatus } from "./http-status.js";
import { splitTrailers } from "./trailer.js";
import type { UnaryChannel } from "./unary-channel.js";

/** What a unary request over Connect is made from. */
export interface UnaryRequestInit {
  /** The protocol's fields for the channel's codec, made once. */
  readonly fields: HeaderFields;
  readonly transport: ClientTransport;
  readonly method: Method;
  readonly settings: CallSettings;
  readonly outcome: Outcome;
  /** Compression, and GET. Without it there is neither, whatever the settings say. */
  readonly forms?: UnaryForms;
  /** What is shared with other requests. Without it each makes everything anew. */
  readonly channel?: UnaryChannel;
}

/** Starts a unary call over Connect. It settles `outcome`, in this tick only where nothing can be sent. */
export function startConnectUnary(init: UnaryRequestInit, message: unknown): void {
  new UnaryRequest(init).start(message);
}

/** One unary call over Connect, from the request to the answer. */
class UnaryRequest implements ResponseReceiver, RunningRequest {
  readonly #init: UnaryRequestInit;
  readonly #settings: CallSettings;
  readonly #outcome: Outcome;
  readonly #body: MessageBody;
  #stream: ClientStream | undefined;
  #watching: Watch | undefined;
  #isOver = false;
  /** The HTTP status of an error response whose body is awaited. */
  #errorStatus: number | undefined;
  #compression: Compression | undefined;
  #headers: ReadonlyMetadata | undefined;
  #trailers: ReadonlyMetadata | undefined;

  constructor(init: UnaryRequestInit) {
    this.#init = init;
    this.#settings = init.settings;
    this.#outcome = init.outcome;
    this.#body = new MessageBody(init.settings.receivedMessageBytes);
  }

  start(message: unknown): void {
    const refusal = refusedByBounds(this.#settings, this);
    if (refusal !== undefined) {
      this.#finish(refusal);
      return;
    }
    this.#outcome.running = this;
    try {
      const { forms } = this.#init;
      if (forms?.needsPreparation(this.#init)) this.#prepare(forms, message);
      else this.#send(message);
    } catch (error) {
      this.giveUp(unencodable(error, this.place()));
      return;
    }
    const timers = this.#init.channel?.expiries ?? plainTimers;
    this.#watching = watchBounds(this.#settings, this, timers);
  }

  head(status: number, received: ReadonlyMetadata): void {
    const { headers, trailers } = splitTrailers(received);
    this.#headers = headers;
    this.#trailers = trailers;
    this.#outcome.receivedHeaders(headers);
    try {
      if (status !== 200) this.#expectError(status, headers);
      else if (!this.#init.channel?.knowsHead(received)) this.#checkResponse(headers, received);
      this.#body.announce(headers.get("content-length"));
    } catch (error) {
      this.giveUp(placed(error as RpcError, this.place()));
    }
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    try {
      this.#body.add(bytes, start, end);
    } catch (error) {
      this.giveUp(placed(error as RpcError, this.place()));
    }
  }

  end(): void {
    const body = this.#body;
    body.finish();
    if (this.#compression === undefined) this.#complete(body.bytes, body.start, body.end);
    else this.#decompress(this.#compression);
  }

  drained(): void {}

  partialBytes(): number {
    return this.#isOver ? 0 : this.#body.partialBytes(this.#stream?.httpVersion === "1.1");
  }

  exhausted(message: string): void {
    this.giveUp(placed(memoryExhausted(message), this.place()));
  }

  interrupted(failure: StreamFailure): void {
    this.#finish(brokenStream(failure, this.place()));
  }

  cancel(reason: unknown): void {
    this.giveUp(canceledBy(reason, this.place()));
  }

  giveUp(error: RpcError): void {
    if (this.#isOver) return;
    this.#stream?.reset();
    this.#finish(error);
  }

  expired(timeoutMs: number): void {
    this.giveUp(expired(timeoutMs, this.place()));
  }

  // There is one message, and nothing to wait with.
  pause(): void {}
  resume(): void {}
  reading(): void {}

  #send(message: unknown): void {
    const { codec } = this.#settings;
    const { channel, method } = this.#init;
    const stream = this.#open(channel?.heads.of(method, this.#settings) ?? requestHead(this.#init));
    codec.encode(method.input, message, stream.body);
    stream.send();
  }

  /** Sends a message that has to be encoded before the head of the request is known. */
  #prepare(forms: UnaryForms, message: unknown): void {
    const prepared = forms.prepareRequest(this.#init, message, ({ head, body }) => {
      if (this.#isOver) return;
      const stream = this.#open(head);
      if (body !== undefined) stream.body.append(body);
      stream.send();
    });
    prepared?.catch((error: unknown) => this.giveUp(unencodable(error, this.place())));
  }

  #open(head: RequestHead): ClientStream {
    this.#stream = this.#init.transport.open(head, this);
    return this.#stream;
  }

  /** @throws RpcError for a response of another form than was asked for. */
  #checkResponse(headers: ReadonlyMetadata, received: ReadonlyMetadata): void {
    const expected = unaryContentType(this.#settings.codec);
    const contentType = headers.get("content-type");
    if (!isContentType(contentType, expected)) {
      const code = contentType?.startsWith("application/") ? "internal" : "unknown";
      const got = contentType === undefined ? "no content-type" : JSON.stringify(contentType);
      throw unexpected(code, `answered with ${got} instead of ${expected}`, this.place());
    }
    this.#checkEncoding(headers);
    if (this.#compression === undefined) this.#init.channel?.acceptedHead(received);
  }

  /** @throws RpcError if the answer has no body that could say more than its status. */
  #expectError(status: number, headers: ReadonlyMetadata): void {
    this.#errorStatus = status;
    if (!isContentType(headers.get("content-type"), "application/json")) {
      throw unexpected(codeFromStatus(status), statusMessage(status, headers), this.place());
    }
    this.#checkEncoding(headers);
  }

  /** @throws RpcError for a compression that was not asked for. */
  #checkEncoding(headers: ReadonlyMetadata): void {
    const encoding = headers.get("content-encoding");
    if (encoding === undefined || encoding === "identity") return;
    const { accept } = this.#settings;
    this.#compression = this.#init.forms && findCompression(accept, encoding);
    if (this.#compression !== undefined) return;
    const got = JSON.stringify(encoding.slice(0, 40));
    const accepted = acceptList(accept) || "nothing";
    const message = `answered with content-encoding ${got}; asked for: ${accepted}`;
    throw unexpected("internal", message, this.place());
  }

  #decompress(compression: Compression): void {
    const { bytes, start, end } = this.#body;
    const limit = this.#settings.receivedMessageBytes;
    const broken = (error: unknown) => this.#finish(undecodable(error, this.place()));
    try {
      // Only where there are forms is there a compression.
      const { decompressMessage } = this.#init.forms as UnaryForms;
      const plain = decompressMessage(compression, bytes, start, end, limit);
      if (plain instanceof Uint8Array) this.#complete(plain, 0, plain.length);
      else plain.then((ready) => this.#complete(ready, 0, ready.length), broken);
    } catch (error) {
      broken(error);
    }
  }

  #complete(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isOver) return;
    this.#outcome.receivedTrailers(this.#trailers as ReadonlyMetadata);
    if (this.#errorStatus !== undefined) {
      this.#finish(this.#readError(this.#errorStatus, bytes.subarray(start, end)));
      return;
    }
    let response: unknown;
    try {
      response = this.#settings.codec.decode(this.#init.method.output, bytes, start, end);
    } catch (error) {
      this.#finish(undecodable(error, this.place()));
      return;
    }
    this.#finish(undefined, response);
  }

  #readError(status: number, bytes: Uint8Array): RpcError {
    const fallback = { code: codeFromStatus(status), message: statusMessage(status) };
    return decodeError(bytes, fallback, this.place());
  }

  #finish(error: RpcError | undefined, response?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#watching?.stop();
    this.#outcome.running = undefined;
    if (error === undefined) this.#outcome.succeed(response);
    else this.#outcome.fail(error);
  }

  place(): Place {
    const { transport, method } = this.#init;
    const place = { peer: transport.authority, method: method.path };
    if (this.#headers === undefined || this.#trailers === undefined) return place;
    return { ...place, headers: this.#headers, trailers: this.#trailers };
  }
}

function isContentType(value: string | undefined, expected: string): boolean {
  return value === expected || value?.split(";", 1)[0]?.trim().toLowerCase() === expected;
}
