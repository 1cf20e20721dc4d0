import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { bytesTaken } from "./bytes-taken.js";
import { closeBehind } from "./close-behind.js";

const open: (() => unknown)[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
  for (const close of open.splice(0)) close();
});

/** A socket with more in it than the system takes, and its peer, which does not read yet. */
async function fullSocket(): Promise<{ socket: Socket; peer: Socket; bytes: number }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const peer = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true });
  const [socket] = (await once(server, "connection")) as [Socket];
  open.push(() => server.close() && peer.destroy() && socket.destroy());
  const chunk = Buffer.alloc(65_536);
  do socket.write(chunk);
  while (socket.writableLength < 4_194_304);
  return { socket, peer, bytes: socket.bytesWritten };
}

/** How much of what comes a peer has read. */
function read(peer: Socket): { bytes: number } {
  const count = { bytes: 0 };
  peer.on("data", ({ length }) => {
    count.bytes += length;
  });
  return count;
}

it("waits until a slow peer has taken all, then closes though it stays", async () => {
  const { socket, peer, bytes } = await fullSocket();
  closeBehind(socket, 60_000, Infinity);
  vi.advanceTimersByTime(59_000);
  expect(socket.destroyed).toBe(false);
  const finished = once(socket, "finish");
  const count = read(peer);
  await Promise.all([finished, once(peer, "end")]);
  expect(count.bytes).toBe(bytes);
  vi.advanceTimersByTime(999);
  expect(socket.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(socket.destroyed).toBe(true);
});

it("gives a peer up that takes nothing for so long, counted from what it took last", async () => {
  const { socket, peer } = await fullSocket();
  closeBehind(socket, 60_000, Infinity);
  vi.advanceTimersByTime(59_000);
  const before = bytesTaken(socket);
  let left = 1_500_000;
  peer.on("data", ({ length }) => {
    left -= length;
    if (left < 0) peer.pause();
  });
  while (bytesTaken(socket) === before || !peer.isPaused()) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  vi.advanceTimersByTime(59_000);
  expect(socket.destroyed).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect(socket.destroyed).toBe(true);
});

it.each([
  ["the time that it has in all", Infinity, 5_000, 5_000],
  ["a second, where there is nothing to wait for", 0, 0, 1_000],
])("gives a peer up after %s", async (_, stallMs, mostMs, afterMs) => {
  const { socket } = await fullSocket();
  closeBehind(socket, stallMs, mostMs);
  vi.advanceTimersByTime(afterMs - 1);
  expect(socket.destroyed).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(socket.destroyed).toBe(true);
});
