import { type AttackBudgets, defaultBudgets } from "./budget.js";
import { MemoryPool } from "./memory-pool.js";
import type { PingPolicy } from "./ping-guard.js";
import { ReplyPool } from "./reply-pool.js";

/** Bounds and times of a connection; the same on both sides. A time of 0 is none. */
export interface ConnectionOptions {
  /** Bytes of a header list that is taken. Default 16 KiB. */
  readonly headerListBytes: number;
  /** Bytes of a header field. Default 8 KiB. */
  readonly headerFieldBytes: number;
  /** CONTINUATION frames of one header block. Default 16. */
  readonly continuations: number;
  /** Streams that the peer may have open. Default 250. */
  readonly streams: number;
  /** Content of complete responses that may wait for the peer before further requests do. Default 1 MiB. */
  readonly queuedBytes: number;
  /** The window of a stream to begin with, and what it may become. Default 256 KiB, 1 MiB. */
  readonly streamWindowBytes: number;
  readonly maxStreamWindowBytes: number;
  /** What the window of the connection may become; it begins with the protocol's 64 KiB. Default 16 MiB. */
  readonly maxWindowBytes: number;
  /**
   * Bytes of messages of which a part has come, and of content that nobody reads yet. Past it the largest of those messages
   * is ended, and credit is kept back until somebody reads. Default 64 MiB.
   */
  readonly partialBytes: number;
  /** Milliseconds until the preface, an answer to SETTINGS, and a header block are complete, each. Default 10,000. */
  readonly headersTimeoutMs: number;
  /** Milliseconds for which a peer may take or send nothing when it is its turn. Default 60,000. */
  readonly stallTimeoutMs: number;
  /** Milliseconds that a connection without streams is kept. Default 3,600,000. */
  readonly idleTimeoutMs: number;
  /** Milliseconds without a byte after which the peer is asked for a sign of life. Default 0: never. */
  readonly keepaliveMs: number;
  /** Milliseconds that it has for it. Default 20,000. */
  readonly keepaliveTimeoutMs: number;
  /** Whether to ask while no stream is open, too. Default true. */
  readonly keepaliveWhenIdle: boolean;
  /** How often the peer may ask without having been sent anything; else GOAWAY(too_many_pings). Default: no bound in time. */
  readonly pings: PingPolicy;
  /** Milliseconds after which the connection is drained. Default 0: never. */
  readonly ageMs: number;
  /** Milliseconds from the beginning of draining until streams that are left are ended. Default 0: never. */
  readonly drainTimeoutMs: number;
  readonly budgets: AttackBudgets;
  /** Memory that the connections of a process share for what peers make them hold. Default 512 MiB in all. */
  readonly pool: MemoryPool;
  /** Memory that the servers' connections of a process share for replies that wait. Default 512 MiB in all. */
  readonly replies: ReplyPool;
}

const processPool: MemoryPool = new MemoryPool(512 * 1_048_576);
const processReplies: ReplyPool = new ReplyPool(512 * 1_048_576);

/** What options were filled in from: connections that are given the same ones share them. */
const filledIn = new WeakMap<Partial<ConnectionOptions>, ConnectionOptions>();

/** Fills in what is not said. */
export function wholeOptions(options: Partial<ConnectionOptions>): ConnectionOptions {
  const known = filledIn.get(options);
  if (known !== undefined) return known;
  const whole = { ...defaultOptions, ...options };
  filledIn.set(options, whole);
  return whole;
}

/** The default options. */
export const defaultOptions: ConnectionOptions = {
  headerListBytes: 16_384,
  headerFieldBytes: 8_192,
  continuations: 16,
  streams: 250,
  queuedBytes: 1_048_576,
  streamWindowBytes: 262_144,
  maxStreamWindowBytes: 1_048_576,
  maxWindowBytes: 16 * 1_048_576,
  partialBytes: 64 * 1_048_576,
  headersTimeoutMs: 10_000,
  stallTimeoutMs: 60_000,
  idleTimeoutMs: 3_600_000,
  keepaliveMs: 0,
  keepaliveTimeoutMs: 20_000,
  keepaliveWhenIdle: true,
  pings: { idleMs: 0, activeMs: 0, strikes: 0 },
  ageMs: 0,
  drainTimeoutMs: 0,
  budgets: defaultBudgets,
  pool: processPool,
  replies: processReplies,
};
