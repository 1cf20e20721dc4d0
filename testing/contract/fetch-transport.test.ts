import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Metadata } from "@bowline/rpc";
import type { RequestAcceptor } from "@bowline/rpc/internal";
import { bridge } from "../../conformance/connect/src/fetch/bridge.js";
import { createNodeTransport } from "../../packages/node/src/transport.js";
import { parseBaseUrl } from "../../packages/web/src/client/base-url.js";
import { describeFailure } from "../../packages/web/src/client/failure.js";
import { FetchTransport } from "../../packages/web/src/client/transport.js";
import { PartialMessages } from "../../packages/web/src/server/partial-messages.js";
import { FetchServerStream } from "../../packages/web/src/server/server-stream.js";
import { meetOnNode } from "./node-server.js";
import { type ConnectedTransport, describeTransport, type TransportTraits } from "./transport.js";

const http1: TransportTraits = {
  httpVersion: "1.1",
  headerListBytes: 16_384,
  hasConnections: true,
  clientResetKind: "lost",
  serverResetKind: "lost",
  closeKind: "shutdown",
  closedPeerKinds: ["lost"],
  hearsWhilePaused: false,
};

describeTransport("requests by fetch", { ...http1, sendsPieces: false }, async (accept) => {
  const server = await meetOnNode({ httpVersion: "1.1" }, accept);
  const transport = new FetchTransport({
    base: parseBaseUrl(server.url),
    fetch: globalThis.fetch,
    init: {},
    headerListBytes: 16_384,
    describe: describeFailure,
  });
  const close = async () => {
    transport.close();
    await server.close();
  };
  return { ...server, transport, close };
});

/** A handler hears of the end of a request from its signal, which says that it is over, and no more. */
const bridged: TransportTraits = {
  ...http1,
  clientResetKind: "canceled",
  closedPeerKinds: ["canceled"],
  cutPeerKind: "canceled",
};

describeTransport("a fetch handler on node:http", bridged, serveBridged);

async function serveBridged(accept: RequestAcceptor): Promise<ConnectedTransport> {
  const listener = bridge((request) => {
    const { pathname, search } = new URL(request.url);
    const stream = new FetchServerStream(
      request,
      {
        target: pathname + search,
        headers: Metadata.fromWire([...request.headers].flat()),
        peer: { address: "bridge", tls: undefined },
        values: undefined,
      },
      60_000,
      new PartialMessages(2 ** 29),
    );
    stream.deliver(accept(stream));
    return stream.response;
  });
  const server = createServer(listener);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const transport = createNodeTransport(`http://127.0.0.1:${port}`, { httpVersion: "1.1" });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    transport,
    cut,
    close: async () => {
      transport.close();
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
