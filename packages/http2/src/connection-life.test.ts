import { describe, expect, it } from "vitest";
import type { ConnectionOptions } from "./connection-options.js";
import { ErrorCode } from "./error-code.js";
import { type Frame, frame, headers, ping, settings, uint32 } from "./fixtures/frames.js";
import { startServer, type TestServer } from "./fixtures/server.js";
import { goawayCode } from "./fixtures/test-host.js";
import { Flag, FrameType } from "./frame.js";

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

  it("takes whatever comes behind its question for a sign of life, and asks again after silence", () => {
    const server = startServer({ keepaliveMs: 1_000, keepaliveTimeoutMs: 500 });
    server.send(headers(1));
    at(server, 0);
    expect(at(server, 1_000).map(({ type }) => type)).toEqual([FrameType.ping]);
    server.host.time = 1_050;
    server.send(frame(FrameType.windowUpdate, 0, 0, uint32(1)));
    for (let time = 1_100; time < 2_050; time += 100) expect(at(server, time)).toEqual([]);
    expect(at(server, 2_050).map(({ type }) => type)).toEqual([FrameType.ping]);
    expect(at(server, 2_549)).toEqual([]);
    expect(goawayCode(at(server, 2_550))).toBe(ErrorCode.noError);
  });

  it("says when it asks, and when it gives up: to the millisecond if that is soon", () => {
    const script = (keepaliveMs: number) => {
      const server = startServer({ keepaliveMs, keepaliveTimeoutMs: 5_000, idleTimeoutMs: 0 });
      at(server, 0);
      server.host.time = 450;
      server.send(ping());
      at(server, 1_000);
      const asksAt = 1_000 + server.connection.keepaliveDueMs;
      expect(at(server, asksAt).map(({ type }) => type)).toEqual([FrameType.ping]);
      return { asksAt, givesUpAt: asksAt + server.connection.keepaliveDueMs };
    };
    expect(script(10_000)).toEqual({ asksAt: 10_450, givesUpAt: 15_450 });
    // Where a tick makes no difference the clock is not read for each read.
    expect(script(7_200_000)).toEqual({ asksAt: 7_201_000, givesUpAt: 7_206_000 });
    expect(startServer().connection.keepaliveDueMs).toBe(Infinity);
  });
});

describe("a frame that does not end", () => {
  const padded = frame(FrameType.data, Flag.padded, 1, [1, 2, 3, 0]);
  const block = headers(3);

  /** Sends bytes one by one, a second between them, and stays silent then. When the connection ended, if it did within a minute. */
  function trickle(bytes: Uint8Array, headersTimeoutMs = 10_000): number | undefined {
    const server = startServer({ headersTimeoutMs });
    server.send(headers(1));
    for (let second = 0; second < 60; second++) {
      if (second < bytes.length) server.send(bytes.subarray(second, second + 1));
      const ended = goawayCode(at(server, second * 1_000));
      if (ended === undefined) continue;
      expect(ended).toBe(ErrorCode.enhanceYourCalm);
      return second;
    }
    return undefined;
  }

  it.each([
    ["HEADERS, in its header", block.subarray(0, 5), 10],
    ["HEADERS, in its payload", block.subarray(0, 20), 10],
    ["HEADERS byte by byte", block, 10],
    ["a frame of which the type did not come", ping().subarray(0, 2), 10],
    ["DATA, in its header", padded.subarray(0, 6), undefined],
    ["padded DATA, in its payload", padded.subarray(0, 11), undefined],
    ["DATA, in its payload", frame(FrameType.data, 0, 1, [1, 2, 3]).subarray(0, 11), undefined],
  ])("%s", (_, bytes, seconds) => {
    expect(trickle(bytes)).toBe(seconds);
    expect(trickle(bytes, 0)).toBeUndefined();
  });

  it("has its time for itself: one cut frame behind another is none that is late", () => {
    const server = startServer({ headersTimeoutMs: 10_000 });
    const whole = ping();
    for (let second = 0; second < 60; second += 3) {
      server.send(whole.subarray(0, 4));
      at(server, second * 1_000);
      server.send(whole.subarray(4, 12));
      at(server, (second + 2) * 1_000);
      server.send(whole.subarray(12));
    }
    expect(server.end).toBeUndefined();
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

describe("the end of a connection", () => {
  const script = async (options: Partial<ConnectionOptions>, fails: boolean) => {
    const server = startServer(options);
    server.send(headers(1, post));
    server.connection.drain();
    at(server, 1_000);
    if (fails) server.connection.abort(ErrorCode.internalError, "");
    else server.requests[0]?.stream?.respond(200, []);
    await Promise.resolve();
    return server.host.timeToTake;
  };

  it("gives a slow peer the time for answers to get there, of a drain what is left", async () => {
    const stallTimeoutMs = 60_000;
    expect(await script({ stallTimeoutMs }, false)).toEqual({ stallMs: 60_000, mostMs: Infinity });
    const drain = { stallTimeoutMs: 0, drainTimeoutMs: 5_000 };
    expect(await script(drain, false)).toEqual({ stallMs: Infinity, mostMs: 4_000 });
  });

  it("gives none to a peer whose connection failed", async () => {
    expect(await script({}, true)).toEqual({ stallMs: 0, mostMs: 0 });
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

describe("a peer for which the host has no room", () => {
  /** Answers more than the host has room for, and looks every ten seconds. When the streams and the connection ended. */
  function script(takes: (time: number) => number, stallTimeoutMs = 60_000, windowBytes = 1e9) {
    const server = startServer({ stallTimeoutMs, queuedBytes: 1e9 });
    server.send(settings([[4, windowBytes]]), frame(FrameType.windowUpdate, 0, 0, uint32(1e9)));
    at(server, 1_000_000);
    server.host.isCongested = true;
    server.send(headers(1, post), headers(3, post));
    for (const { stream } of server.requests) {
      stream?.body.append(new Uint8Array(1_000_000));
      stream?.respond(200, []);
    }
    server.send();
    const ended: number[] = [];
    for (let time = 10_000; time <= 300_000; time += 10_000) {
      server.host.taken += takes(time);
      at(server, 1_000_000 + time);
      const open = server.connection.streams;
      while (ended.length < server.requests.length - open) ended.push(time);
    }
    return { ended, code: server.end?.error?.code, message: server.end?.error?.message };
  }

  it("is given up when it takes nothing at all, and so are its streams", () => {
    const stuck = {
      ended: [60_000, 60_000],
      code: ErrorCode.enhanceYourCalm,
      message: "nothing could be sent to the peer for 60000 ms",
    };
    expect(script(() => 0)).toEqual(stuck);
    const ended = [140_000, 140_000];
    expect(script((time) => (time === 80_000 ? 1 : 0))).toEqual(stuck);
    expect(script((time) => (time <= 80_000 ? 1 : 0))).toEqual({ ...stuck, ended });
    expect(script(() => 0, 0).ended).toEqual([]);
  });

  it("is left alone while it takes something, and so are streams that have not had their turn", () => {
    expect(script(() => 1)).toMatchObject({ ended: [], code: undefined });
    expect(script((time) => (time % 50_000 === 0 ? 1 : 0))).toMatchObject({ ended: [] });
  });

  it("loses streams whose own window is shut, whatever it takes of others", () => {
    expect(script(() => 1, 60_000, 0)).toMatchObject({ ended: [70_000, 70_000], code: undefined });
  });
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
