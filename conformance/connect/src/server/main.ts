/**
 * The server under test: reads one request for a server from stdin, says on stdout where it listens, and serves until
 * SIGTERM.
 */
import { type ServeOptions, serve } from "@bowline/node";
import { codecs } from "../codecs.js";
import { compressions } from "../compressions.js";
import {
  ServerCompatRequest,
  ServerCompatResponse,
} from "../gen/connectrpc/conformance/v1/server_compat.pb.js";
import { CallCounter } from "../report.js";
import { readFrames, writeFrame } from "../wire/frames.js";
import { conformanceService } from "./conformance-service.js";

process.once("SIGTERM", () => process.exit(0));

const counter = new CallCounter("server");
for await (const frame of readFrames(process.stdin)) {
  await start(ServerCompatRequest.decode(frame));
  break;
}

async function start(request: ServerCompatRequest): Promise<void> {
  const { messageReceiveLimit } = request;
  const server = await serve({
    port: 0,
    host: "127.0.0.1",
    signals: false,
    services: [
      conformanceService(({ peer }) => counter.count(peer.protocol, peer.httpVersion ?? "unknown")),
    ],
    codecs,
    compression: { algorithms: compressions, minBytes: 0 },
    ...tlsOf(request),
    ...(messageReceiveLimit === 0 ? {} : { limits: { receivedMessageBytes: messageReceiveLimit } }),
  });
  const response = ServerCompatResponse.encode({
    host: "127.0.0.1",
    port: server.port,
    ...(request.useTls ? { pemCert: request.serverCreds?.cert ?? new Uint8Array(0) } : {}),
  });
  writeFrame(process.stdout, response);
}

function tlsOf(request: ServerCompatRequest): Pick<ServeOptions, "tls" | "plaintext"> {
  const { useTls, serverCreds, clientTlsCert } = request;
  if (!useTls || serverCreds === undefined) return { plaintext: true };
  const { cert, key } = serverCreds;
  if (clientTlsCert.length === 0) return { tls: { cert, key } };
  return { tls: { cert, key, ca: clientTlsCert, clientCertificate: "require" } };
}
