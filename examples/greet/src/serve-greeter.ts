import { type RpcServer, serve } from "@bowline/node";
import { RpcError } from "@bowline/rpc";
import { greeter } from "./greeter.js";

const attempts = 20;

/**
 * Serves the greeter on a port, or on another one that is free, and says which it had to pass over: the ports that follow
 * are tried first, then the system chooses.
 */
export async function serveGreeter(port: number, say: (line: string) => void): Promise<RpcServer> {
  for (let candidate = port; ; ) {
    try {
      return await serve({ port: candidate, services: [greeter], signals: false });
    } catch (error) {
      const taken = RpcError.is(error) && error.reason === "BOWLINE_PORT_TAKEN";
      if (!taken || candidate === 0) throw error;
      const next = candidate - port < attempts && candidate < 65_535 ? candidate + 1 : 0;
      const trying = next === 0 ? "taking any free one" : `trying ${next}`;
      say(`Port ${candidate} is taken by another process; ${trying}.`);
      candidate = next;
    }
  }
}
