import type { Http2Session } from "node:http2";
import type { Socket } from "node:net";
import { expect, it } from "vitest";
import { SilenceWatch } from "./silence-watch.js";

function watch(intervalMs: number) {
  let pings = 0;
  const socket = { bytesRead: 0 };
  const session = { ping: () => ++pings > 0 };
  const silence = new SilenceWatch(
    session as unknown as Http2Session,
    socket as unknown as Socket,
    { quietMs: 100, intervalMs },
    0,
  );
  return { silence, socket, pings: () => pings };
}

it("asks a peer that has been silent, and takes it for dead without an answer", () => {
  const { silence, pings } = watch(0);
  expect(silence.isDead(99, true)).toBe(false);
  expect(pings()).toBe(0);
  expect(silence.isDead(100, true)).toBe(false);
  expect(pings()).toBe(1);
  expect(silence.isDead(199, true)).toBe(false);
  expect(silence.isDead(200, true)).toBe(true);
  expect(pings()).toBe(1);
});

it("takes any byte for a sign of life", () => {
  const { silence, socket, pings } = watch(0);
  silence.isDead(100, true);
  socket.bytesRead = 17;
  expect(silence.isDead(200, true)).toBe(false);
  expect(silence.isDead(299, true)).toBe(false);
  expect(pings()).toBe(1);
  expect(silence.isDead(300, true)).toBe(false);
  expect(pings()).toBe(2);
});

it("does not ask more often than the peer tolerates", () => {
  const { silence, socket, pings } = watch(500);
  silence.isDead(100, true);
  socket.bytesRead = 17;
  silence.isDead(150, true);
  expect(silence.isDead(599, true)).toBe(false);
  expect(pings()).toBe(1);
  silence.isDead(600, true);
  expect(pings()).toBe(2);
});

it("asks once on an idle connection, until it is used again", () => {
  const { silence, socket, pings } = watch(0);
  silence.isDead(100, false);
  socket.bytesRead = 17;
  for (let now = 150; now < 5_000; now += 50) expect(silence.isDead(now, false)).toBe(false);
  expect(pings()).toBe(1);
  silence.isDead(5_000, true);
  expect(pings()).toBe(2);
});
