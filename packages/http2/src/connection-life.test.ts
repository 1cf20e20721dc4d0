import { describe, expect, it } from "vitest";
import type { ConnectionOptions } from "./connection-options.js";
import { ErrorCode } from "./error-code.js";
import { type Frame, headers, ping, settings } from "./fixtures/frames.js";
import { startServer, type TestServer } from "./fixtures/server.js";
import { goawayCode } from "./fixtures/test-host.js";
import { FrameType } from "./frame.js";

const post = { endsStream: true };

/** Moves the clock and looks after time limits; what goes out then. */
function at(server: TestServer, time: number): Frame[] {
  server.host.time = time;
  server.connection.tick();
  return server.send();
}

describe("a peer that pings", () => {
  const pings = { idleMs: 300_000, activeMs: 10_000, strikes: 2 };

  /** Sends pings so far apart. Returns how many went through. */
  function pingEvery(ms: number, options: Partial<ConnectionOptions>, isActive = false): number {
    const server = startServer(options);
    if (isActive) server.send(headers(1));
    for (let sent = 1; sent <= 50; sent++) {
      server.host.time += ms;
      const frames = server.send(ping());
      if (server.connection.isClosed) {
        const goaway = frames.find(({ type }) => type === FrameType.goaway);
        expect(goawayCode(frames)).toBe(ErrorCode.enhanceYourCalm);
        expect(Buffer.from(goaway?.payload.subarray(8) ?? []).toString()).toBe("too_many_pings");
        return sent - 1;
      }
    }
    return 50;
  }

  it.each([
    [299_999, false, 3],
    [300_000, false, 50],
    [300_001, false, 50],
    [9_999, true, 3],
    [10_000, true, 50],
    [10_001, true, 50],
  ])("every %i ms, with a stream open: %s, sends %i", (ms, isActive, sent) => {
    expect(pingEvery(ms, { pings }, isActive)).toBe(sent);
    expect(pingEvery(ms, {}, isActive)).toBe(50);
  });

  it("behind what it was sent may do so: that is how windows are measured", () => {
    const server = startServer({ pings }, ({ stream }) => stream?.respond(200, []));
    for (let i = 0; i < 50; i++) {
      server.send(headers(2 * i + 1, post));
      server.send(ping());
    }
    expect(server.connection.isClosed).toBe(false);
  });
});

describe("keepalive", () => {
  it("asks only while streams are open, if that is wanted", () => {
    const keepalive = { keepaliveMs: 1_000, keepaliveTimeoutMs: 500 };
    for (const keepaliveWhenIdle of [false, true]) {
      const server = startServer({ ...keepalive, keepaliveWhenIdle });
      at(server, 0);
      const isAsked = at(server, 5_000).some(({ type }) => type === FrameType.ping);
      expect(isAsked).toBe(keepaliveWhenIdle);
      if (isAsked) continue;
      server.send(headers(1));
      at(server, 5_000);
      expect(at(server, 6_000).map(({ type }) => type)).toEqual([FrameType.ping]);
      expect(goawayCode(at(server, 6_500))).toBe(ErrorCode.noError);
      expect(server.requests[0]?.interruption).toMatchObject({ cause: "lost" });
    }
  });
});

describe("age", () => {
  it("drains in two steps, lets what is under way finish, then closes", async () => {
    const server = startServer({ ageMs: 10_000 });
    server.send(headers(1, post));
    expect(at(server, 9_999)).toEqual([]);
    const announced = at(server, 10_000);
    expect(announced.map(({ type }) => type)).toEqual([FrameType.goaway, FrameType.ping]);
    // Crosses the announcement.
    server.send(headers(3, post));
    expect(at(server, 11_000).map(({ type }) => type)).toEqual([FrameType.goaway]);
    server.send(headers(5, post));
    for (const { stream } of server.requests) stream?.respond(200, []);
    await Promise.resolve();
    expect(server.requests.map(({ stream }) => stream?.id)).toEqual([1, 3]);
    expect(server.end).toEqual({ error: undefined });
    expect(at(startServer(), 1e8).some(({ type }) => type === FrameType.ping)).toBe(true);
  });

  it("gives what is under way a time to finish, if it says one", () => {
    const script = (drainTimeoutMs: number) => {
      const server = startServer({ ageMs: 10_000, drainTimeoutMs });
      server.send(headers(1, post));
      at(server, 10_000);
      at(server, 14_999);
      expect(server.requests[0]?.interruption).toBeUndefined();
      at(server, 15_000);
      return server.requests[0]?.interruption?.cause;
    };
    expect(script(5_000)).toBe("aborted");
    expect(script(0)).toBeUndefined();
  });
});

it("a connection is idle from the end of its last stream, however short that was", () => {
  const server = startServer({ idleTimeoutMs: 1_000 }, ({ stream }) => stream?.respond(200, []));
  at(server, 0);
  server.host.time = 900;
  server.send(headers(1, post));
  at(server, 1_000);
  expect(server.connection.isDraining).toBe(false);
  at(server, 1_999);
  expect(server.connection.isDraining).toBe(false);
  at(server, 2_000);
  expect(server.connection.isDraining).toBe(true);
});

it("a connection of which the peer takes nothing at all ends, and one that moves does not", () => {
  const script = (moves: boolean, stallTimeoutMs = 60_000) => {
    const server = startServer({ stallTimeoutMs });
    server.host.time = 1_000_000;
    server.connection.tick();
    server.host.isCongested = true;
    server.send(headers(1, post), headers(3, post));
    server.requests[0]?.stream?.respond(200, []);
    server.send();
    at(server, 1_030_000);
    if (moves) server.connection.drained();
    server.connection.flush();
    at(server, 1_059_999);
    expect(server.end).toBeUndefined();
    at(server, 1_060_001);
    return server.end?.error?.code;
  };
  expect(script(false)).toBe(ErrorCode.enhanceYourCalm);
  expect(script(true)).toBeUndefined();
  expect(script(false, 0)).toBeUndefined();
});

it("requests that wait behind answers which were given up are taken on", () => {
  const options = { queuedBytes: 1_000, stallTimeoutMs: 100 };
  const server = startServer(options, ({ stream }) => {
    stream?.body.append(new Uint8Array(5_000));
    stream?.respond(200, []);
  });
  server.send(settings([[4, 0]]));
  server.send(headers(1, post), headers(3, post));
  expect(server.requests).toHaveLength(1);
  at(server, 1);
  at(server, 50);
  expect(server.requests).toHaveLength(1);
  at(server, 200);
  expect(server.requests).toHaveLength(2);
});
