import type {
  ClientStream,
  ClientTransport,
  RequestHead,
  ResponseReceiver,
  StreamFailure,
} from "@bowline/rpc/internal";
import { Backoff, type BackoffOptions } from "./backoff.js";
import { BalancedStream } from "./balanced-stream.js";
import { type Clock, systemClock } from "./clock.js";
import type { Dialer, RefusedRequests } from "./connection.js";
import { pickFirst } from "./pick-first.js";
import type { Pick, Picker, Policy, PolicyFactory } from "./policy.js";
import type { Resolver } from "./resolver.js";
import { type ConnectivityState, Subchannel, type SubchannelDescription } from "./subchannel.js";

/** What a balanced transport is made of. */
export interface BalancedTransportOptions {
  /** Who is called, for messages. */
  readonly authority: string;
  /** The HTTP version, where it is known without a connection. */
  readonly httpVersion: "1.1" | "2" | undefined;
  readonly resolver: Resolver;
  readonly dial: Dialer;
  /** Default `pickFirst`. */
  readonly policy?: PolicyFactory;
  readonly backoff?: BackoffOptions;
  readonly clock?: Clock;
  /** Streams that may wait for a connection, or for room on one, at a time. Default 10,000; those beyond fail. */
  readonly waitingStreams?: number;
  /** Told when streams begin to wait, and when none does any more: what keeps a process alive meanwhile. */
  readonly onWaiting?: (waiting: boolean) => void;
  /** Bytes of a request that are kept to repeat it if the server refuses its stream. Default 256 KiB. */
  readonly replayBytes?: number;
}

/** A channel's connections as tests and tools see them. */
export interface TransportDescription {
  readonly authority: string;
  readonly state: ConnectivityState;
  /** Streams that wait for a connection, or for room on one. */
  readonly waitingStreams: number;
  readonly subchannels: readonly SubchannelDescription[];
}

/** A way to a target over subchannels. */
export interface BalancedTransport extends ClientTransport {
  describe(): TransportDescription;
}

/**
 * Makes a transport that picks a subchannel for each stream.
 *
 * Streams wait while a connection is being made, and while the peer takes no more of them. In `transient_failure` they
 * fail at once with what the last attempt failed with; the first stream after the backoff connects again. A stream that
 * the server refused (REFUSED_STREAM, or above the last one of GOAWAY) before anything of an answer came is opened once
 * more, unseen by the caller, as long as no more than `replayBytes` of the request have been handed over.
 */
export function createBalancedTransport(options: BalancedTransportOptions): BalancedTransport {
  return new SubchannelTransport(options);
}

const nothingResolved: Picker = { pick: () => ({ kind: "wait" }) };

class SubchannelTransport implements BalancedTransport {
  readonly authority: string;
  readonly httpVersion: "1.1" | "2" | undefined;
  readonly #options: BalancedTransportOptions;
  readonly #resolver: Resolver;
  readonly #policy: Policy;
  readonly #subchannels = new Set<Subchannel>();
  readonly #waiting = new Set<BalancedStream>();
  readonly #refused: RefusedRequests;
  #state: ConnectivityState = "idle";
  #picker: Picker = nothingResolved;
  #placing = false;

  constructor(options: BalancedTransportOptions) {
    this.authority = options.authority;
    this.httpVersion = options.httpVersion;
    this.#options = options;
    this.#resolver = options.resolver;
    const { replayBytes = 262_144 } = options;
    this.#refused = {
      replayBytes,
      reopen: (head, receiver, body, isPaused) => {
        const stream = BalancedStream.again(head, receiver, this, body);
        if (isPaused) stream.pause();
        this.reopen(stream);
        return stream;
      },
    };
    this.#policy = (options.policy ?? pickFirst)({
      createSubchannel: (address, listener) => {
        const { dial, backoff, clock = systemClock } = options;
        const subchannel = new Subchannel(address, dial, clock, new Backoff(backoff), listener);
        this.#subchannels.add(subchannel);
        return subchannel;
      },
      update: (state, picker) => this.#update(state, picker),
    });
    this.#resolver.start({
      resolved: (addresses) => this.#policy.resolved(addresses),
      failed: (failure) => this.#unresolved(failure),
    });
  }

  open(head: RequestHead, receiver: ResponseReceiver): ClientStream {
    const pick = this.#picker.pick(head);
    const connection = pick.kind === "subchannel" ? pick.subchannel.connection : undefined;
    if (connection !== undefined) {
      if (!connection.refusesStreams) return connection.open(head, receiver);
      if (head.isWhole === true && connection.openWhole !== undefined) {
        return connection.openWhole(head, receiver, this.#refused);
      }
    }
    const stream = new BalancedStream(head, receiver, this, this.#refused.replayBytes);
    if (connection !== undefined) stream.attach(connection);
    else this.#settleLater(stream, pick);
    return stream;
  }

  /** Takes a stream that was refused: it waits for the next pick, which happens outside of this call. */
  reopen(stream: BalancedStream): void {
    this.#wait(stream);
    queueMicrotask(() => this.#place());
  }

  /** Takes a stream that was given up out of the queue. */
  forget(stream: BalancedStream): void {
    if (this.#waiting.delete(stream) && this.#waiting.size === 0) this.#options.onWaiting?.(false);
  }

  close(): void {
    this.#state = "shutdown";
    this.#picker = {
      pick: () => ({ kind: "fail", failure: closedFailure(this.authority), retryInMs: 0 }),
    };
    this.#resolver.close();
    this.#policy.close();
    for (const subchannel of this.#subchannels) subchannel.close();
    queueMicrotask(() => this.#place());
  }

  describe(): TransportDescription {
    return {
      authority: this.authority,
      state: this.#state,
      waitingStreams: this.#waiting.size,
      subchannels: [...this.#subchannels].map((each) => each.describe()),
    };
  }

  /** Lets a new stream wait, or fail once its opener has returned. */
  #settleLater(stream: BalancedStream, pick: Pick): void {
    const { waitingStreams = 10_000 } = this.#options;
    if (pick.kind === "fail") {
      const failure = withRetry(pick.failure, pick.retryInMs);
      queueMicrotask(() => stream.fail(failure));
    } else if (this.#waiting.size >= waitingStreams) {
      queueMicrotask(() => stream.fail(crowdedFailure(waitingStreams)));
    } else this.#wait(stream);
  }

  #wait(stream: BalancedStream): void {
    this.#waiting.add(stream);
    if (this.#waiting.size === 1) this.#options.onWaiting?.(true);
  }

  #update(state: ConnectivityState, picker: Picker): void {
    if (this.#state === "shutdown") return;
    this.#state = state;
    this.#picker = picker;
    if (state === "transient_failure") this.#resolver.refresh();
    this.#place();
  }

  #unresolved(failure: StreamFailure): void {
    if (this.#picker !== nothingResolved) return;
    for (const stream of [...this.#waiting]) {
      this.forget(stream);
      stream.fail(failure);
    }
  }

  /** Picks for the streams that wait, oldest first. */
  #place(): void {
    if (this.#placing) return;
    this.#placing = true;
    for (const stream of this.#waiting) {
      const pick = this.#picker.pick(stream.request);
      if (pick.kind === "wait") break;
      this.forget(stream);
      const connection = pick.kind === "subchannel" ? pick.subchannel.connection : undefined;
      if (connection !== undefined) stream.attach(connection);
      else if (pick.kind === "fail") stream.fail(pick.failure);
    }
    this.#placing = false;
  }
}

function withRetry(failure: StreamFailure, retryInMs: number): StreamFailure {
  if (retryInMs <= 0) return failure;
  const { kind, message, cause } = failure;
  const end = /[.?!]$/.test(message) ? "" : ".";
  const seconds = Math.max(0.1, retryInMs / 1_000).toFixed(1);
  return {
    kind,
    message: `${message}${end} The next attempt to connect is in ${seconds} s`,
    cause,
  };
}

function crowdedFailure(limit: number): StreamFailure {
  return {
    kind: "exhausted",
    message: `${limit} calls wait for a connection already, or for room on one. Call fewer at a time, or ask the server for more concurrent streams`,
  };
}

function closedFailure(authority: string): StreamFailure {
  return { kind: "shutdown", message: `the channel to ${authority} is closed` };
}
