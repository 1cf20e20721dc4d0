/** The server under test on Node, Bun and Deno: a fetch handler, until SIGTERM. */

import { countCall } from "./call-counts.js";
import { conformanceHandler } from "./handler.js";
import { listen, runtime } from "./listen.js";
import { writeReport } from "./report.js";
import { readServerRequest, writeServerResponse } from "./server-request.js";

const calls: Record<string, number> = {};
process.once("SIGTERM", () => {
  writeReport({ role: "server", runtime, calls });
  process.exit(0);
});
const { messageReceiveLimit } = await readServerRequest();
const handler = conformanceHandler(messageReceiveLimit, (protocol) => countCall(calls, protocol));
writeServerResponse(await listen((request) => handler(request)));
