/** Services as a plugin of Fastify 5. */
import type { Implementation } from "@bowline/rpc";
import { checkOptionNames } from "@bowline/rpc/internal";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { bodyTaken } from "./framework/body-taken.js";
import { Mount, type MountOptions, mountOptionNames } from "./framework/mount.js";

export type { MountLimits } from "./framework/mount.js";

/** Options of {@link fastifyPlugin}. */
export interface FastifyPluginOptions extends MountOptions<FastifyRequest> {
  /** What is served: `implement(GreetService, { … })`. */
  readonly services: readonly Implementation[];
  /** The path to serve below, as for every plugin of Fastify. */
  readonly prefix?: string;
}

const optionNames: ReadonlySet<string> = new Set<string>([
  "services",
  ...mountOptionNames,
  // What Fastify itself takes of the options of a plugin.
  "prefix",
  "logLevel",
  "logSerializers",
]);

/** What a method does not take is refused as `serve` does. OPTIONS is a CORS plugin's, unless there is `cors`. */
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/**
 * Mounts services in a Fastify application: `fastify.register(fastifyPlugin, { services: [greeter] })`, with `prefix`
 * below a path. Hooks of the application (authentication, logging) run before a call; what they throw is answered in the
 * protocol of the call, an `RpcError` or an error with an HTTP status below 500 with its text, all others as `internal`
 * without. Headers that hooks set are sent with the response; `preSerialization` and `onSend` hooks are not run, because
 * the body of a call is not the application's. Content type parsers and error handlers of the application do not see calls.
 *
 * With `http2: true` or `https` (also both) it speaks what the application does; gRPC needs `http2: true`.
 * @throws RpcError `invalid_argument` for options, `already_exists` for a service given twice.
 * @throws TypeError for an option that does not exist, and for a service without `implement`.
 */
export async function fastifyPlugin(
  instance: FastifyInstance,
  options: FastifyPluginOptions,
): Promise<void> {
  checkOptionNames("fastifyPlugin", options, optionNames);
  const { services, prefix: _, values, ...rest } = options;
  const mount = new Mount(services, handlerOptionsOf(rest));
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser("*", (_request, _payload, done) => done(null));
  instance.setErrorHandler<FastifyError>((error, request, reply) => {
    take(reply);
    mount.refuse(request.raw, reply.raw, targetOf(request), error);
  });
  for (const { service } of services) {
    instance.route({
      method: options.cors === undefined ? methods : [...methods, "OPTIONS"],
      url: `/${service.typeName}/*`,
      exposeHeadRoute: false,
      handler(request, reply) {
        const taken = bodyTaken(request.raw, advice);
        if (taken !== undefined) throw taken;
        const known = values?.(request);
        take(reply);
        mount.serve(request.raw, reply.raw, targetOf(request), known);
      },
    });
  }
}

function handlerOptionsOf({
  logLevel: _,
  logSerializers: __,
  ...rest
}: Omit<FastifyPluginOptions, "services" | "prefix" | "values"> & {
  readonly logLevel?: unknown;
  readonly logSerializers?: unknown;
}): MountOptions<never> {
  return rest;
}

/** Takes the response over from Fastify, with the headers that hooks have set. */
function take(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value as number | string | string[]);
  }
  reply.hijack();
}

/** Below the prefix, which may have parameters. */
function targetOf({ raw, routeOptions }: FastifyRequest): string {
  const url = raw.url as string;
  const route = routeOptions.url as string;
  const service = route.slice(route.lastIndexOf("/", route.length - 3));
  const query = url.indexOf("?");
  const path = query < 0 ? url : url.slice(0, query);
  const at = path.lastIndexOf(service.slice(0, -1));
  return at < 0 ? url : url.slice(at);
}

function advice(parser: string): string {
  return `Take ${parser} out of the application's onRequest and preParsing hooks, or have it pass over requests whose body it does not need`;
}
