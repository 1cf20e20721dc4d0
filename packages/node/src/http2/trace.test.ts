import type { Socket } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { traceOf } from "./trace.js";

const socket = { remoteAddress: "127.0.0.1", remotePort: 4_000 } as Socket;
const settingsAck = Uint8Array.of(0, 0, 0, 4, 1, 0, 0, 0, 0);
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it.each([undefined, "", "rpc", "http"])("does nothing when the environment says %j", (value) => {
  vi.stubEnv("BOWLINE_TRACE", value);
  expect(traceOf(socket, true)).toBeUndefined();
});

it("writes each direction's frames to standard error, with the time and the connection's name", () => {
  vi.useFakeTimers({ now: 0 });
  vi.stubEnv("BOWLINE_TRACE", "rpc,http2");
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  const trace = traceOf(socket, false);
  trace?.received.add(settingsAck);
  trace?.sent.add(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  trace?.sent.add(settingsAck);
  expect(lines).toEqual([
    "1970-01-01T00:00:00.000Z http2 client 127.0.0.1:4000 < SETTINGS ACK\n",
    "1970-01-01T00:00:00.000Z http2 client 127.0.0.1:4000 > SETTINGS ACK\n",
  ]);
});
