import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createChannel, serve } from "@bowline/node";
import type { HandlerOptions, Implementation } from "@bowline/rpc";
import { createFetchChannel, createFetchHandler } from "@bowline/web";
import { bridge } from "../../conformance/connect/src/fetch/bridge.js";
import { describeRpc, type ServedLimits } from "./rpc.js";

const half = { protocols: ["connect", "grpc-web"], fullDuplex: false } as const;
const byFetch = { ...half, requestStreams: false, platformDecompresses: true };

describeRpc("RPC by fetch", byFetch, async (services, options, limits) => {
  const server = await serve({ ...options, port: 0, services, limits, signals: false });
  return {
    channel: (more) => createFetchChannel(server.url, more),
    close: () => server.stop({ graceMs: 0 }),
  };
});

describeRpc("RPC of a fetch handler", half, async (services, options, limits) => {
  const { url, close } = await serveHandler(services, options, limits);
  return { channel: (more) => createChannel(url, more), close };
});

describeRpc("RPC by fetch of a fetch handler", byFetch, async (services, options, limits) => {
  const { url, close } = await serveHandler(services, options, limits);
  return { channel: (more) => createFetchChannel(url, more), close };
});

async function serveHandler(
  services: readonly Implementation[],
  options: HandlerOptions,
  limits: ServedLimits,
) {
  const server = createServer(bridge(createFetchHandler(services, { ...options, limits })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, close };
}
