/** What the servers in JavaScript share: waiting, and the tokens of calls that were cancelled. */
import { setTimeout as pause } from "node:timers/promises";

const begun = new Set();
const cancelled = new Set();

/** Remembers a call's token, and that it was cancelled once its signal aborts. @param {AbortSignal} signal @param {string | undefined} token */
export function rememberCancelled(signal, token) {
  if (!token) return;
  begun.add(token);
  signal.addEventListener("abort", () => cancelled.add(token));
}

/** The answer to a client that asks after a token: `unknown` before its call has come. @param {string} token */
export function wasCancelled(token) {
  return begun.has(token) ? String(cancelled.has(token)) : "unknown";
}

/** Waits, unless the call is given up: then throws what its signal says of it. @param {number} ms @param {AbortSignal} signal */
export async function rest(ms, signal) {
  await pause(ms, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}
