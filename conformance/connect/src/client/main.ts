/**
 * The client under test: makes the calls that come in on stdin, many at a time, and tells on stdout what came of each. It
 * ends by itself when all are answered: a connection that kept the process alive would be a fault.
 */
import {
  ClientCompatRequest,
  ClientCompatResponse,
  type ClientCompatResponseInit,
} from "../gen/connectrpc/conformance/v1/client_compat.pb.js";
import { CallCounter } from "../report.js";
import { readFrames, writeFrame } from "../wire/frames.js";
import { Channels } from "./channels.js";
import { invoke } from "./invoke.js";

/** Calls under way at a time. More of them make the deadlines of a few milliseconds in the suite a matter of luck. */
const concurrency = 16;

const counter = new CallCounter("client");
const channels = new Channels();
const running = new Set<Promise<void>>();

process.once("SIGTERM", () => process.exit(1));
for await (const frame of readFrames(process.stdin)) {
  const call: Promise<void> = answer(ClientCompatRequest.decode(frame)).finally(() => {
    running.delete(call);
  });
  running.add(call);
  if (running.size >= concurrency) await Promise.race(running);
}
await Promise.all(running);
await channels.close();

async function answer(request: ClientCompatRequest): Promise<void> {
  const { testName } = request;
  writeFrame(
    process.stdout,
    ClientCompatResponse.encode({ testName, result: await outcomeOf(request) }),
  );
}

async function outcomeOf(
  request: ClientCompatRequest,
): Promise<NonNullable<ClientCompatResponseInit["result"]>> {
  try {
    const way = channels.get(request);
    counter.count(way.protocol, way.httpVersion);
    return { case: "response", value: await invoke(request, way) };
  } catch (error) {
    return { case: "error", value: { message: String((error as Error)?.stack ?? error) } };
  }
}
