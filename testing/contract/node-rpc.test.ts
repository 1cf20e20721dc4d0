import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createChannel, type NodeChannelOptions, type ServeOptions, serve } from "@bowline/node";
import type { HandlerOptions, Implementation } from "@bowline/rpc";
import { expect } from "vitest";
import {
  chosenEngine,
  engineName,
  type Http2Engine,
} from "../../packages/node/src/http2/engine.js";
import { pem, withEngine } from "./node-server.js";
import { describeRpc, type RpcTraits, type ServedLimits, type ServedRpc } from "./rpc.js";

const half: RpcTraits = { protocols: ["connect", "grpc-web"], fullDuplex: false };
const full: RpcTraits = { protocols: ["connect", "grpc", "grpc-web"], fullDuplex: true };

/** A server on a port of its own, and channels to it. */
function serveOnNode(
  listening: Pick<ServeOptions, "port" | "tls" | "listeners">,
  channelOptions: NodeChannelOptions,
  engine?: Http2Engine,
) {
  return async (
    services: readonly Implementation[],
    options: HandlerOptions,
    limits: ServedLimits,
  ): Promise<ServedRpc> => {
    const all = { ...listening, ...options, services, limits, signals: false };
    const server = await withEngine(engine, () => serve(all));
    expect(server.describe().http2).toBe(engineName(engine ?? chosenEngine()));
    return {
      channel: (more) =>
        withEngine(engine, () => createChannel(server.url, { ...channelOptions, ...more })),
      close: () => server.stop({ graceMs: 0 }),
    };
  };
}

const cleartext = { port: 0 };
const tls = { port: 0, tls: { key: pem("server.key"), cert: pem("server.pem") } };
const trusting = { tls: { ca: pem("ca.pem"), serverName: "localhost" } };

describeRpc("RPC over HTTP/1.1", half, serveOnNode(cleartext, {}));
for (const engine of ["bowline", "node"] as const) {
  const name = engineName(engine);
  const on2 = serveOnNode(cleartext, { httpVersion: "2" }, engine);
  describeRpc(`RPC over HTTP/2, ${name}`, full, on2);
  describeRpc(`RPC over HTTP/2 and TLS, ${name}`, full, serveOnNode(tls, trusting, engine));
  describeRpc(`RPC on a Unix socket, ${name}`, full, serveOnPath(engine));
}

/** The same by a Unix socket. */
function serveOnPath(engine: Http2Engine): ReturnType<typeof serveOnNode> {
  return async (services, options, limits) => {
    const folder = mkdtempSync(join(tmpdir(), "bowline-rpc-"));
    const listeners = [{ path: join(folder, "s.sock") }];
    const on2 = serveOnNode({ listeners }, { httpVersion: "2" }, engine);
    const served = await on2(services, options, limits);
    return {
      ...served,
      close: async () => {
        await served.close();
        rmSync(folder, { recursive: true });
      },
    };
  };
}
