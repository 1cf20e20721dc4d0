import { type RpcServer, serve } from "@bowline/node";
import { RpcError } from "@bowline/rpc";
import { greeter } from "./greeter.js";

const attempts = 20;

/** Serves the greeter on a port, or on the next one that is free, and says which it had to pass over. */
export async function serveGreeter(port: number, say: (line: string) => void): Promise<RpcServer> {
  for (let candidate = port; ; candidate++) {
    try {
      return await serve({ port: candidate, services: [greeter], signals: false });
    } catch (error) {
      const taken = RpcError.is(error) && error.reason === "BOWLINE_PORT_TAKEN";
      if (!taken || candidate - port >= attempts || candidate >= 65_535) throw error;
      say(`Port ${candidate} is taken by another process; trying ${candidate + 1}.`);
    }
  }
}
