/** The server under test in workerd: a fetch handler, and its counters for whoever asks. */
import type { FetchHandler } from "@bowline/web";
import { countCall } from "./call-counts.js";
import { conformanceHandler } from "./handler.js";

interface Env {
  readonly LIMIT: string;
}

const calls: Record<string, number> = {};
let handler: FetchHandler | undefined;

export const worker = {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname === "/calls") return Response.json(calls);
    handler ??= conformanceHandler(Number(env.LIMIT), (protocol) => countCall(calls, protocol));
    return await handler(request);
  },
};
