/** A server of its own process, which faults are sent to: it answers what it holds, and what escaped its calls. */
import { serve } from "@bowline/node";
import { watchEngine } from "../engine.mjs";
import { collectedMemory } from "../flat-memory.mjs";
import { faultService } from "./service.mjs";

let escaped = 0;
let watch;
for (const event of ["unhandledRejection", "uncaughtException"]) {
  process.on(event, (error) => {
    escaped++;
    console.error(event, error);
  });
}

const server = await serve({
  port: 0,
  services: [faultService],
  signals: false,
  limits: { stallTimeoutMs: 500, headersTimeoutMs: 500 },
  onError: (error) => {
    escaped++;
    console.error("a handler failed", error);
  },
});
process.send({ port: server.port });
process.on("message", async (message) => {
  // Not before it is asked for: Node's entries would be in the memory that is measured.
  if (message === "watch") watch = watchEngine();
  const memory = await collectedMemory();
  process.send({ ...server.describe(), memory, escaped, engine: watch?.engine() });
});
process.on("disconnect", () => process.exit());
