import { binaryCodec, type Codec, checkCodec } from "../codec.js";
import type { Compression } from "../compression/compression.js";
import type { Interceptor } from "../interceptor.js";
import { checkOptionNames, quote } from "../option-names.js";
import { RpcError } from "../rpc-error.js";
import type { Method } from "../service-type.js";
import { defaultReceivedMessageBytes } from "../transport/message-body.js";
import type { CorsOptions } from "./cors.js";
import {
  checkDeadlinePolicy,
  type DeadlinePolicy,
  deadlinePolicyNames,
} from "./deadline-policy.js";
import type { HandlerCall, Peer } from "./handler-call.js";
import type { Implementation } from "./implement.js";

/** Where an error happened that its caller was not told about. */
export interface ErrorContext {
  readonly method: Method;
  readonly peer: Peer;
}

/**
 * Is told what reached the caller as `internal` without its text: what a handler threw, or why its answer could not be
 * encoded. What it throws itself is ignored.
 */
export type ErrorHook = (error: unknown, context: ErrorContext) => void;

/** What a gate may say of a call that it lets pass. */
export interface GateDecision {
  /** Bound of one request message of this call in bytes, in place of the server's or route's. */
  readonly receivedMessageBytes?: number;
}

/**
 * Decides on the headers of a request whether it goes on, before its body is read: authentication, quotas. It refuses by
 * throwing an `RpcError`; while it takes its time, the transport is asked to hold the body back. It may set response
 * headers and values, which handlers read.
 */
export type Gate = (
  call: HandlerCall,
) => undefined | void | GateDecision | Promise<undefined | void | GateDecision>;

/** Limits of one method, or of every method of a service. */
export interface RouteLimits {
  /** Bound of one request message in bytes. */
  readonly receivedMessageBytes?: number;
  /** In place of the server's policy; what is left out is taken from there. */
  readonly deadline?: DeadlinePolicy;
}

/** How a server compresses. */
export interface ServerCompression {
  /** What is accepted, and used for the answers of callers that ask for it. Default: what is built in. */
  readonly algorithms?: readonly Compression[];
  /** Messages below this size are not compressed. Default 1,024: below it the headers cost more than is won. */
  readonly minBytes?: number;
}

/** Options that every server has, whatever carries its requests. */
export interface HandlerOptions {
  /** The forms of messages, in the order in which refusals list them. Default binary and JSON. */
  readonly codecs?: readonly Codec[];
  readonly compression?: ServerCompression;
  /** Around every handler; the first is the outermost. Default none. */
  readonly interceptors?: readonly Interceptor[];
  /** Decides on the headers, before a body is read. Default none. */
  readonly gate?: Gate;
  /** Lets pages of other origins call. Default: browsers keep them from it. */
  readonly cors?: CorsOptions;
  /** How long calls may take. Default: as long as their callers say. */
  readonly deadline?: DeadlinePolicy;
  /**
   * Limits by path: `"/greet.v1.GreetService/Greet"`, or `"/greet.v1.GreetService/*"` for all methods of a service. The
   * method's own entry wins.
   */
  readonly routes?: { readonly [path: string]: RouteLimits };
  /** Refuse Connect requests that do not say `connect-protocol-version: 1`. Default false: `curl` does not say it. */
  readonly requireConnectProtocolVersion?: boolean;
  /** Is told what callers see as `internal`. Default: written to standard error. */
  readonly onError?: ErrorHook;
}

/** What a request handler is made of. */
export interface RequestHandlerOptions extends HandlerOptions {
  readonly services: readonly Implementation[];
  /** Bound of one request message in bytes. Default 4 MiB. */
  readonly receivedMessageBytes?: number;
  /** Bound of one header field in bytes, which error details have to fit. Default 8 KiB. */
  readonly headerFieldBytes?: number;
}

/** The names of {@link HandlerOptions}, for servers that check theirs. */
export const handlerOptionNames: readonly (keyof HandlerOptions)[] = [
  "codecs",
  "compression",
  "interceptors",
  "gate",
  "cors",
  "deadline",
  "routes",
  "requireConnectProtocolVersion",
  "onError",
];

/** A server's options, checked and completed. */
export interface HandlerSettings {
  readonly codecs: readonly Codec[];
  readonly compressions: readonly Compression[];
  readonly compressMinBytes: number;
  readonly gate: Gate | undefined;
  readonly requireConnectProtocolVersion: boolean;
  readonly headerFieldBytes: number;
  readonly onError: ErrorHook;
}

const compressionNames: ReadonlySet<string> = new Set<keyof ServerCompression>([
  "algorithms",
  "minBytes",
]);
const routeLimitNames: ReadonlySet<string> = new Set<keyof RouteLimits>([
  "receivedMessageBytes",
  "deadline",
]);

/**
 * @throws RpcError `invalid_argument` for a value that an option cannot have.
 * @throws TypeError for an option of an option that does not exist.
 */
export function handlerSettings(options: RequestHandlerOptions): HandlerSettings {
  const { compression = {}, deadline = {}, routes = {} } = options;
  checkOptionNames("a server's compression", compression, compressionNames);
  checkOptionNames("a server's deadline policy", deadline, deadlinePolicyNames);
  checkDeadlinePolicy("deadline", deadline);
  for (const [path, limits] of Object.entries(routes)) {
    checkOptionNames(`the route ${path}`, limits, routeLimitNames);
    checkOptionNames(`the deadline of ${path}`, limits.deadline ?? {}, deadlinePolicyNames);
    checkBytes(`routes[${JSON.stringify(path)}].receivedMessageBytes`, limits.receivedMessageBytes);
  }
  checkBytes("receivedMessageBytes", options.receivedMessageBytes);
  checkBytes("compression.minBytes", compression.minBytes);
  checkFunction("gate", options.gate);
  checkFunction("onError", options.onError);
  const { interceptors = [], codecs = [] } = options;
  if (!Array.isArray(interceptors)) {
    throw unusable(`interceptors must be an array of functions; it is ${quote(interceptors)}`);
  }
  for (const each of interceptors) checkFunction("an interceptor", each);
  if (!Array.isArray(codecs)) {
    throw unusable(`codecs must be an array of codecs; it is ${quote(codecs)}`);
  }
  for (const [index, each] of codecs.entries()) checkCodec(`codecs[${index}]`, each);
  return {
    codecs: options.codecs ?? [binaryCodec],
    compressions: compression.algorithms ?? [],
    compressMinBytes: compression.minBytes ?? 1024,
    gate: options.gate,
    requireConnectProtocolVersion: options.requireConnectProtocolVersion ?? false,
    headerFieldBytes: options.headerFieldBytes ?? 8192,
    onError: options.onError ?? reportError,
  };
}

/** The bound and policy of one method: its own entry over its service's over the server's. */
export function limitsOf(
  method: Method,
  options: RequestHandlerOptions,
): { readonly receivedMessageBytes: number; readonly deadline: DeadlinePolicy } {
  const own = options.routes?.[method.path];
  const shared = options.routes?.[`/${method.service.typeName}/*`];
  const deadline = { ...options.deadline, ...shared?.deadline, ...own?.deadline };
  checkDeadlinePolicy(`the deadline of ${method.path}`, deadline);
  return {
    receivedMessageBytes:
      own?.receivedMessageBytes ??
      shared?.receivedMessageBytes ??
      options.receivedMessageBytes ??
      defaultReceivedMessageBytes,
    deadline,
  };
}

/** The default hook: one entry on standard error. */
export function reportError(error: unknown, { method }: ErrorContext): void {
  console.error(`${method.path} failed:`, error);
}

function checkBytes(name: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)) return;
  throw unusable(`${name} must be a whole number of bytes, 0 or more; it is ${quote(value)}`);
}

function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw unusable(`${name} must be a function; it is ${quote(value)}`);
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_OPTION" });
}
