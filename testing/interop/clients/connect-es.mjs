/** connect-es as a client: connect-node, and with `transport: "web"` connect-web over Node's fetch. */
import {
  connect,
  connectNode,
  connectWeb,
  decodeErrorInfo,
  describeService,
} from "../npm/peers.mjs";
import { runClient } from "./program.mjs";

await runClient((run) => {
  const transport = run.transport === "web" ? webTransport(run) : nodeTransport(run);
  const clients = {
    TestService: connect.createClient(describeService("TestService"), transport),
    UnimplementedService: connect.createClient(describeService("UnimplementedService"), transport),
  };
  const method = (name, service = "TestService") =>
    clients[service][name[0].toLowerCase() + name.slice(1)];
  return {
    async unary(name, request, options, service) {
      const received = {};
      const message = await method(name, service)(request, {
        ...sent(options),
        onHeader: (head) => Object.assign(received, { head }),
        onTrailer: (trailers) => Object.assign(received, { trailers }),
      });
      return {
        message,
        header: (key) => received.head.get(key) ?? undefined,
        trailer: (key) => connect.decodeBinaryHeader(received.trailers.get(key) ?? ""),
      };
    },
    serverStream: (name, request, options) => method(name)(request, sent(options)),
    clientStream: (name, requests, options) => method(name)(requests, sent(options)),
    bidi: (name, requests, options) => method(name)(requests, sent(options)),
    failure,
    close() {},
  };
});
process.exit();

function nodeTransport({ url, ca, protocol, http, gzip, codec }) {
  const create = {
    connect: connectNode.createConnectTransport,
    grpc: connectNode.createGrpcTransport,
    "grpc-web": connectNode.createGrpcWebTransport,
  }[protocol];
  return create({
    baseUrl: url,
    httpVersion: http,
    useBinaryFormat: codec !== "json",
    ...(ca ? { nodeOptions: { ca } } : {}),
    ...(gzip ? { sendCompression: connectNode.compressionGzip } : {}),
  });
}

function webTransport({ url, protocol, codec }) {
  const create =
    protocol === "connect" ? connectWeb.createConnectTransport : connectWeb.createGrpcWebTransport;
  return create({ baseUrl: url, useBinaryFormat: codec !== "json" });
}

function sent({ headers = {}, ...rest } = {}) {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === "string" ? value : connect.encodeBinaryHeader(value),
  ]);
  return { ...rest, headers: entries };
}

function failure(error) {
  if (!(error instanceof connect.ConnectError)) throw error;
  const details = error.details
    .filter(({ type }) => type === "google.rpc.ErrorInfo")
    .map(({ value }) => decodeErrorInfo(value));
  return { code: error.code, text: error.rawMessage, details };
}
