/** What the servers in JavaScript share: waiting, and the tokens of calls that were cancelled. */
import { setTimeout as pause } from "node:timers/promises";

const cancelled = new Set();

/** Remembers a call's token once its signal aborts. @param {AbortSignal} signal @param {string | undefined} token */
export function rememberCancelled(signal, token) {
  if (token) signal.addEventListener("abort", () => cancelled.add(token));
}

/** The answer to a client that asks after a token. @param {string} token */
export function wasCancelled(token) {
  return String(cancelled.has(token));
}

/** Waits, unless the call is given up: then throws what its signal says of it. @param {number} ms @param {AbortSignal} signal */
export async function rest(ms, signal) {
  await pause(ms, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}
