/** A server of nice-grpc. What it does beyond gRPC's service is said in ../src/test-service.ts. */
import { readFileSync } from "node:fs";
import { defineService, encodeDetails, grpcJs, niceGrpc } from "../npm/peers.mjs";
import { rememberCancelled, rest, wasCancelled } from "./ledger.mjs";

const { cert, key } = JSON.parse(process.argv[2]);
const { createServer, ServerError } = niceGrpc;
const handlers = {
  emptyCall: async () => ({}),
  async unaryCall({ responseSize, responseStatus, fillServerId }, context) {
    begin(context);
    const delay = Number(context.metadata.get("x-interop-delay-ms") ?? 0);
    if (delay > 0) await rest(delay, context.signal);
    fail(responseStatus, context);
    const serverId = fillServerId ? "nice-grpc" : "";
    return { payload: { body: Buffer.alloc(responseSize) }, serverId };
  },
  async *streamingOutputCall(request, context) {
    begin(context);
    yield* responses(request, context);
  },
  async streamingInputCall(requests) {
    let size = 0;
    for await (const { payload } of requests) size += payload?.body.length ?? 0;
    return { aggregatedPayloadSize: size };
  },
  async *fullDuplexCall(requests, context) {
    begin(context);
    for await (const request of requests) yield* responses(request, context);
  },
  // It wants a handler of every method.
  cacheableUnaryCall: absent,
  halfDuplexCall: absent,
  unimplementedCall: absent,
};
const port = await listen(grpcJs.ServerCredentials.createInsecure());
const pair = { cert_chain: readFileSync(cert), private_key: readFileSync(key) };
const tlsPort = await listen(grpcJs.ServerCredentials.createSsl(null, [pair]));
console.log(JSON.stringify({ port, tlsPort }));

function listen(credentials) {
  const server = createServer({ "grpc.default_compression_algorithm": 2 });
  server.add(defineService("TestService"), handlers);
  return server.listen("127.0.0.1:0", credentials);
}

async function absent() {
  throw new ServerError(12, "not implemented");
}

function begin({ metadata, header, trailer, signal, sendHeader }) {
  rememberCancelled(signal, metadata.get("x-interop-token"));
  const initial = metadata.get("x-grpc-test-echo-initial");
  if (initial !== undefined) header.set("x-grpc-test-echo-initial", initial);
  const trailing = metadata.get("x-grpc-test-echo-trailing-bin");
  if (trailing !== undefined) trailer.set("x-grpc-test-echo-trailing-bin", trailing);
  const asked = metadata.get("x-interop-ask");
  if (asked !== undefined) header.set("x-interop-cancelled", wasCancelled(asked));
  sendHeader();
}

async function* responses({ responseParameters, responseStatus }, context) {
  for (const { size, intervalUs } of responseParameters) {
    if (intervalUs > 0) await rest(intervalUs / 1_000, context.signal);
    yield { payload: { body: Buffer.alloc(size) } };
  }
  fail(responseStatus, context);
}

function fail(status, { trailer }) {
  if (!status?.code) return;
  trailer.set("grpc-status-details-bin", encodeDetails(status.code, status.message));
  throw new ServerError(status.code, status.message);
}
