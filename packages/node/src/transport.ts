import { type BalancedTransport, createBalancedTransport, staticResolver } from "@bowline/balancer";
import { RpcError } from "@bowline/rpc";
import { quote } from "@bowline/rpc/internal";
import type { NodeChannelOptions } from "./channel.js";
import { createDialer, type DialerSettings } from "./dial/dialer.js";
import { tlsStarter } from "./dial/tls.js";
import { chosenEngine } from "./http2/engine.js";
import { warnOfEngineOptions } from "./http2/engine-options.js";
import { frameOptions } from "./http2/frame-options.js";
import { type ConnectionLife, connectionLife } from "./keepalive.js";
import { processPartialMessageBytes } from "./process-memory.js";
import { parseTarget, type Target } from "./target.js";

type Limits = Required<NonNullable<NodeChannelOptions["limits"]>>;

/** How connections of a channel live that is not told otherwise. */
const clientLife: ConnectionLife = {
  keepaliveMs: 0,
  keepaliveTimeoutMs: 10_000,
  keepaliveWhenIdle: false,
  ageMs: 0,
  drainTimeoutMs: 0,
};

/** The limits of a channel that sets none. */
export const defaultLimits: Limits = {
  connections: 256,
  connectTimeoutMs: 20_000,
  headerListBytes: 16_384,
  headersTimeoutMs: 10_000,
  stallTimeoutMs: 60_000,
  partialMessageBytes: 67_108_864,
  processPartialMessageBytes,
  http2IdleTimeoutMs: 3_600_000,
  waitingCalls: 10_000,
};

/**
 * Makes what a channel sends its requests through.
 * @throws RpcError `invalid_argument` or `unimplemented` for a target, `invalid_argument` for options.
 */
export function createNodeTransport(
  target: string,
  options: NodeChannelOptions,
): BalancedTransport {
  const { tls, plaintext = false } = options;
  const parsed = parseTarget(target, { tls: tls !== undefined, plaintext });
  const limits = checkLimits({ ...defaultLimits, ...options.limits });
  const settings = dialerSettings(parsed, options, limits);
  return createBalancedTransport({
    authority: "path" in parsed.place ? parsed.name : parsed.authority,
    httpVersion: settings.httpVersion,
    resolver: staticResolver([parsed]),
    dial: createDialer(settings),
    waitingStreams: limits.waitingCalls,
    onWaiting: holdProcess(),
  });
}

function dialerSettings(
  target: Target,
  options: NodeChannelOptions,
  limits: Limits,
): DialerSettings {
  const startTls = target.secure ? tlsStarter(target, options.tls) : undefined;
  const engine = chosenEngine();
  warnOfEngineOptions("createChannel", options, ["keepalive", "connectionAge", "http2"], engine);
  const httpVersion = versionOf(target, options);
  const life = connectionLife(options, clientLife);
  const frames = frameOptions(options.http2);
  return { target, startTls, httpVersion, engine, life: { current: life }, frames, ...limits };
}

function versionOf(target: Target, options: NodeChannelOptions): "1.1" | "2" | undefined {
  const { httpVersion } = options;
  if (httpVersion !== undefined && httpVersion !== "1.1" && httpVersion !== "2") {
    throw unusable(`httpVersion must be "1.1" or "2"; it is ${quote(httpVersion)}`);
  }
  const isGrpc = options.protocol === "grpc";
  return httpVersion ?? (isGrpc ? "2" : target.secure ? undefined : "1.1");
}

function checkLimits(limits: Limits): Limits {
  for (const [name, value] of Object.entries(limits)) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw unusable(`limits.${name} must be a whole number, 1 or more; it is ${quote(value)}`);
  }
  return limits;
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_OPTION" });
}

/** Keeps the process alive while calls wait; connections that are being made do not. */
function holdProcess(): (waiting: boolean) => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  return (waiting) => {
    clearInterval(timer);
    if (waiting) timer = setInterval(() => {}, 2 ** 30);
  };
}
