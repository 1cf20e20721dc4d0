/**
 * The server under test: reads one request for a server from stdin, says on stdout where it listens, and serves until
 * SIGTERM.
 */
import { serve } from "@bowline/node";
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
    services: [conformanceService(({ peer }) => counter.count(peer.protocol, peer.httpVersion))],
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

function tlsOf({ useTls, serverCreds, clientTlsCert }: ServerCompatRequest): object {
  if (!useTls) return { plaintext: true };
  return {
    tls: {
      cert: pem(serverCreds?.cert),
      key: pem(serverCreds?.key),
      ...(clientTlsCert.length === 0
        ? {}
        : { ca: pem(clientTlsCert), requestCert: true, rejectUnauthorized: true }),
    },
  };
}

function pem(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}
