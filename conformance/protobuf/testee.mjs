#!/usr/bin/env node
/** The program under test: the runner starts it, and sends one request after the other. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { answer } from "./answer.mjs";
import { readFrame, writeFrame } from "./frames.mjs";
import { generated } from "./paths.mjs";

const { ConformanceRequest, ConformanceResponse } = await import(
  pathToFileURL(join(generated, "conformance/conformance.pb.js"))
);

for (let frame = readFrame(); frame !== undefined; frame = readFrame()) {
  writeFrame(ConformanceResponse.encode(answer(ConformanceRequest.decode(frame))));
}
