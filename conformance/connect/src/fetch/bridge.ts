/** Serves a fetch handler with `node:http`: the smallest bridge that carries all that a handler says and hears. */
import { once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Readable } from "node:stream";

/** Answers requests of `node:http` with a fetch handler. */
export function bridge(handler: (request: Request) => Promise<Response>): RequestListener {
  return (incoming, outgoing) => {
    const controller = new AbortController();
    outgoing.on("error", () => {});
    outgoing.on("close", () => {
      if (!outgoing.writableFinished) controller.abort();
    });
    answer(handler, incoming, outgoing, controller.signal).catch(() => incoming.socket.destroy());
  };
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { status, headers, body } = await handler(toRequest(incoming, signal));
  if (outgoing.destroyed) {
    await body?.cancel();
    return;
  }
  // What is there of the body leaves with the head: a caller whose time is up in between would have half an answer.
  outgoing.cork();
  setImmediate(() => outgoing.uncork());
  outgoing.writeHead(status, [...headers].flat());
  outgoing.flushHeaders();
  const reader = body?.getReader();
  signal.addEventListener("abort", () => {
    reader?.cancel().catch(() => {});
  });
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(next.value)) await drained(outgoing, signal);
  }
  outgoing.end();
}

/** There is room again, or nobody is there any more. */
async function drained(outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  await once(outgoing, "drain", { signal }).catch(() => {});
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = "GET", url = "/", rawHeaders } = incoming;
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    headers.append(rawHeaders[i] as string, rawHeaders[i + 1] as string);
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(`http://${incoming.headers.host ?? "localhost"}${url}`, {
    method,
    headers,
    signal,
    ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: "half" } : {}),
  } as RequestInit);
}
