import { checkCompressions } from "../compression/negotiate.js";
import { acceptConnect } from "../protocol-connect/server.js";
import { acceptGrpc } from "../protocol-grpc/server.js";
import { acceptGrpcWeb } from "../protocol-grpc-web/server.js";
import type { RpcError } from "../rpc-error.js";
import type { Method } from "../service-type.js";
import type { RequestReceiver, ServerStream } from "../transport/server-stream.js";
import { CallPlan } from "./call-plan.js";
import { Cors } from "./cors.js";
import { type Protocol, peerOf } from "./handler-call.js";
import { toCallerError } from "./invoke.js";
import {
  type ErrorHook,
  type HandlerSettings,
  handlerSettings,
  type RequestHandlerOptions,
} from "./options.js";
import { protocolOf, refuse } from "./refusal.js";
import { createRouter, type Route, type Router } from "./router.js";

/** What a transport calls for each request: a `RequestAcceptor`, and the question whether a path is served. */
export interface RequestHandler {
  (stream: ServerStream): RequestReceiver | undefined;
  /** Whether a request target belongs to a served service; others a server may give to somebody else. */
  handles(target: string): boolean;
  /** Answers a request with what failed it before it came here, as `invoke` does with what a handler throws. */
  refuse(stream: ServerStream, thrown: unknown): void;
}

/**
 * Makes the function that a transport calls for each request. Everything that can be refused on the headers is refused
 * there, before a byte of the body is taken.
 * @throws RpcError `already_exists` if a service is given twice, `invalid_argument` for options.
 * @throws TypeError for what is no service, and for an option that does not exist.
 */
export function createRequestHandler(options: RequestHandlerOptions): RequestHandler {
  const settings = handlerSettings(options);
  checkCompressions("compression.algorithms", settings.compressions);
  const router = createRouter(options);
  const cors = options.cors === undefined ? undefined : new Cors(options.cors);
  const accept = (stream: ServerStream) => {
    const admitted = cors === undefined ? stream : cors.admit(stream);
    return admitted === undefined ? undefined : acceptStream(admitted, router, settings);
  };
  return Object.assign(accept, {
    handles: (target: string) => router.handles(target),
    refuse(stream: ServerStream, thrown: unknown) {
      const admitted = cors === undefined ? stream : cors.admit(stream);
      if (admitted !== undefined) refuseStream(admitted, router, settings, thrown);
    },
  });
}

function refuseStream(
  stream: ServerStream,
  router: Router,
  settings: HandlerSettings,
  thrown: unknown,
): void {
  let method: Method | undefined;
  try {
    ({ method } = router.route(stream.target));
  } catch {
    // A method that is not there has no hook; whoever was in front refused it all the same.
  }
  const peer = peerOf(stream, protocolOf(stream.headers.get("content-type")));
  const report: ErrorHook = (error) => {
    if (method !== undefined) settings.onError(error, { method, peer });
    else console.error(`${stream.method} ${stream.target} failed:`, error);
  };
  refuse(stream, toCallerError(thrown, { method: method as Method, peer }, report));
}

function acceptStream(
  stream: ServerStream,
  router: Router,
  settings: HandlerSettings,
): RequestReceiver | undefined {
  const known = stream.memo?.plan;
  if (known instanceof CallPlan && known.settings === settings) {
    return beginPlanned(stream, known, settings);
  }
  const protocol = protocolOf(stream.headers.get("content-type"));
  let route: Route | undefined;
  try {
    route = router.route(stream.target);
    if (protocol === "connect") return acceptConnect(route, stream, settings);
    if (protocol === "grpc") return acceptGrpc(route, stream, settings);
    return acceptGrpcWeb(route, stream, settings);
  } catch (thrown) {
    if (route === undefined) {
      refuse(stream, thrown as RpcError, [], routingStatus(thrown as RpcError));
    } else {
      refuseOn(route, protocol, stream, settings, thrown);
    }
    return undefined;
  }
}

/** Begins a call of which all is decided but its time. What fails later, fails within its exchange. */
function beginPlanned(
  stream: ServerStream,
  plan: CallPlan,
  settings: HandlerSettings,
): RequestReceiver | undefined {
  try {
    return plan.begin(stream);
  } catch (thrown) {
    refuseOn(plan.route, plan.wire.protocol, stream, settings, thrown);
    return undefined;
  }
}

function refuseOn(
  { method }: Route,
  protocol: Protocol,
  stream: ServerStream,
  settings: HandlerSettings,
  thrown: unknown,
): void {
  const context = { method, peer: peerOf(stream, protocol) };
  refuse(stream, toCallerError(thrown, context, settings.onError));
}

function routingStatus(error: RpcError): number {
  return error.reason === "BOWLINE_NO_ROUTE" ? 404 : 400;
}
