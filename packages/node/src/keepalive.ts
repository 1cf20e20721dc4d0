import { RpcError } from "@bowline/rpc";
import { checkOptionNames, quote } from "@bowline/rpc/internal";

/** How a peer that is gone is noticed. */
export interface KeepaliveOptions {
  /** Milliseconds without a byte after which an HTTP/2 peer is asked for a sign of life (PING). 0 or `Infinity`: never. */
  readonly timeMs?: number;
  /** Milliseconds that it has to answer, more than 0. Default 20,000 on servers, 10,000 on channels. Past it the connection is closed, and its calls fail with `unavailable`. */
  readonly timeoutMs?: number;
}

/** How channels do. */
export interface ClientKeepaliveOptions extends KeepaliveOptions {
  /** Ask while no call is open, too. Servers that do not expect it close the connection. Default false. */
  readonly withoutCalls?: boolean;
}

/** How often clients may ask. */
export interface PingPolicyOptions {
  /** Milliseconds from one PING to the next while no call is open. Default 300,000, as grpc-go has it. */
  readonly idleMs?: number;
  /** The same while one is. Default 10,000. */
  readonly activeMs?: number;
  /** How many may come too early before the connection is closed (GOAWAY, `too_many_pings`). Default 2. */
  readonly strikes?: number;
}

/** How long connections are used, so that clients look again where their servers are. */
export interface ConnectionAgeOptions {
  /**
   * Milliseconds after which a connection takes no further calls and is closed behind those under way. Each has up to a
   * tenth more or less, so that those that began together do not end together. 0 or `Infinity`: no bound.
   */
  readonly maxMs: number;
  /** Milliseconds that calls have to finish then. Default `Infinity`. */
  readonly graceMs?: number;
}

/** How HTTP/2 connections live and end, in times of which 0 is none. */
export interface ConnectionLife {
  readonly keepaliveMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly keepaliveWhenIdle: boolean;
  readonly ageMs: number;
  readonly drainTimeoutMs: number;
}

/** What of the options of a server or channel says how its connections live. */
export interface LifeOptions {
  readonly keepalive?: ClientKeepaliveOptions | undefined;
  readonly connectionAge?: ConnectionAgeOptions | undefined;
}

/**
 * Checks the options and fills in what is not said.
 * @throws RpcError `invalid_argument` for a value that is no number of 0 or more; of more than 0, for `keepalive.timeoutMs`.
 * @throws TypeError for an option that does not exist.
 */
export function connectionLife(options: LifeOptions, defaults: ConnectionLife): ConnectionLife {
  const { keepalive = {}, connectionAge } = options;
  checkOptionNames("keepalive", keepalive, keepaliveNames);
  const { timeMs, timeoutMs, withoutCalls } = keepalive;
  if (withoutCalls !== undefined && typeof withoutCalls !== "boolean") {
    throw unusable(`keepalive.withoutCalls must be a boolean; it is ${quote(withoutCalls)}`);
  }
  if (timeoutMs !== undefined && !(Number.isFinite(timeoutMs) && timeoutMs > 0)) {
    const text = "keepalive.timeoutMs must be a number of milliseconds above 0";
    throw unusable(
      `${text}; it is ${quote(timeoutMs)}. To ask for no sign of life, set timeMs to 0`,
    );
  }
  const life = {
    keepaliveMs: duration("keepalive.timeMs", timeMs, defaults.keepaliveMs),
    keepaliveTimeoutMs: timeoutMs ?? defaults.keepaliveTimeoutMs,
    keepaliveWhenIdle: withoutCalls ?? defaults.keepaliveWhenIdle,
  };
  if (connectionAge === undefined) return { ...life, ageMs: 0, drainTimeoutMs: 0 };
  checkOptionNames("connectionAge", connectionAge, ageNames);
  return {
    ...life,
    ageMs: duration("connectionAge.maxMs", connectionAge.maxMs, 0),
    drainTimeoutMs: duration("connectionAge.graceMs", connectionAge.graceMs, 0),
  };
}

const keepaliveNames: ReadonlySet<string> = new Set<keyof ClientKeepaliveOptions>([
  "timeMs",
  "timeoutMs",
  "withoutCalls",
]);
const ageNames: ReadonlySet<string> = new Set<keyof ConnectionAgeOptions>(["maxMs", "graceMs"]);
const pingNames: ReadonlySet<string> = new Set<keyof PingPolicyOptions>([
  "idleMs",
  "activeMs",
  "strikes",
]);

/** @throws as {@link connectionLife} does. */
export function pingPolicy(options: PingPolicyOptions = {}): Required<PingPolicyOptions> {
  checkOptionNames("pings", options, pingNames);
  const strikes = options.strikes ?? 2;
  if (!(strikes >= 0)) throw unusable(`pings.strikes must be 0 or more; it is ${quote(strikes)}`);
  return {
    idleMs: duration("pings.idleMs", options.idleMs, 300_000),
    activeMs: duration("pings.activeMs", options.activeMs, 10_000),
    strikes,
  };
}

/** How a connection of this life lives: with an age of its own, up to a tenth off. */
export function bornWith(life: ConnectionLife, random: () => number = Math.random): ConnectionLife {
  return life.ageMs === 0 ? life : { ...life, ageMs: life.ageMs * (0.9 + 0.2 * random()) };
}

/** The times of a life that something has to look after; those that are none left out. */
export function timesOf(life: ConnectionLife): number[] {
  const { keepaliveMs, keepaliveTimeoutMs, ageMs, drainTimeoutMs } = life;
  const keepalive = keepaliveMs === 0 ? [] : [keepaliveMs, keepaliveTimeoutMs];
  return [...keepalive, ageMs, drainTimeoutMs].filter((each) => each > 0);
}

function duration(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value >= 0) return value === Infinity ? 0 : value;
  throw unusable(`${name} must be a number of milliseconds, 0 or more; it is ${quote(value)}`);
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_OPTION" });
}
