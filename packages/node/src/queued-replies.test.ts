import { describe, expect, it } from "vitest";
import { runScript } from "./fixtures/run-script.js";
import { chosenEngine } from "./http2/engine.js";

const connections = 60;
const replyBytes = 1_000_000;
/** What connections, sockets and calls take beside the replies, on both sides. */
const besideBytes = 12_000_000;

/** Peers with shut windows ask for a reply each; says what the process holds then, and how many replies were given up. */
const script = (limit: string) => `
import { once } from "node:events";
import { connect } from "node:net";
import { held } from "./held-memory.js";
import { echoService } from "./echo-service.js";
import { flag, frame, framesOf, frameType, headerBlock, preface } from "./http2-frames.js";
import { serve } from "../serve.js";

const fields = headerBlock([
  [":method", "POST"], [":scheme", "http"], [":path", "/test.v1.EchoService/Echo"], [":authority", "x"],
  ["content-type", "application/grpc+proto"], ["te", "trailers"],
]);
const service = echoService(() => ({ name: "a".repeat(${replyBytes}) }));
const limits = { processQueuedReplyBytes: ${limit} };
const server = await serve({ port: 0, services: [service], signals: false, limits });

/** Asks, and waits for the head of the answer. */
async function ask() {
  const socket = connect(server.port, "127.0.0.1");
  const chunks = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  const windows = frame(frameType.settings, 0, 0, Buffer.of(0, 4, 0, 0, 0, 0));
  const call = [frame(frameType.headers, flag.endHeaders, 1, fields), frame(frameType.data, flag.endStream, 1, Buffer.alloc(5))];
  socket.write(Buffer.concat([preface, windows, ...call]));
  const frames = () => framesOf(Buffer.concat(chunks));
  while (!frames().some(({ type }) => type === frameType.headers)) await once(socket, "data");
  return () => frames().some(({ type, payload }) => type === frameType.rstStream && payload[3] === 11);
}

const first = await ask();
const before = await held();
const asked = [first];
for (let i = 1; i < ${connections}; i++) asked.push(await ask());
// Until each reply waits, or its peer has heard that it does not.
const given = () => asked.filter((isGiven) => isGiven()).length;
while (given() + server.describe().streams < ${connections}) await new Promise(setImmediate);
const after = await held();
const { streams } = server.describe();
console.log("result " + JSON.stringify({ held: after - before, streams, given: given() }));
process.exit();
`;

interface Result {
  readonly held: number;
  readonly streams: number;
  readonly given: number;
}

async function play(limit: string): Promise<Result> {
  using running = await runScript(script(limit));
  await running.ended;
  const found = /result (.*)/.exec(running.output())?.[1];
  if (found === undefined) throw new Error(running.output());
  return JSON.parse(found) as Result;
}

const suite = chosenEngine() === "bowline" ? describe : describe.skip;

suite("replies that peers do not take (engine @bowline/http2)", () => {
  it("take no more than the process's limit, over all connections", {
    timeout: 60_000,
  }, async () => {
    const bounded = await play("10_000_000");
    expect(bounded.held).toBeLessThan(10_000_000 + besideBytes);
    // A reply has a little beside the text.
    expect(bounded.streams).toBe(9);
    expect(bounded.given).toBe(connections - bounded.streams);
    const unbounded = await play("Infinity");
    expect(unbounded.held).toBeGreaterThan((connections - 1) * replyBytes);
    expect(unbounded).toMatchObject({ streams: connections, given: 0 });
  });
});
