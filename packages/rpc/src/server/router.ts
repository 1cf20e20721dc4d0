import { quote } from "../option-names.js";
import { RpcError } from "../rpc-error.js";
import type { Method, ServiceType } from "../service-type.js";
import type { AnyUnaryHandler, Implementation } from "./implement.js";

/** A method of a served service. */
export interface Route {
  readonly method: Method;
  /** `undefined`: answered with `unimplemented`. */
  readonly handler: AnyUnaryHandler | undefined;
}

/** Finds methods by the path of a request. */
export interface Router {
  /**
   * The route of a request target.
   * @throws RpcError `invalid_argument` for a path that is not canonical, `unimplemented` if nothing is there.
   */
  route(target: string): Route;
}

/**
 * Makes a router over services.
 * @throws RpcError `already_exists` if a service is given twice.
 * @throws TypeError for what `implement` did not make.
 */
export function createRouter(services: readonly Implementation[]): Router {
  const routes = new Map<string, Route>();
  checkServices(services);
  for (const { service, handlers } of services) {
    for (const [name, method] of Object.entries(service.methods)) {
      if (routes.has(method.path)) throw collision(method);
      routes.set(method.path, { method, handler: handlers.get(name) });
    }
  }
  return { route: (target) => routes.get(target) ?? lookUp(routes, target) };
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
  const query = target.indexOf("?");
  const path = query < 0 ? target : target.slice(0, query);
  if (!isCanonical(path)) throw notCanonical();
  const route = routes.get(path);
  if (route !== undefined) return route;
  throw notFound(routes, path);
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
  const prefix = path.slice(0, path.lastIndexOf("/") + 1);
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
