/** The client under test by the `fetch` of Node, Bun or Deno: makes the calls that come in on stdin, many at a time. */
import { readFrames, writeFrame } from "../wire/frames.js";
import { answer } from "./answer.js";
import { countCall } from "./call-counts.js";
import { runtime } from "./listen.js";
import { writeReport } from "./report.js";

/** Calls under way at a time. More of them make the deadlines of a few milliseconds in the suite a matter of luck. */
const concurrency = 16;

const calls: Record<string, number> = {};
const running = new Set<Promise<void>>();
for await (const frame of readFrames(process.stdin)) {
  const call: Promise<void> = answer(frame, (protocol) => countCall(calls, protocol))
    .then((response) => writeFrame(process.stdout, response))
    .finally(() => running.delete(call));
  running.add(call);
  if (running.size >= concurrency) await Promise.race(running);
}
await Promise.all(running);
writeReport({ role: "client", runtime, calls });
