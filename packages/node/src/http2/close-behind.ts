import type { Socket } from "node:net";
import { bytesTaken } from "./bytes-taken.js";

/** How long a peer may keep its side of a connection open after this side has ended. */
const lingerMs = 1_000;
/** From one look after what the peer takes to the next, at most. */
const mostLookMs = 1_000;

/**
 * Ends a socket behind what was written to it, and closes it: soon after the last byte has left if the peer does not, and
 * in any case once the peer takes nothing for `stallMs`, or is not done within `mostMs`; each at least a second.
 */
export function closeBehind(socket: Socket, stallMs: number, mostMs: number): void {
  const startedAt = performance.now();
  const limitMs = Math.max(lingerMs, mostMs);
  const patienceMs = Math.max(lingerMs, stallMs);
  let taken = bytesTaken(socket);
  let movedAt = startedAt;
  const look = () => {
    const now = performance.now();
    const before = taken;
    taken = bytesTaken(socket);
    if (taken !== before) movedAt = now;
    if (now - movedAt >= patienceMs || now - startedAt >= limitMs) socket.destroy();
  };
  let timer = setInterval(look, Math.min(mostLookMs, patienceMs / 4)).unref();
  socket.once("finish", () => {
    clearInterval(timer);
    timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  });
  socket.once("close", () => clearInterval(timer));
  socket.end();
}
