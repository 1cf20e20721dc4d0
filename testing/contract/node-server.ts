import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RequestAcceptor } from "@bowline/rpc/internal";
import type { NodeChannelOptions } from "../../packages/node/src/channel.js";
import { Connections } from "../../packages/node/src/connections.js";
import { Http1Server } from "../../packages/node/src/http1/server.js";
import {
  chosenEngine,
  createHttp2Server,
  type Http2Engine,
} from "../../packages/node/src/http2/engine.js";
import { transportLimits } from "../../packages/node/src/server-limits.js";
import { nodeTlsOptions } from "../../packages/node/src/tls/server-options.js";
import { createNodeTransport } from "../../packages/node/src/transport.js";
import type { ConnectedTransport } from "./transport.js";

const certificates = new URL("../../packages/node/src/fixtures/tls/", import.meta.url);

/** A file of the certificates that tests use. */
export function pem(name: string): string {
  return readFileSync(new URL(name, certificates), "utf8");
}

/** How the two ends of a transport of `@bowline/node` meet. */
export interface NodeMeeting {
  readonly httpVersion: "1.1" | "2";
  readonly tls?: boolean;
  /** By a Unix socket instead of a port. */
  readonly unix?: boolean;
  /** Who speaks HTTP/2 on the server, and on the client. Default: what the environment says. */
  readonly engine?: Http2Engine;
  readonly clientEngine?: Http2Engine;
}

/** Calls something while the environment names an engine of HTTP/2; it is asked when servers and channels are made. */
export function withEngine<T>(engine: Http2Engine | undefined, run: () => T): T {
  const before = process.env.BOWLINE_HTTP2;
  if (engine !== undefined) process.env.BOWLINE_HTTP2 = engine;
  try {
    return run();
  } finally {
    if (before === undefined) delete process.env.BOWLINE_HTTP2;
    else process.env.BOWLINE_HTTP2 = before;
  }
}

/** Starts a server without the RPC layer, and a transport to it. */
export async function meetOnNode(
  { httpVersion, tls = false, unix = false, engine = chosenEngine(), clientEngine }: NodeMeeting,
  accept: RequestAcceptor,
): Promise<ConnectedTransport & { readonly url: string }> {
  const limits = transportLimits({});
  const entry = { accept, fallback: undefined, handles: () => true };
  const http2 = createHttp2Server(entry, limits, engine);
  const connections = new Connections(new Http1Server(entry, limits), http2, limits);
  const sockets = new Set<Socket>();
  const secret = { key: pemIf(tls, "server.key"), cert: pemIf(tls, "server.pem") };
  const server = connections.createServer(tls ? nodeTlsOptions(secret, 10_000) : undefined);
  server.on("connection", (socket) => sockets.add(socket));
  const folder = unix ? mkdtempSync(join(tmpdir(), "bowline-contract-")) : undefined;
  const path = folder === undefined ? undefined : join(folder, "s.sock");
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(path, resolve);
  });
  const { port } = (path === undefined ? server.address() : { port: 0 }) as AddressInfo;
  const target = path === undefined ? `http${tls ? "s" : ""}://127.0.0.1:${port}` : `unix:${path}`;
  const options: NodeChannelOptions = {
    httpVersion,
    ...(tls ? { tls: { ca: pem("ca.pem"), serverName: "localhost" } } : {}),
  };
  const transport = withEngine(clientEngine, () => createNodeTransport(target, options));
  return {
    transport,
    url: target,
    cut: () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    close: async () => {
      transport.close();
      server.close();
      const drained = connections.drain();
      connections.abort();
      await drained;
      if (folder !== undefined) rmSync(folder, { recursive: true });
    },
  };
}

function pemIf(condition: boolean, name: string): string {
  return condition ? pem(name) : "";
}
