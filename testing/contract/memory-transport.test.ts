import { createMemoryTransport } from "@bowline/rpc/internal";
import { describeTransport } from "./transport.js";

const limits = { headerListBytes: 16_384, headerFieldBytes: 8_192 };

describeTransport(
  "the transport in memory",
  {
    httpVersion: "2",
    headerListBytes: limits.headerListBytes,
    hasConnections: false,
    clientResetKind: "canceled",
    serverResetKind: "malformed",
    closeKind: "shutdown",
    closedPeerKinds: ["lost"],
    hearsWhilePaused: true,
  },
  (accept) => {
    const transport = createMemoryTransport(accept, limits);
    return { transport, close: () => transport.close() };
  },
);
