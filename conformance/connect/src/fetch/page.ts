/** The client under test in a page: asks the launcher for calls, makes them, and tells what came of them. */
import { answer } from "./answer.js";

/** Calls under way at a time: a browser has six HTTP/1.1 connections to a server. */
const concurrency = 5;

await Promise.all(Array.from({ length: concurrency }, work));
document.title = "done";

async function work(): Promise<void> {
  for (;;) {
    const next = await fetch("/next");
    if (next.status === 204) return;
    let protocol = "";
    const body = await answer(new Uint8Array(await next.arrayBuffer()), (name) => {
      protocol = name;
    });
    const headers = { "x-protocol": protocol };
    await fetch("/result", { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> });
  }
}
