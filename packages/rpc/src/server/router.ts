import { chainInterceptors, type InterceptedCall, type InterceptorNext } from "../interceptor.js";
import { quote } from "../option-names.js";
import { RpcError } from "../rpc-error.js";
import type { Method, ServiceType } from "../service-type.js";
import type { DeadlinePolicy } from "./deadline-policy.js";
import type { HandlerCall } from "./handler-call.js";
import type { AnyHandler, Implementation } from "./implement.js";
import { limitsOf, type RequestHandlerOptions } from "./options.js";
import type { RequestForm } from "./request.js";

/** A method of a served service. */
export interface Route {
  readonly method: Method;
  /** `undefined`: answered with `unimplemented`. */
  readonly handler: AnyHandler | undefined;
  /** What its handler wants requests as. */
  readonly form: RequestForm;
  /** The interceptors around the handler; `undefined` without any. */
  readonly chain: InterceptorNext | undefined;
  /** Bound of one request message in bytes. */
  readonly receivedMessageBytes: number;
  readonly deadline: DeadlinePolicy;
}

/** Finds methods by the path of a request. */
export interface Router {
  /**
   * The route of a request target.
   * @throws RpcError `invalid_argument` for a path that is not canonical, `unimplemented` if nothing is there.
   */
  route(target: string): Route;
  /** Whether the path of a request target belongs to a served service, be it to a method that does not exist. */
  handles(target: string): boolean;
}

/**
 * Makes a router over services.
 * @throws RpcError `already_exists` if a service is given twice, `invalid_argument` for limits of a route that is not there.
 * @throws TypeError for what `implement` did not make.
 */
export function createRouter(options: RequestHandlerOptions): Router {
  const { services } = options;
  const routes = new Map<string, Route>();
  const prefixes = new Set<string>();
  checkServices(services);
  for (const implementation of services) {
    const { service } = implementation;
    prefixes.add(`/${service.typeName}/`);
    for (const [name, method] of Object.entries(service.methods)) {
      if (routes.has(method.path)) throw collision(method);
      routes.set(method.path, routeOf(implementation, name, method, options));
    }
  }
  for (const path of Object.keys(options.routes ?? {})) checkRoute(path, routes, prefixes);
  return {
    route: (target) => routes.get(target) ?? lookUp(routes, target),
    handles: (target) => routes.has(target) || prefixes.has(prefixOf(pathOf(target))),
  };
}

function routeOf(
  { handlers, views }: Implementation,
  name: string,
  method: Method,
  options: RequestHandlerOptions,
): Route {
  const handler = handlers.get(name);
  const { interceptors = [] } = options;
  const last: InterceptorNext = async (call) =>
    handler?.(call.request as never, call as InterceptedCall & HandlerCall);
  return {
    method,
    handler,
    form: { type: method.input, view: views?.get(name) },
    chain: interceptors.length === 0 ? undefined : chainInterceptors(interceptors, last),
    ...limitsOf(method, options),
  };
}

/** A limit that is named for nothing would be taken for one that holds. */
function checkRoute(
  path: string,
  routes: ReadonlyMap<string, Route>,
  prefixes: ReadonlySet<string>,
): void {
  if (routes.has(path) || (path.endsWith("/*") && prefixes.has(path.slice(0, -1)))) return;
  const known = [...routes.keys()].slice(0, 10).join(", ");
  throw new RpcError(
    "invalid_argument",
    `routes names ${JSON.stringify(path)}, which is not served; served are: ${known || "no methods"}`,
    { reason: "BOWLINE_OPTION" },
  );
}

function checkServices(services: readonly Implementation[]): void {
  if (!Array.isArray(services)) {
    throw new TypeError(
      `services must be an array of what implement returns; it is ${quote(services)}`,
    );
  }
  for (const [index, each] of (services as Partial<Implementation & ServiceType>[]).entries()) {
    if (each?.handlers instanceof Map) continue;
    const name = each?.typeName?.split(".").at(-1);
    throw new TypeError(
      name === undefined || each.methods === undefined
        ? `services[${index}] is ${quote(each)}; pass implement(Service, { … })`
        : `services[${index}] is ${name} without handlers; pass implement(${name}, { … })`,
    );
  }
}

/** The way of targets that are not simply the path of a method. */
function lookUp(routes: ReadonlyMap<string, Route>, target: string): Route {
  const path = pathOf(target);
  if (!isCanonical(path)) throw notCanonical();
  const route = routes.get(path);
  if (route !== undefined) return route;
  throw notFound(routes, path);
}

function pathOf(target: string): string {
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

function prefixOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/**
 * One path, one spelling: a leading slash, and no `.` or `..` segments, no empty segments, no percent-encoding and no
 * backslashes, so that whatever a proxy or a gate decided for a path was decided for this one.
 */
function isCanonical(path: string): boolean {
  return path.startsWith("/") && !/[%\\#]|\/\/|\/\.\.?(?:\/|$)/.test(path);
}

function collision(method: Method): RpcError {
  return new RpcError("already_exists", `${method.service.typeName} is served twice`, {
    reason: "BOWLINE_ROUTE_TWICE",
  });
}

function notCanonical(): RpcError {
  return new RpcError(
    "invalid_argument",
    "the request path is not in its canonical form, /package.Service/Method without encoding",
    { reason: "BOWLINE_PATH" },
  );
}

function notFound(routes: ReadonlyMap<string, Route>, path: string): RpcError {
  const prefix = prefixOf(path);
  const siblings = [...routes.values()].filter((each) => each.method.path.startsWith(prefix));
  const known = siblings.length === 0 || prefix === "/" ? "" : namesOf(siblings);
  return new RpcError("unimplemented", `nothing is served at ${shorten(path)}${known}`, {
    reason: "BOWLINE_NO_ROUTE",
  });
}

function namesOf(routes: readonly Route[]): string {
  const { service } = (routes[0] as Route).method;
  return `; ${service.typeName} has: ${routes.map((each) => each.method.name).join(", ")}`;
}

function shorten(path: string): string {
  return path.length <= 200 ? path : `${path.slice(0, 200)}…`;
}
