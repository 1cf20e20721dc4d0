import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createChannel, type NodeChannelOptions, type ServeOptions, serve } from "@bowline/node";
import type { HandlerOptions, Implementation } from "@bowline/rpc";
import type { Http2Engine } from "../../packages/node/src/http2/engine.js";
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
describeRpc("RPC over HTTP/2", full, serveOnNode(cleartext, { httpVersion: "2" }));
describeRpc("RPC over HTTP/2 and TLS", full, serveOnNode(tls, trusting));
describeRpc(
  "RPC over HTTP/2 on Bowline's engine",
  full,
  serveOnNode(cleartext, { httpVersion: "2" }, "bowline"),
);
describeRpc("RPC over TLS on Bowline's engine", full, serveOnNode(tls, trusting, "bowline"));
describeRpc("RPC on a Unix socket", full, async (services, options, limits) => {
  const folder = mkdtempSync(join(tmpdir(), "bowline-rpc-"));
  const listeners = [{ path: join(folder, "s.sock") }];
  const served = await serveOnNode({ listeners }, { httpVersion: "2" })(services, options, limits);
  return {
    ...served,
    close: async () => {
      await served.close();
      rmSync(folder, { recursive: true });
    },
  };
});
