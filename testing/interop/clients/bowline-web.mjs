/** Our client on Node's fetch: what browsers and Workers have. */
import { createClient } from "@bowline/rpc";
import { jsonCodec } from "@bowline/rpc/json";
import { createFetchChannel } from "@bowline/web";
import { CallCounter } from "../../../conformance/connect/dist/report.js";
import { TestService, UnimplementedService } from "../dist/gen/grpc/testing/test.pb.js";
import { adapt } from "./bowline-adapter.mjs";
import { runClient } from "./program.mjs";

const counter = new CallCounter("client");

await runClient(({ url, protocol, http, codec }) => {
  const counting = (next) => (call) => {
    counter.count(protocol, http);
    return next(call);
  };
  const json = codec === "json" ? { codec: jsonCodec } : {};
  const channel = createFetchChannel(url, { protocol, interceptors: [counting], ...json });
  return adapt({
    TestService: createClient(TestService, channel),
    UnimplementedService: createClient(UnimplementedService, channel),
  });
});
process.exit();
