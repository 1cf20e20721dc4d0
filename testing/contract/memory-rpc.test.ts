import { createMemoryChannel } from "@bowline/rpc/memory";
import { describeRpc } from "./rpc.js";

describeRpc(
  "RPC in memory",
  { protocols: ["connect", "grpc", "grpc-web"], fullDuplex: true },
  (services, server, limits) => ({
    channel: (options) =>
      createMemoryChannel(services, { ...options, server: { ...server, limits } }),
    close: () => {},
  }),
);
