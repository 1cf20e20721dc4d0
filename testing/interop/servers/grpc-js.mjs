/** A server of grpc-js. What it does beyond gRPC's service is said in ../src/test-service.ts. */
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { encodeDetails, grpcJs, testing } from "../npm/peers.mjs";
import { rememberCancelled, wasCancelled } from "./ledger.mjs";

const { cert, key } = JSON.parse(process.argv[2]);
const server = new grpcJs.Server({ "grpc.default_compression_algorithm": 2 });
server.addService(testing.TestService.service, {
  EmptyCall: (_, done) => done(null, {}),
  UnaryCall: unaryCall,
  StreamingOutputCall: (call) => {
    watch(call);
    respond(call, call.request, echo(call)).then((trailers) => trailers && call.end(trailers));
  },
  StreamingInputCall: (call, done) => {
    let size = 0;
    call.on("data", ({ payload }) => {
      size += payload?.body.length ?? 0;
    });
    call.on("end", () => done(null, { aggregatedPayloadSize: size }));
  },
  FullDuplexCall: fullDuplexCall,
});
const port = await bind(grpcJs.ServerCredentials.createInsecure());
const pair = { cert_chain: readFileSync(cert), private_key: readFileSync(key) };
const tlsPort = await bind(grpcJs.ServerCredentials.createSsl(null, [pair]));
console.log(JSON.stringify({ port, tlsPort }));

function bind(credentials) {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
}

async function unaryCall(call, done) {
  const { responseSize, responseStatus, fillServerId } = call.request;
  const signal = watch(call);
  const trailers = echo(call);
  const delay = Number(header(call, "x-interop-delay-ms") ?? 0);
  if (delay > 0) await pause(delay, undefined, { signal }).catch(() => {});
  if (signal.aborted) return;
  if (responseStatus?.code) return done(failure(responseStatus));
  const serverId = fillServerId ? "grpc-js" : "";
  done(null, { payload: { body: Buffer.alloc(responseSize) }, serverId }, trailers);
}

/** By events: iterating over the call would destroy it behind the last request. */
function fullDuplexCall(call) {
  watch(call);
  let trailers = Promise.resolve(echo(call));
  call.on("data", (request) => {
    trailers = trailers.then((goOn) => goOn && respond(call, request, goOn));
  });
  call.on("end", async () => {
    if (await trailers) call.end(await trailers);
  });
}

/** The trailers, if the call is to go on. */
async function respond(call, { responseParameters, responseStatus }, trailers) {
  const signal = watch(call);
  for (const { size, intervalUs } of responseParameters) {
    if (intervalUs > 0) await pause(intervalUs / 1_000, undefined, { signal }).catch(() => {});
    if (signal.aborted) return undefined;
    const written = call.write({ payload: { body: Buffer.alloc(size) } });
    if (!written) await new Promise((resolve) => call.once("drain", resolve));
  }
  if (!responseStatus?.code) return trailers;
  call.emit("error", failure(responseStatus));
  return undefined;
}

function watch(call) {
  const controller = new AbortController();
  rememberCancelled(controller.signal, header(call, "x-interop-token"));
  call.on("cancelled", () => controller.abort());
  return controller.signal;
}

function header(call, name) {
  return call.metadata.get(name)[0];
}

function echo(call) {
  const headers = new grpcJs.Metadata();
  const initial = header(call, "x-grpc-test-echo-initial");
  if (initial !== undefined) headers.set("x-grpc-test-echo-initial", initial);
  const asked = header(call, "x-interop-ask");
  if (asked !== undefined) headers.set("x-interop-cancelled", wasCancelled(asked));
  call.sendMetadata(headers);
  const trailers = new grpcJs.Metadata();
  const trailing = header(call, "x-grpc-test-echo-trailing-bin");
  if (trailing !== undefined) trailers.set("x-grpc-test-echo-trailing-bin", trailing);
  return trailers;
}

function failure({ code, message }) {
  const metadata = new grpcJs.Metadata();
  metadata.set("grpc-status-details-bin", encodeDetails(code, message));
  return { code, details: message, metadata };
}
