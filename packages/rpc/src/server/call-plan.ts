import { parseTimeout } from "../protocol-grpc/timeout.js";
import type { RequestReceiver, ServerStream } from "../transport/server-stream.js";
import type { EnvelopeWire } from "./envelope-wire.js";
import type { HandlerSettings } from "./options.js";
import type { Route } from "./router.js";
import { openExchange } from "./stream-exchange.js";

/** The headers by which plans are made. The time that a caller gives is read anew for each call. */
export const decisiveHeaders: ReadonlySet<string> = new Set([
  "content-type",
  "grpc-accept-encoding",
  "grpc-encoding",
]);

/** What was decided on a request by its headers, for the next one that has the same of {@link decisiveHeaders}. */
export class CallPlan {
  /** Of the handler that decided. */
  readonly settings: HandlerSettings;
  readonly route: Route;
  readonly wire: EnvelopeWire;
  /** Where the time is that the caller gives, -1 if it gives none. */
  readonly #timeoutAt: number;

  constructor(settings: HandlerSettings, route: Route, wire: EnvelopeWire, timeoutAt: number) {
    this.settings = settings;
    this.route = route;
    this.wire = wire;
    this.#timeoutAt = timeoutAt;
  }

  /**
   * Begins a call. Returns who takes the body, or `undefined` if the request has been answered.
   * @throws RpcError for a time that is none.
   */
  begin(stream: ServerStream): RequestReceiver | undefined {
    const timeoutMs =
      this.#timeoutAt < 0 ? undefined : parseTimeout(stream.headerAt?.(this.#timeoutAt));
    const exchange = openExchange(stream, this.route, this.settings, this.wire, timeoutMs);
    return exchange.admit() ? exchange : undefined;
  }
}
