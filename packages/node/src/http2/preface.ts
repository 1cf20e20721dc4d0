import type { Socket } from "node:net";

/** What a client begins HTTP/2 with (RFC 9113, section 3.4). */
export const preface: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/**
 * Decides by the first bytes of a connection which HTTP version it speaks; they are put back. A connection that says
 * nothing, or breaks off, before that is clear is closed within `timeoutMs` (0: never).
 */
export function detectHttpVersion(
  socket: Socket,
  timeoutMs: number,
  decided: (version: "1.1" | "2") => void,
): void {
  let seen: Buffer = Buffer.alloc(0);
  const timer = timeoutMs > 0 ? setTimeout(() => socket.destroy(), timeoutMs) : undefined;
  const onData = (chunk: Buffer) => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const length = Math.min(seen.length, preface.length);
    const matches = preface.compare(seen, 0, length, 0, length) === 0;
    if (matches && length < preface.length) return;
    release();
    socket.pause();
    socket.unshift(seen);
    decided(matches ? "2" : "1.1");
    // What was put back is delivered once the new owner listens; HTTP/2 reads it itself.
    if (!matches) process.nextTick(() => socket.resume());
  };
  const onEnd = () => socket.destroy();
  const release = () => {
    clearTimeout(timer);
    socket.off("data", onData).off("end", onEnd).off("close", release);
  };
  socket.on("data", onData).on("end", onEnd).on("close", release);
}
