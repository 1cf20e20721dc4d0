import { expect, it } from "vitest";
import { runScript } from "./fixtures/run-script.js";
import { chosenEngine } from "./http2/engine.js";

const MiB = 1024 * 1024;

/** Sends most of a message of 4 MiB, byte by byte, to a server in a process of its own; how much that one grew. */
async function growth(request: string, left: number): Promise<number> {
  using script = await runScript(`
    import { connect } from "node:net";
    import { echoService } from "../fixtures/echo-service.js";
    import { flag, frame, frameType, headerBlock, preface } from "../fixtures/http2-frames.js";
    import { serve } from "../serve.js";
    const bytes = 1_000_000;
    const server = await serve({ port: 0, services: [echoService()], signals: false });
    const socket = connect(server.port, "127.0.0.1");
    const before = process.resourceUsage().maxRSS;
    const send = async (piece) => {
      const block = Buffer.concat(Array.from({ length: 5_000 }, () => piece));
      for (let sent = 0; sent < bytes; sent += 5_000) {
        if (!socket.write(block)) await new Promise((resolve) => socket.once("drain", resolve));
        await new Promise(setImmediate);
      }
    };
    ${request}
    await new Promise((resolve) => setTimeout(resolve, 200));
    console.log("streams", server.describe().streams, "grew", process.resourceUsage().maxRSS - before, "KiB;");
  `);
  await script.wrote(";");
  const [, streams, grew] = /streams (\d+) grew (\d+) KiB/.exec(script.output()) ?? [];
  expect(Number(streams)).toBe(left);
  return Number(grew) * 1024;
}

const overHttp2 = (contentType: string) => `
  const fields = [[":method", "POST"], [":scheme", "http"], [":path", "/test.v1.EchoService/Echo"], [":authority", "x"], ["content-type", "${contentType}"]];
  socket.write(Buffer.concat([preface, frame(frameType.settings, 0, 0), frame(frameType.headers, flag.endHeaders, 1, headerBlock(fields))]));
  if ("${contentType}" === "application/grpc") socket.write(frame(frameType.data, 0, 1, Buffer.of(0, 0, 0x3f, 0, 0)));
  await send(frame(frameType.data, 0, 1, Buffer.of(1)));
`;
const overHttp1 = `
  socket.write("POST /test.v1.EchoService/Echo HTTP/1.1\\r\\nhost: x\\r\\ncontent-type: application/proto\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n");
  await send(Buffer.from("1\\r\\nx\\r\\n"));
`;

// Kept as it came, a byte costs 150 to 400 bytes: one caller of a million took 150 MB to 400 MB.
it.each([
  ["HTTP/1.1", overHttp1],
  ["gRPC over HTTP/2", overHttp2("application/grpc")],
  ["Connect over HTTP/2", overHttp2("application/proto")],
])(
  "a caller that sends a message byte by byte over %s costs its bytes, not its pieces",
  async (_, request) => {
    // Frames of one byte are an attack to Bowline's engine, which ends the connection.
    const isAttack = request.includes("frameType") && chosenEngine() === "bowline";
    expect(await growth(request, isAttack ? 0 : 1)).toBeLessThan(64 * MiB);
  },
);
