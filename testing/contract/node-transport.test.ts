import { meetOnNode, type NodeMeeting } from "./node-server.js";
import { describeTransport, type TransportTraits } from "./transport.js";

const shared = { headerListBytes: 16_384, hasConnections: true } as const;

/** What ends a stream of HTTP/2 is told to the peer by a code. */
const http2: TransportTraits = {
  ...shared,
  httpVersion: "2",
  clientResetKind: "canceled",
  serverResetKind: "malformed",
  closeKind: "shutdown",
  closedPeerKinds: ["canceled", "lost"],
  hearsWhilePaused: true,
};

/** On HTTP/1.1 nothing but closing the connection ends an exchange early, and that is seen where one reads. */
const http1: TransportTraits = {
  ...shared,
  httpVersion: "1.1",
  clientResetKind: "lost",
  serverResetKind: "lost",
  closeKind: "shutdown",
  closedPeerKinds: ["lost"],
  hearsWhilePaused: false,
};

const bowline = { engine: "bowline", clientEngine: "bowline" } as const;
const node = { engine: "node", clientEngine: "node" } as const;

/** By HTTP version, and the engines of HTTP/2 that serve. */
const meetings: [name: string, NodeMeeting][] = [
  ["HTTP/1.1", { httpVersion: "1.1" }],
  ["HTTP/1.1 over TLS", { httpVersion: "1.1", tls: true }],
  ["HTTP/1.1 on a Unix socket", { httpVersion: "1.1", unix: true }],
  ["HTTP/2, @bowline/http2", { httpVersion: "2", ...bowline }],
  ["HTTP/2, node:http2", { httpVersion: "2", ...node }],
  ["HTTP/2 over TLS, @bowline/http2", { httpVersion: "2", tls: true, ...bowline }],
  ["HTTP/2 over TLS, node:http2", { httpVersion: "2", tls: true, ...node }],
  ["HTTP/2 on a Unix socket, @bowline/http2", { httpVersion: "2", unix: true, ...bowline }],
  ["HTTP/2 on a Unix socket, node:http2", { httpVersion: "2", unix: true, ...node }],
  [
    "HTTP/2, node:http2 to @bowline/http2",
    { httpVersion: "2", engine: "bowline", clientEngine: "node" },
  ],
  [
    "HTTP/2, @bowline/http2 to node:http2",
    { httpVersion: "2", engine: "node", clientEngine: "bowline" },
  ],
];

for (const [name, meeting] of meetings) {
  const traits = meeting.httpVersion === "2" ? http2 : http1;
  describeTransport(name, traits, (accept) => meetOnNode(meeting, accept));
}
