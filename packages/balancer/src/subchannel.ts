import type { StreamFailure } from "@bowline/rpc/internal";
import type { Address } from "./address.js";
import type { Backoff } from "./backoff.js";
import type { Clock } from "./clock.js";
import type { Connection, ConnectionDescription, Dialer } from "./connection.js";

/** gRPC's connectivity states. */
export type ConnectivityState = "idle" | "connecting" | "ready" | "transient_failure" | "shutdown";

/** A subchannel as tests and tools see it. */
export interface SubchannelDescription {
  readonly address: string;
  readonly state: ConnectivityState;
  /** Why there is no connection, in `transient_failure`. */
  readonly failure: string | undefined;
  readonly connection: ConnectionDescription | undefined;
}

/** What a subchannel tells its policy. */
export interface SubchannelListener {
  /** The state has changed, or a connection that was full has room again. */
  changed(): void;
}

/**
 * One address and at most one connection to it that takes new streams.
 *
 * `idle` → `connect()` → `connecting` → `ready`, and back to `idle` when the connection ends; nothing connects again
 * before somebody asks. An attempt that fails leads to `transient_failure`; once the backoff is over the state is `idle`.
 */
export class Subchannel {
  readonly address: Address;
  readonly #dial: Dialer;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #listener: SubchannelListener;
  #state: ConnectivityState = "idle";
  #connection: Connection | undefined;
  #failure: StreamFailure | undefined;
  #retryAt = 0;
  #stopDialing: (() => void) | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(
    address: Address,
    dial: Dialer,
    clock: Clock,
    backoff: Backoff,
    listener: SubchannelListener,
  ) {
    this.address = address;
    this.#dial = dial;
    this.#clock = clock;
    this.#backoff = backoff;
    this.#listener = listener;
  }

  get state(): ConnectivityState {
    return this.#state;
  }

  /** The connection for new streams, while `ready`. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Why the last attempt failed, while `transient_failure`. */
  get failure(): StreamFailure | undefined {
    return this.#failure;
  }

  /** Milliseconds until the state is `idle` again, while `transient_failure`. */
  get remainingBackoffMs(): number {
    return Math.max(0, this.#retryAt - this.#clock.now());
  }

  /** Begins an attempt, if the state is `idle`. */
  connect(): void {
    if (this.#state !== "idle") return;
    const startedAt = this.#clock.now();
    this.#enter("connecting");
    this.#stopDialing = this.#dial(this.address, {
      ready: (connection) => this.#established(connection),
      failed: (failure) => this.#failed(failure, startedAt),
      room: () => this.#listener.changed(),
      over: (failure) => {
        if (this.#state !== "ready") return;
        this.#connection = undefined;
        if (failure === undefined) this.#enter("idle");
        else this.#failed(failure, this.#clock.now());
      },
    });
  }

  /** Ends everything; the state stays `shutdown`. */
  close(): void {
    this.#stopDialing?.();
    this.#stopWaiting?.();
    const connection = this.#connection;
    this.#connection = undefined;
    this.#state = "shutdown";
    connection?.close();
  }

  describe(): SubchannelDescription {
    return {
      address: this.address.name,
      state: this.#state,
      failure: this.#failure?.message,
      connection: this.#connection?.describe(),
    };
  }

  #established(connection: Connection): void {
    this.#stopDialing = undefined;
    this.#backoff.reset();
    this.#connection = connection;
    this.#enter("ready");
  }

  #failed(failure: StreamFailure, startedAt: number): void {
    this.#stopDialing = undefined;
    this.#failure = failure;
    this.#retryAt = startedAt + this.#backoff.nextMs();
    this.#stopWaiting = this.#clock.after(this.remainingBackoffMs, () => {
      this.#failure = undefined;
      this.#enter("idle");
    });
    this.#enter("transient_failure");
  }

  #enter(state: ConnectivityState): void {
    this.#state = state;
    this.#listener.changed();
  }
}
