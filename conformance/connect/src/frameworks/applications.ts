/** The frameworks, each with the conformance service mounted in an application of its own. */
import { createServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { expressMiddleware } from "@bowline/node/express";
import { fastifyPlugin } from "@bowline/node/fastify";
import type { HandlerOptions, Implementation } from "@bowline/rpc";
import express5 from "express";
import express4 from "express4";
import { fastify } from "fastify";
import { codecs } from "../codecs.js";
import { compressions } from "../compressions.js";
import type { ServerCompatRequest } from "../gen/connectrpc/conformance/v1/server_compat.pb.js";

/** Starts an application, and returns its port. */
type Start = (service: Implementation, request: ServerCompatRequest) => Promise<number>;

const express =
  (create: typeof express5): Start =>
  (service, request) => {
    const app = create();
    app.use(expressMiddleware([service], optionsOf(request)));
    app.use(create.json());
    return listen(app as RequestListener, tlsOf(request));
  };

const fastifyOver =
  (http2: boolean): Start =>
  async (service, request) => {
    const https = tlsOf(request);
    const app = fastify({ ...(http2 && { http2 }), ...(https && { https }) } as object);
    await app.register(fastifyPlugin, { services: [service], ...optionsOf(request) });
    await app.listen({ port: 0, host: "127.0.0.1" });
    return (app.server.address() as AddressInfo).port;
  };

/** By the name that the command line has for each. */
export const applications: Readonly<Record<string, Start>> = {
  "express-4": express(express4 as unknown as typeof express5),
  "express-5": express(express5),
  fastify: fastifyOver(false),
  "fastify-http2": fastifyOver(true),
};

function optionsOf({ messageReceiveLimit }: ServerCompatRequest): HandlerOptions & {
  readonly limits?: { readonly receivedMessageBytes: number };
} {
  return {
    codecs,
    compression: { algorithms: compressions, minBytes: 0 },
    ...(messageReceiveLimit === 0 ? {} : { limits: { receivedMessageBytes: messageReceiveLimit } }),
  };
}

function tlsOf(request: ServerCompatRequest): ServerOptions | undefined {
  const { useTls, serverCreds, clientTlsCert } = request;
  if (!useTls || serverCreds === undefined) return undefined;
  const own = { cert: Buffer.from(serverCreds.cert), key: Buffer.from(serverCreds.key) };
  if (clientTlsCert.length === 0) return own;
  return { ...own, ca: Buffer.from(clientTlsCert), requestCert: true };
}

async function listen(app: RequestListener, tls: ServerOptions | undefined): Promise<number> {
  const server = tls === undefined ? createServer(app) : createHttpsServer(tls, app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
