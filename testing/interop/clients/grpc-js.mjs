/** grpc-js as a client. */
import { decodeDetails, grpcJs, testing } from "../npm/peers.mjs";
import { runClient } from "./program.mjs";

await runClient(({ url, ca, gzip }) => {
  const { host } = new URL(url);
  const credentials = ca ? grpcJs.credentials.createSsl(ca) : grpcJs.credentials.createInsecure();
  const options = gzip ? { "grpc.default_compression_algorithm": 2 } : {};
  const clients = {
    TestService: new testing.TestService(host, credentials, options),
    UnimplementedService: new testing.UnimplementedService(host, credentials, options),
  };
  const test = clients.TestService;
  return {
    unary(method, request, callOptions = {}, service = "TestService") {
      return unary(clients[service], method, request, callOptions);
    },
    serverStream(method, request, { headers, ...rest } = {}) {
      return responses(test[method](request, metadata(headers), optionsOf(rest)), rest.signal);
    },
    clientStream(method, requests, { headers, ...rest } = {}) {
      return new Promise((resolve, reject) => {
        const done = (error, message) => (error ? reject(error) : resolve(message));
        pump(requests, test[method](metadata(headers), optionsOf(rest), done));
      });
    },
    bidi(method, requests, { headers, ...rest } = {}) {
      const call = test[method](metadata(headers), optionsOf(rest));
      pump(requests, call);
      return responses(call, rest.signal);
    },
    failure: ({ code, details: text, metadata: received }) => ({
      code,
      text,
      details: decodeDetails(received?.get("grpc-status-details-bin")[0]),
    }),
    close: () => Object.values(clients).forEach((client) => client.close()),
  };
});

function unary(client, method, request, { headers, signal, ...rest }) {
  return new Promise((resolve, reject) => {
    let received;
    let message;
    const call = client[method](request, metadata(headers), optionsOf(rest), (error, response) => {
      if (error) reject(error);
      message = response;
    });
    call.on("metadata", (head) => {
      received = head;
    });
    call.on("status", ({ code, metadata: trailers }) => {
      if (code !== 0) return;
      const header = (name) => received.get(name)[0];
      setImmediate(() => resolve({ message, header, trailer: (name) => trailers.get(name)[0] }));
    });
    signal?.addEventListener("abort", () => call.cancel());
  });
}

async function* responses(call, signal) {
  signal?.addEventListener("abort", () => call.cancel());
  try {
    yield* call;
  } finally {
    call.cancel();
  }
}

async function pump(requests, call) {
  for await (const request of requests) {
    if (!call.write(request)) await new Promise((resolve) => call.once("drain", resolve));
  }
  call.end();
}

function metadata(headers = {}) {
  const result = new grpcJs.Metadata();
  for (const [name, value] of Object.entries(headers))
    result.set(name, typeof value === "string" ? value : Buffer.from(value));
  return result;
}

function optionsOf({ timeoutMs }) {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}
