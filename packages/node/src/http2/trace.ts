import type { Socket } from "node:net";
import { FrameTrace } from "@bowline/http2";

/** Both directions of a connection. */
export interface ConnectionTrace {
  readonly received: FrameTrace;
  readonly sent: FrameTrace;
}

/**
 * Traces a connection's frames to standard error if the environment says `BOWLINE_TRACE=http2` (one word of several,
 * between commas). For people: the form of the lines may change.
 */
export function traceOf(socket: Socket, isServer: boolean): ConnectionTrace | undefined {
  if (!(process.env.BOWLINE_TRACE ?? "").split(",").includes("http2")) return undefined;
  const { remoteAddress = "unix", remotePort = 0 } = socket;
  const name = `http2 ${isServer ? "server" : "client"} ${remoteAddress}:${remotePort}`;
  const line = (direction: string) => (text: string) =>
    process.stderr.write(`${new Date().toISOString()} ${name} ${direction} ${text}\n`);
  return {
    received: new FrameTrace(line("<"), isServer),
    sent: new FrameTrace(line(">"), !isServer),
  };
}
