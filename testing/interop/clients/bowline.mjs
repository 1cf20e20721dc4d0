/** Our client on Node: the cases of all clients, and gRPC's own (`suite: "grpc"`). */

import { createChannel, gzip } from "@bowline/node";
import { createClient } from "@bowline/rpc";
import { jsonCodec } from "@bowline/rpc/json";
import { CallCounter } from "../../../conformance/connect/dist/report.js";
import { TestService, UnimplementedService } from "../dist/gen/grpc/testing/test.pb.js";
import { grpcCases } from "../dist/grpc-cases.js";
import { adapt } from "./bowline-adapter.mjs";
import { cases } from "./cases.mjs";
import { givenRuns, report } from "./program.mjs";

const counter = new CallCounter("client");
for (const run of givenRuns()) {
  const channel = openChannel(run);
  const test = createClient(TestService, channel);
  const adapter = adapt({
    TestService: test,
    UnimplementedService: createClient(UnimplementedService, channel),
  });
  for (const name of run.cases) {
    const perform =
      run.suite === "grpc"
        ? () => grpcCases[name](test, () => openChannel(run))
        : () => cases[name](adapter);
    await report(run, name, perform);
  }
}
process.exit();

function openChannel({ url, ca, protocol, http, gzip: compressed, codec }) {
  const counting = (next) => (call) => {
    counter.count(protocol, http);
    return next(call);
  };
  return createChannel(url, {
    protocol,
    interceptors: [counting],
    httpVersion: http,
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...(compressed ? { compression: { send: gzip() } } : {}),
    ...(codec === "json" ? { codec: jsonCodec } : {}),
  });
}
