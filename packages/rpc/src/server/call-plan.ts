import type { RequestReceiver, ServerStream } from "../transport/server-stream.js";
import type { EnvelopeWire } from "./envelope-wire.js";
import type { HandlerSettings } from "./options.js";
import type { Route } from "./router.js";
import { openExchange } from "./stream-exchange.js";

/** What was decided on a request by its headers, for the next one with the same. */
export class CallPlan {
  /** Of the handler that decided. */
  readonly settings: HandlerSettings;
  readonly #route: Route;
  readonly #wire: EnvelopeWire;
  readonly #timeoutMs: number | undefined;

  constructor(
    settings: HandlerSettings,
    route: Route,
    wire: EnvelopeWire,
    timeoutMs: number | undefined,
  ) {
    this.settings = settings;
    this.#route = route;
    this.#wire = wire;
    this.#timeoutMs = timeoutMs;
  }

  /** Begins a call. Returns who takes the body, or `undefined` if the request has been answered. */
  begin(stream: ServerStream): RequestReceiver | undefined {
    const exchange = openExchange(stream, this.#route, this.settings, this.#wire, this.#timeoutMs);
    return exchange.admit() ? exchange : undefined;
  }
}
