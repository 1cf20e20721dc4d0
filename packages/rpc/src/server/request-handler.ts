import { respondWithError } from "../protocol-connect/refusal.js";
import { acceptConnect, peerOf } from "../protocol-connect/server.js";
import type { RpcError } from "../rpc-error.js";
import type { RequestAcceptor } from "../transport/server-stream.js";
import { toCallerError } from "./invoke.js";
import type { RequestHandlerOptions } from "./options.js";
import { createRouter, type Route } from "./router.js";

/**
 * Makes the function that a transport calls for each request. Everything that can be refused on the headers is refused
 * there, before a byte of the body is taken.
 * @throws RpcError `already_exists` if a service is given twice.
 */
export function createRequestHandler(options: RequestHandlerOptions): RequestAcceptor {
  const router = createRouter(options.services);
  return (stream) => {
    let route: Route | undefined;
    try {
      route = router.route(stream.target);
      return acceptConnect(route, stream, options);
    } catch (thrown) {
      if (route === undefined) {
        respondWithError(stream, thrown as RpcError, [], routingStatus(thrown as RpcError));
      } else {
        const context = { method: route.method, peer: peerOf(stream) };
        respondWithError(stream, toCallerError(thrown, context, options.onError));
      }
      return undefined;
    }
  };
}

function routingStatus(error: RpcError): number {
  return error.reason === "BOWLINE_NO_ROUTE" ? 404 : 400;
}
