import type { Compression } from "../compression/compression.js";
import { decompressMessage } from "../compression/decompress-message.js";
import { acceptList, findCompression } from "../compression/negotiate.js";
import {
  EnvelopeReader,
  envelopePrefixLength,
  wholeEnvelopeEnd,
} from "../envelope/envelope-reader.js";
import { Metadata, type ReadonlyMetadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import type { Method } from "../service-type.js";
import { decompressedBytesBetweenTurns, nextTurn } from "../stream/turn.js";
import { brokenEnd, type Placer, undecodable, unexpected } from "./call-failure.js";
import type { CallSettings } from "./call-settings.js";
import type { EnvelopedChannel } from "./enveloped-channel.js";
import type { EnvelopedProtocol } from "./enveloped-protocol.js";
import type { Outcome } from "./outcome.js";

/** An answer that waits for the end of its call costs no more than the call itself, if it is smaller. */
const countedBytes = 16_384;

/** What a response needs of the request that it answers. */
export interface ResponseOwner extends Placer {
  /** The call has ended; nothing is delivered any more. */
  readonly isOver: boolean;
  giveUp(error: RpcError): void;
  /** The response is complete. */
  complete(error: RpcError | undefined, response: unknown): void;
  pauseStream(): void;
  resumeStream(): void;
}

/** The response of enveloped messages to one request, from its head to how it says that the call ended. */
export class EnvelopedResponse {
  readonly #owner: ResponseOwner;
  readonly #channel: EnvelopedChannel;
  readonly #protocol: EnvelopedProtocol;
  readonly #method: Method;
  readonly #settings: CallSettings;
  readonly #outcome: Outcome;
  /** Made for the first message that does not come whole, or is past the limit. */
  #reader: EnvelopeReader | undefined;
  /** One message is expected, not a stream of them. */
  readonly #isSingle: boolean;
  headers: ReadonlyMetadata | undefined;
  /** The headers may be the whole response; the caller sees them once that is known. */
  #isHeld = false;
  #compression: Compression | undefined;
  #arrived = 0;
  #message: unknown;
  #waitingBytes = 0;
  #endArrived = false;
  #end: Uint8Array | undefined;
  /** How the stream ended, where messages that came before have yet to be delivered. */
  #last: (() => void) | undefined;
  #isDecompressing = false;
  /** Bytes that were decompressed without a turn of the event loop in between. */
  #decompressed = 0;

  constructor(
    channel: EnvelopedChannel,
    method: Method,
    settings: CallSettings,
    outcome: Outcome,
    owner: ResponseOwner,
  ) {
    this.#owner = owner;
    this.#channel = channel;
    this.#protocol = channel.protocol;
    this.#method = method;
    this.#settings = settings;
    this.#outcome = outcome;
    this.#isSingle = method.kind === "unary" || method.kind === "client_streaming";
  }

  head(status: number, received: ReadonlyMetadata): void {
    this.headers = received;
    if (status === 200 && this.#channel.knowsHead(received)) {
      this.#outcome.receivedHeaders(received);
      return;
    }
    const refusal = this.#protocol.refuse(status, received, this.#settings.codec);
    if (refusal !== undefined) {
      this.#outcome.receivedHeaders(received);
      this.#owner.giveUp(unexpected(refusal.code, refusal.message, this.#owner.place()));
      return;
    }
    this.#isHeld = this.#protocol.saysEnd(received);
    if (!this.#isHeld) this.#acceptHead(received);
    const isUsual = !this.#isHeld && this.#compression === undefined && !this.#owner.isOver;
    if (status === 200 && isUsual) this.#channel.acceptedHead(received);
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    if (this.#owner.isOver || start === end) return;
    try {
      if (this.#isHeld) this.#acceptHead(this.headers as ReadonlyMetadata);
      if (this.#endArrived)
        throw brokenEnd("more came behind the end of the response", this.#owner.place());
      const at = this.#reader === undefined ? this.#readWhole(bytes, start, end) : start;
      if (at === end || this.#owner.isOver) return;
      this.#makeReader().push(bytes, at, end);
    } catch (error) {
      this.#broken(error);
    }
  }

  /** Takes the messages that lie whole at the beginning of a piece; returns where they end. */
  #readWhole(bytes: Uint8Array, start: number, end: number): number {
    const limit = this.#settings.receivedMessageBytes;
    let at = start;
    while (at < end && !this.#owner.isOver && this.#reader === undefined) {
      const next = wholeEnvelopeEnd(bytes, at, end, limit);
      if (next < 0) break;
      this.#arrive(bytes[at] as number, bytes, at + envelopePrefixLength, next);
      at = next;
    }
    return at;
  }

  #makeReader(): EnvelopeReader {
    this.#reader ??= new EnvelopeReader(
      this.#settings.receivedMessageBytes,
      (flags, bytes, start, end) => this.#arrive(flags, bytes, start, end),
    );
    return this.#reader;
  }

  end(trailers: ReadonlyMetadata): void {
    this.inOrder(() => this.#complete(trailers));
  }

  /** Bytes of a message that wait for its rest, or, where it is the only one, for the end of the call. */
  get partialBytes(): number {
    return this.#waitingBytes + (this.#reader?.partialBytes ?? 0);
  }

  /** Ignores all that comes from now on. */
  stop(): void {
    this.#reader?.stop();
  }

  /** No message is delivered until as many `resume` have come: the caller's reader is behind, say. */
  pause(): void {
    this.#makeReader().pause();
    this.#owner.pauseStream();
  }

  resume(): void {
    const reader = this.#makeReader();
    try {
      reader.resume();
    } catch (error) {
      this.#broken(error);
    }
    if (reader.isPaused || this.#owner.isOver) return;
    if (this.#last === undefined) this.#owner.resumeStream();
    else this.#last();
  }

  #acceptHead(headers: ReadonlyMetadata): void {
    this.#isHeld = false;
    this.#outcome.receivedHeaders(headers);
    const encoding = headers.get(this.#protocol.encodingField);
    if (encoding === undefined || encoding === "identity") return;
    const { accept } = this.#settings;
    this.#compression = findCompression(accept, encoding);
    if (this.#compression !== undefined) return;
    const accepted = acceptList(accept) || "nothing";
    const got = JSON.stringify(encoding.slice(0, 40));
    this.#owner.giveUp(
      unexpected(
        "internal",
        `answered with ${this.#protocol.encodingField} ${got}; asked for: ${accepted}`,
        this.#owner.place(),
      ),
    );
  }

  /** A message has come whole. What is refused is refused here, before it is decompressed. */
  #arrive(flags: number, bytes: Uint8Array, start: number, end: number): void {
    const { endFlag } = this.#protocol;
    if (this.#endArrived)
      throw brokenEnd("more came behind the end of the response", this.#owner.place());
    if ((flags & ~(endFlag | 1)) !== 0) {
      throw unexpected(
        "internal",
        `answered with a message of unknown flags ${flags}`,
        this.#owner.place(),
      );
    }
    if ((flags & endFlag) !== 0) this.#endArrived = true;
    else if (++this.#arrived > 1 && this.#isSingle) throw this.#wrongCount("more than one message");
    else if (this.#isSingle && end - start >= countedBytes) this.#waitingBytes = end - start;
    if ((flags & 1) === 0) this.#deliver(flags, bytes, start, end);
    else this.#decompress(flags, bytes, start, end);
  }

  #decompress(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#compression === undefined) {
      throw unexpected(
        "internal",
        "answered with a compressed message and named no compression",
        this.#owner.place(),
      );
    }
    const limit = this.#settings.receivedMessageBytes;
    const plain = decompressMessage(this.#compression, bytes, start, end, limit);
    if (plain instanceof Uint8Array) {
      this.#deliver(flags, plain, 0, plain.length);
      this.#decompressed += plain.length;
      if (this.#decompressed < decompressedBytesBetweenTurns) return;
      this.#decompressed = 0;
      this.pause();
      nextTurn(() => this.resume());
      return;
    }
    this.#isDecompressing = true;
    this.pause();
    plain
      .then((ready) => {
        this.#isDecompressing = false;
        this.#deliver(flags, ready, 0, ready.length);
        this.resume();
      })
      .catch((error: unknown) => this.#broken(error));
  }

  /** Does something when every message that came before has been delivered. */
  inOrder(step: () => void): void {
    if (this.#owner.isOver) return;
    if (this.#isDecompressing || this.#reader?.waitingBytes) this.#last ??= step;
    else step();
  }

  #deliver(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#owner.isOver) return;
    if ((flags & this.#protocol.endFlag) !== 0) {
      this.#end = bytes.subarray(start, end);
      return;
    }
    let message: unknown;
    try {
      message = this.#settings.codec.decode(this.#method.output, bytes, start, end);
    } catch (error) {
      throw undecodable(error, this.#owner.place());
    }
    if (this.#isSingle) this.#message = message;
    else this.#outcome.receivedMessage?.(message, end - start);
  }

  #complete(trailers: ReadonlyMetadata): void {
    try {
      this.#reader?.finish();
      this.#readEnd(trailers);
    } catch (error) {
      this.#broken(error);
    }
  }

  #readEnd(trailers: ReadonlyMetadata): void {
    const headers = this.headers as ReadonlyMetadata;
    if (this.#isHeld && trailers.size > 0) this.#acceptHead(headers);
    if (this.#owner.isOver) return;
    const isTrailersOnly = this.#isHeld;
    if (!isTrailersOnly && this.#end === undefined && this.#channel.knowsSuccess(trailers)) {
      const none = new Metadata();
      this.#outcome.receivedTrailers(none);
      this.#owner.complete(this.#missing(none), this.#message);
      return;
    }
    const response = { headers, trailers, end: this.#end, isTrailersOnly };
    if (isTrailersOnly) this.headers = new Metadata();
    const end = this.#protocol.readEnd(response, this.#owner);
    if (isTrailersOnly) this.#outcome.receivedHeaders(this.headers as ReadonlyMetadata);
    this.#outcome.receivedTrailers(end.trailers);
    const isUsual = !isTrailersOnly && this.#end === undefined;
    if (isUsual && end.error === undefined && end.trailers.size === 0) {
      this.#channel.saidSuccess(trailers);
    }
    this.#owner.complete(end.error ?? this.#missing(end.trailers), this.#message);
  }

  #missing(trailers: ReadonlyMetadata): RpcError | undefined {
    if (!this.#isSingle || this.#arrived === 1) return undefined;
    return this.#wrongCount("no message", trailers);
  }

  #wrongCount(what: string, trailers?: ReadonlyMetadata): RpcError {
    const place =
      trailers === undefined ? this.#owner.place() : { ...this.#owner.place(), trailers };
    const message = `answered with ${what}; a ${this.#method.kind} method answers with one`;
    return new RpcError("unimplemented", message, { ...place, reason: "BOWLINE_MESSAGE_COUNT" });
  }

  #broken(error: unknown): void {
    this.#owner.giveUp(undecodable(error, this.#owner.place()));
  }
}
