/** Services as a middleware of Express 4 and 5. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Implementation } from "@bowline/rpc";
import { checkOptionNames } from "@bowline/rpc/internal";
import { bodyTaken } from "./framework/body-taken.js";
import { Mount, type MountOptions, mountOptionNames } from "./framework/mount.js";

export type { MountLimits } from "./framework/mount.js";

/** Options of {@link expressMiddleware}; `Request` is Express's, or one of your own with what middleware adds. */
export interface ExpressOptions<Request extends IncomingMessage = IncomingMessage>
  extends MountOptions<Request> {}

/** Goes on to the next middleware, or with an error to the next error handler. */
export type ExpressNext = (error?: unknown) => void;

/** Answers calls, and passes on whatever is not for a service. */
export type ExpressHandler<Request> = (
  request: Request,
  response: ServerResponse,
  next: ExpressNext,
) => void;

/** Answers calls that middleware in front failed, in the protocol of their callers. */
export type ExpressErrorHandler<Request> = (
  error: unknown,
  request: Request,
  response: ServerResponse,
  next: ExpressNext,
) => void;

const optionNames: ReadonlySet<string> = new Set<string>(mountOptionNames);

/**
 * Mounts services in an Express application: `app.use(expressMiddleware([greeter]))`, or below a path,
 * `app.use("/api", expressMiddleware([greeter]))`. Put it behind what calls have to pass (authentication, logging) and in
 * front of `app.use(express.json())`: the body of a call belongs to its service, and one that a parser has read is an
 * error that says so (`BOWLINE_BODY_TAKEN`).
 *
 * It is a handler and an error handler, which `app.use` takes as one: requests for other paths go on to what follows;
 * what middleware in front throws is answered in the protocol of the call, an `RpcError` or an error with an HTTP status
 * (`createError(401, …)`) with its text, all others as `internal` without. Express speaks HTTP/1.1 alone, so calls are
 * Connect and gRPC-Web; for gRPC give the application to `serve` as its `fallback` instead.
 * @throws RpcError `invalid_argument` for options, `already_exists` for a service given twice.
 * @throws TypeError for an option that does not exist, and for a service without `implement`.
 */
export function expressMiddleware<Request extends IncomingMessage = IncomingMessage>(
  services: readonly Implementation[],
  options: ExpressOptions<Request> = {},
): [ExpressHandler<Request>, ExpressErrorHandler<Request>] {
  checkOptionNames("expressMiddleware", options, optionNames);
  const mount = new Mount(services, options);
  const { values } = options;
  const handle: ExpressHandler<Request> = (request, response, next) => {
    // Without `cors` a preflight is for what stands behind.
    const isForeign = request.method === "OPTIONS" && options.cors === undefined;
    if (isForeign || !mount.handles(targetOf(request))) {
      next();
      return;
    }
    try {
      const taken = bodyTaken(request, advice);
      if (taken !== undefined) throw taken;
      mount.serve(request, response, targetOf(request), values?.(request));
    } catch (error) {
      next(error);
    }
  };
  const handleError: ExpressErrorHandler<Request> = (error, request, response, next) => {
    if (response.headersSent || !mount.handles(targetOf(request))) next(error);
    else mount.refuse(request, response, targetOf(request), error);
  };
  return [handle, handleError];
}

/** Below the path that the middleware is mounted on. */
function targetOf(request: IncomingMessage): string {
  return request.url as string;
}

function advice(parser: string): string {
  return `Move app.use(${parser}) behind app.use(expressMiddleware(…)), or give it to the routes that need it: app.post("/upload", ${parser}, …)`;
}
