/** nice-grpc as a client. */
import {
  deadlineMiddleware,
  decodeDetails,
  defineService,
  grpcJs,
  niceGrpc,
} from "../npm/peers.mjs";
import { runClient } from "./program.mjs";

const { Metadata, ClientError, createChannel, createClientFactory } = niceGrpc;

await runClient(({ url, ca, gzip }) => {
  const credentials = ca ? grpcJs.credentials.createSsl(ca) : grpcJs.credentials.createInsecure();
  const options = gzip ? { "grpc.default_compression_algorithm": 2 } : {};
  const channel = createChannel(new URL(url).host, credentials, options);
  const factory = createClientFactory().use(deadlineMiddleware);
  const clients = {
    TestService: factory.create(defineService("TestService"), channel),
    UnimplementedService: factory.create(defineService("UnimplementedService"), channel),
  };
  const method = (name, service = "TestService") =>
    clients[service][name[0].toLowerCase() + name.slice(1)];
  // The trailers of a failed call come by its option, too.
  let failed;
  const open = ({ headers, timeoutMs, signal } = {}, received = {}) => {
    return {
      metadata: metadata(headers),
      signal,
      deadline: timeoutMs,
      onHeader: (head) => Object.assign(received, { head }),
      onTrailer: (trailers) => {
        failed = trailers;
        Object.assign(received, { trailers });
      },
    };
  };
  return {
    async unary(name, request, callOptions, service) {
      const received = {};
      const message = await method(name, service)(request, open(callOptions, received));
      return {
        message,
        header: (key) => received.head.get(key),
        trailer: (key) => received.trailers.get(key),
      };
    },
    serverStream: (name, request, callOptions) => method(name)(request, open(callOptions)),
    clientStream: (name, requests, callOptions) => method(name)(requests, open(callOptions)),
    bidi: (name, requests, callOptions) => method(name)(requests, open(callOptions)),
    failure(error) {
      // What a signal ended is an AbortError.
      if (error.name === "AbortError") return { code: 1, text: error.message, details: [] };
      if (!(error instanceof ClientError)) throw error;
      const details = decodeDetails(failed?.get("grpc-status-details-bin"));
      return { code: error.code, text: error.details, details };
    },
    close: () => channel.close(),
  };
});

function metadata(headers = {}) {
  const result = new Metadata();
  for (const [name, value] of Object.entries(headers))
    result.set(name, typeof value === "string" ? value : Buffer.from(value));
  return result;
}
