/**
 * The adapters under test: as `server/main.ts`, in an application of the framework that the command line names.
 */

import {
  ServerCompatRequest,
  ServerCompatResponse,
} from "../gen/connectrpc/conformance/v1/server_compat.pb.js";
import { CallCounter } from "../report.js";
import { conformanceService } from "../server/conformance-service.js";
import { readFrames, writeFrame } from "../wire/frames.js";
import { applications } from "./applications.js";

process.once("SIGTERM", () => process.exit(0));

const start = applications[process.argv[2] ?? ""];
if (start === undefined) {
  throw new Error(`name one of the applications: ${Object.keys(applications).join(", ")}`);
}
const counter = new CallCounter("server");
const service = conformanceService(({ peer }) =>
  counter.count(peer.protocol, peer.httpVersion ?? "unknown"),
);
for await (const frame of readFrames(process.stdin)) {
  const request = ServerCompatRequest.decode(frame);
  const port = await start(service, request);
  const response = ServerCompatResponse.encode({
    host: "127.0.0.1",
    port,
    ...(request.useTls ? { pemCert: request.serverCreds?.cert ?? new Uint8Array(0) } : {}),
  });
  writeFrame(process.stdout, response);
  break;
}
