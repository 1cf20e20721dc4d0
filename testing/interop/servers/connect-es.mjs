/** A server of connect-node, on three ports. What it does beyond gRPC's service is said in ../src/test-service.ts. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createHttp2Server, createSecureServer } from "node:http2";
import { connect, connectNode, describeService, encodeErrorInfo } from "../npm/peers.mjs";
import { rememberCancelled, rest, wasCancelled } from "./ledger.mjs";

const { ConnectError } = connect;
const { cert, key } = JSON.parse(process.argv[2]);
const options = { readMaxBytes: 4 << 20, compressMinBytes: 1_024 };
const handler = connectNode.connectNodeAdapter({ routes, ...options });
const pair = { cert: readFileSync(cert), key: readFileSync(key), allowHTTP1: true };
const http1Port = await listen(createServer(handler));
const port = await listen(createHttp2Server(handler));
const tlsPort = await listen(createSecureServer(pair, handler));
console.log(JSON.stringify({ port, http1Port, tlsPort }));

async function listen(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}

function routes(router) {
  router.service(describeService("TestService"), {
    emptyCall: () => ({}),
    async unaryCall({ responseSize, responseStatus, fillServerId }, context) {
      begin(context);
      const delay = Number(context.requestHeader.get("x-interop-delay-ms") ?? 0);
      if (delay > 0) await rest(delay, context.signal);
      fail(responseStatus);
      const serverId = fillServerId ? "connect-es" : "";
      return { payload: { body: new Uint8Array(responseSize) }, serverId };
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
  });
}

function begin({ requestHeader, responseHeader, responseTrailer, signal }) {
  rememberCancelled(signal, requestHeader.get("x-interop-token"));
  const initial = requestHeader.get("x-grpc-test-echo-initial");
  if (initial !== null) responseHeader.set("x-grpc-test-echo-initial", initial);
  const trailing = requestHeader.get("x-grpc-test-echo-trailing-bin");
  if (trailing !== null) responseTrailer.set("x-grpc-test-echo-trailing-bin", trailing);
  const asked = requestHeader.get("x-interop-ask");
  if (asked !== null) responseHeader.set("x-interop-cancelled", wasCancelled(asked));
}

async function* responses({ responseParameters, responseStatus }, { signal }) {
  for (const { size, intervalUs } of responseParameters) {
    if (intervalUs > 0) await rest(intervalUs / 1_000, signal);
    yield { payload: { body: new Uint8Array(size) } };
  }
  fail(responseStatus);
}

function fail(status) {
  if (!status?.code) return;
  const error = new ConnectError(status.message, status.code);
  error.details.push({ type: "google.rpc.ErrorInfo", value: encodeErrorInfo() });
  throw error;
}
