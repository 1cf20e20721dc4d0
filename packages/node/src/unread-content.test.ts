import { describe, expect, it } from "vitest";
import { runScript } from "./fixtures/run-script.js";
import { chosenEngine } from "./http2/engine.js";

const rounds = 800;
const fillerBytes = 15_000;

/**
 * A peer sends five bytes of a stream that its handler does not read, then content that nobody waits for, again and again:
 * each five bytes come in a read of their own. Says what the process holds for it.
 */
const script = `
import { connect } from "node:net";
import { held } from "./held-memory.js";
import { flag, frame, framesOf, frameType, headerBlock, preface } from "./http2-frames.js";
import { allKindsService } from "./all-kinds-service.js";
import { serve } from "../serve.js";

const join = (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const server = await serve({ port: 0, services: [allKindsService({ join })], signals: false, pings: { idleMs: 0, activeMs: 0 } });
const fields = (path) => headerBlock([
  [":method", "POST"], [":scheme", "http"], [":path", path], [":authority", "x"],
  ["content-type", "application/grpc+proto"], ["te", "trailers"],
]);

let credit = 65_535;
let rest = preface.subarray(0, 0);
let woken = () => {};
let pongs = 0;
const socket = connect(server.port, "127.0.0.1");
socket.on("data", (chunk) => {
  const bytes = Buffer.concat([rest, chunk]);
  let at = 0;
  for (const { type, stream, payload } of framesOf(bytes)) {
    at += 9 + payload.length;
    if (type === 8 && stream === 0) credit += payload.readUInt32BE(0);
    if (type === 6) pongs++;
  }
  rest = bytes.subarray(at);
  woken();
});
async function send(bytes, content) {
  while (credit < content) await new Promise((resolve) => { woken = resolve; });
  credit -= content;
  socket.write(bytes);
}
const data = (id, bytes) => frame(frameType.data, 0, id, Buffer.alloc(bytes));
const open = (id, path) => frame(frameType.headers, flag.endHeaders, id, fields(path));
await send(Buffer.concat([preface, frame(frameType.settings, 0, 0), open(1, "/test.v1.AllKindsService/Join"), open(3, "/no/one")]), 0);
// What the call takes by itself.
for (let i = 0; i < 8; i++) await send(data(1, 16_000), 16_000);
const before = await held();
const round = Buffer.concat([data(1, 5), data(3, ${fillerBytes}), frame(6, 0, 0, Buffer.alloc(8))]);
for (let i = 1; i <= ${rounds}; i++) {
  await send(round, 5 + ${fillerBytes});
  while (pongs < i) await new Promise((resolve) => { woken = resolve; });
}
const after = await held();
const { streams } = server.describe();
console.log("result " + JSON.stringify({ held: after - before, streams, isOpen: !socket.destroyed }));
process.exit();
`;

const suite = chosenEngine() === "bowline" ? describe : describe.skip;

suite("content that a handler does not read (engine @bowline/http2)", () => {
  it("is held in proportion to its bytes, whatever came along with it", {
    timeout: 60_000,
  }, async () => {
    using running = await runScript(script);
    await running.ended;
    const found = /result (.*)/.exec(running.output())?.[1];
    if (found === undefined) throw new Error(running.output());
    const { held, ...rest } = JSON.parse(found) as { held: number };
    expect(rest).toEqual({ streams: 1, isOpen: true });
    // All that came is 12 MB.
    expect(held).toBeLessThan(3_000_000);
  });
});
