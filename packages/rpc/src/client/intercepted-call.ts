import { ContextValues } from "../context.js";
import { Deadline } from "../deadline.js";
import type { InterceptedCall } from "../interceptor.js";
import { Metadata, type ReadonlyMetadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import type { Peer } from "../server/handler-call.js";
import type { Method } from "../service-type.js";
import { unencodable } from "./call-failure.js";
import type { CallSettings } from "./call-settings.js";

/** What a request for an intercepted call is made with. */
export type SendRequest = (call: ClientInterceptedCall) => Promise<unknown>;

/** A call as interceptors on a client see it. */
export class ClientInterceptedCall implements InterceptedCall {
  readonly side = "client";
  readonly method: Method;
  readonly peer: Peer;
  readonly requestHeaders: Metadata;
  /** What is sent: what the caller gave, or what an interceptor put in its place. */
  rawRequest: unknown;
  readonly #settings: CallSettings;
  readonly #deadline: Deadline | undefined;
  readonly #send: SendRequest;
  #headers: ReadonlyMetadata | undefined;
  #trailers: ReadonlyMetadata | undefined;
  #values: ContextValues | undefined;
  #controller: AbortController | undefined;
  #aborted: RpcError | undefined;

  constructor(
    method: Method,
    peer: Peer,
    request: unknown,
    settings: CallSettings,
    send: SendRequest,
  ) {
    this.method = method;
    this.peer = peer;
    this.rawRequest = request;
    this.requestHeaders = new Metadata(settings.headers);
    this.#settings = settings;
    this.#values = settings.values;
    this.#send = send;
    const { timeoutMs } = settings;
    this.#deadline = timeoutMs === undefined ? undefined : Deadline.after(timeoutMs);
  }

  /**
   * The caller may have given a literal, which becomes a message when it is asked for.
   * @throws RpcError `invalid_argument` for one that is no message.
   */
  get request(): unknown {
    const { kind, input, path } = this.method;
    const isStream = kind === "client_streaming" || kind === "bidi";
    if (isStream || input.is(this.rawRequest)) return this.rawRequest;
    try {
      this.rawRequest = input.create(this.rawRequest);
    } catch (error) {
      throw unencodable(error, { peer: this.peer.address, method: path });
    }
    return this.rawRequest;
  }

  set request(request: unknown) {
    this.rawRequest = request;
  }

  /** Empty before they have come. */
  get responseHeaders(): Metadata {
    this.#headers ??= new Metadata();
    return this.#headers as Metadata;
  }

  get responseTrailers(): Metadata {
    this.#trailers ??= new Metadata();
    return this.#trailers as Metadata;
  }

  get deadline(): Date | undefined {
    return this.#deadline?.toDate();
  }

  timeRemainingMs(): number | undefined {
    return this.#deadline?.remainingMs();
  }

  get values(): ContextValues {
    this.#values ??= new ContextValues();
    return this.#values;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  /** The end of the interceptors' way: makes a request. */
  send(): Promise<unknown> {
    return this.#aborted === undefined ? this.#send(this) : Promise.reject(this.#aborted);
  }

  /** What holds for a request that is made now; what ends the whole call is watched outside. */
  requestSettings(): CallSettings {
    return {
      ...this.#settings,
      headers: this.requestHeaders,
      timeoutMs: this.timeRemainingMs(),
      signal: undefined,
      parent: undefined,
    };
  }

  /** Headers have come; those of an earlier request are gone. */
  received(headers: ReadonlyMetadata): void {
    this.#headers = headers;
    this.#trailers = undefined;
  }

  receivedTrailers(trailers: ReadonlyMetadata): void {
    this.#trailers = trailers;
  }

  /** Whether headers, or trailers, have come or were made. */
  get hasHeaders(): boolean {
    return this.#headers !== undefined;
  }

  get hasTrailers(): boolean {
    return this.#trailers !== undefined;
  }

  abort(reason: RpcError): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }
}
